/** Flagbase stores no order: what another edit, or only the database, moves about is told apart from what somebody changed. */
import { createDiagnosticSink, type Diagnostic } from '../../ruleset/diagnostic.js'
import { decode } from './decode.js'
import { type FlagbaseFlag, isMalformed, type Variation } from './document.js'

/**
 * Finds what holds the same as before in another order. Answers may differ for it although nobody changed a rule or a weight.
 *
 * @param before the answer of the poller that was read last
 * @param now the one that replaces it
 * @returns a finding for each flag, and one for the list of flags; none where one of the two is no ruleset
 */
export function findReorderings(before: unknown, now: unknown): readonly Diagnostic[] {
  const [earlier, later] = [decode(before), decode(now)]
  if (!earlier.ok || !later.ok) return []
  const sink = createDiagnosticSink()
  const earlierFlags = new Map(earlier.document.flags.map((flag) => [flag.key, flag]))
  for (const flag of later.document.flags) {
    const earlierFlag = earlierFlags.get(flag.key)
    if (earlierFlag === undefined || isMalformed(earlierFlag) || isMalformed(flag)) continue
    if (!differOnlyInOrder(earlierFlag, flag, textOfFlag)) continue
    const message =
      'only the order of its rules or variations changed, which Flagbase does not store: answers may differ'
    sink.warning('ORDER_CHANGED', ['data', flag.key], message)
  }
  const keys = later.document.flags.map(({ key }) => key)
  if (differOnlyInOrder([...earlierFlags.keys()], keys, textOfKeys)) {
    sink.warning('ORDER_CHANGED', ['data'], 'the flags stand in another order: no answer depends on it')
  }
  return sink.diagnostics
}

type Arrangement = (texts: readonly string[]) => readonly string[]

const asListed: Arrangement = (texts) => texts
const sorted: Arrangement = (texts) => texts.toSorted()

function differOnlyInOrder<T>(before: T, now: T, textOf: (value: T, arrange: Arrangement) => string): boolean {
  return textOf(before, asListed) !== textOf(now, asListed) && textOf(before, sorted) === textOf(now, sorted)
}

/** All of the flag that answers depend on. */
function textOfFlag({ useFallthrough, fallthroughVariations, rules }: FlagbaseFlag, arrange: Arrangement): string {
  const textsOf = (variations: readonly Variation[]): readonly string[] =>
    arrange(variations.map((variation) => JSON.stringify(variation)))
  const texts = rules.map(({ id: _id, ruleVariations, ...condition }) =>
    JSON.stringify([condition, textsOf(ruleVariations)]),
  )
  return JSON.stringify([useFallthrough, textsOf(fallthroughVariations), arrange(texts)])
}

function textOfKeys(keys: readonly string[], arrange: Arrangement): string {
  return JSON.stringify(arrange(keys))
}
