/** Rulesets on their way to workers. Serialised once, however many workers there are; kept only while they are sent. */
import { diff, type SealedRuleset } from '@switchyard/engine'
import type { RulesetContent } from './messages.js'

export interface EncodedRulesets {
  /** The patch from what a worker has, or the whole ruleset where it has nothing. */
  from(held: SealedRuleset | null, ruleset: SealedRuleset): RulesetContent
}

export function createEncodedRulesets(): EncodedRulesets {
  /** By ruleset, then by the revision that the content leads from. The garbage collector decides how long a text is kept. */
  const made = new WeakMap<SealedRuleset, Map<string, WeakRef<RulesetContent>>>()
  return {
    from(held, ruleset) {
      const contents = made.get(ruleset) ?? new Map<string, WeakRef<RulesetContent>>()
      made.set(ruleset, contents)
      const from = held?.revision ?? ''
      const known = contents.get(from)?.deref()
      if (known !== undefined) return known
      const content = encode(held, ruleset)
      contents.set(from, new WeakRef(content))
      return content
    },
  }
}

function encode(held: SealedRuleset | null, ruleset: SealedRuleset): RulesetContent {
  const patch = held === null ? null : diff(held, ruleset)
  if (patch === null) return { form: 'whole', text: Buffer.from(JSON.stringify(ruleset)) }
  return { form: 'patch', text: Buffer.from(JSON.stringify(patch)) }
}
