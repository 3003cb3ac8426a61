/** Flag keys of all kinds in the path: what the clients encode, the server decodes. */
import type { SucceedingFlag } from '../description/description.js'
import { answersAs, bodyOf, hasMember, hasStatus } from './findings.js'
import { ofrep, uri } from './references.js'
import { skipped, verdictOf, type Finding, type Rule } from './rule.js'

/** A rule about keys of one kind: those described, and one that does not exist and has to come back as it was meant. */
function rule(facts: Omit<Rule, 'check'>, isOfKind: (key: string) => boolean, missing: string): Rule {
  return {
    ...facts,
    check: async ({ description, target }) => {
      const findings: Finding[] = []
      for (const flag of description.flags.filter(({ key }) => isOfKind(key))) {
        const answer = await target.single(encodeURIComponent(flag.key), { context: flag.context })
        findings.push(hasStatus(answer, 200), ...answersAs(bodyOf(answer), flag))
      }
      const answer = await target.single(encodeURIComponent(missing), { context: description.context })
      findings.push(hasStatus(answer, 404), hasMember(bodyOf(answer), 'key', missing))
      return verdictOf(findings)
    },
  }
}

/** The key with its first letter or digit percent-encoded though it need not be; null where it has none. */
function overEncoded({ key }: SucceedingFlag): string | null {
  const at = key.search(/[A-Za-z0-9]/)
  if (at === -1) return null
  const code = key.charCodeAt(at).toString(16)
  return `${encodeURIComponent(key.slice(0, at))}%${code}${encodeURIComponent(key.slice(at + 1))}`
}

export const keyRules: readonly Rule[] = [
  rule(
    { id: 'key-slash', level: 'MUST', title: 'takes flag keys with an encoded slash', reference: ofrep('key') },
    (key) => key.includes('/'),
    'ofrep-conformance/no such/flag',
  ),
  rule(
    {
      id: 'key-reserved',
      level: 'MUST',
      title: 'takes flag keys with encoded spaces, percent signs, question marks and the like',
      reference: ofrep('key'),
    },
    (key) => /[^\w./~-]/.test(key) && /^[\x20-\x7e]*$/.test(key),
    'ofrep-conformance %20?a=b&c#d+e;f:no such flag',
  ),
  rule(
    { id: 'key-unicode', level: 'MUST', title: 'takes flag keys in all scripts', reference: ofrep('key') },
    (key) => /[^\x20-\x7e]/.test(key),
    'ofrep-conformance-gibt-es-nicht-ü-旗-🚩',
  ),
  {
    id: 'key-over-encoded',
    level: 'SHOULD',
    title: 'takes a letter and its percent-encoding for the same',
    reference: uri('6.2.2.2'),
    check: async ({ description, target }) => {
      const [flag] = description.flags
      const encoded = flag === undefined ? null : overEncoded(flag)
      if (flag === undefined || encoded === null) return skipped('no flag with a letter in its key is described')
      const answer = await target.single(encoded, { context: flag.context })
      return verdictOf([hasStatus(answer, 200), hasMember(bodyOf(answer), 'key', flag.key)])
    },
  },
]
