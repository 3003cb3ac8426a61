/** The answers of one flag, listed as its decision needs them. */
import type { Json, Outcome } from '../../../ruleset/types.js'
import type { FlagdFlag } from '../document.js'
import { variantName } from '../dialect/variant-name.js'

export interface OutcomeList {
  readonly outcomes: readonly Outcome[]
  /** Index of the answer without a match: the default variant, or the application's code default. */
  byDefault(): number
  /** Index of the answer for a variant that the rule names; an error for a name that is no variant. */
  byName(name: string): number
  /** Index of the answer for a literal that the rule answers with. */
  byAnswer(literal: Json): number
  /** Index of the answer for a rule that names a variant that does not exist. */
  unknownVariant(): number
  /** Index of the answer where the rule engine fails. */
  failed(): number
}

const failed: Outcome = { reason: 'ERROR', errorCode: 'PARSE_ERROR', errorDetails: 'targeting failed' }
// Names neither the variant nor the rule: clients see this text.
const unknownVariant: Outcome = {
  reason: 'ERROR',
  errorCode: 'GENERAL',
  errorDetails: 'targeting names a variant that does not exist',
}

export function createOutcomeList({ variants, defaultVariant }: FlagdFlag): OutcomeList {
  const outcomes: Outcome[] = []
  const known = new Map<string, number>()

  function indexOf(key: string, outcome: Outcome): number {
    const index = known.get(key) ?? outcomes.push(outcome) - 1
    known.set(key, index)
    return index
  }

  function byName(name: string): number {
    if (!Object.hasOwn(variants, name)) return list.unknownVariant()
    return indexOf(`match ${name}`, variantOutcome(name, variants[name] as Json, 'TARGETING_MATCH'))
  }

  const list: OutcomeList = {
    outcomes,
    byName,
    byDefault: () => indexOf('default', defaultOutcome(variants, defaultVariant, 'DEFAULT')),
    byAnswer: (literal) => (literal === null ? list.byDefault() : byName(variantName(literal))),
    unknownVariant: () => indexOf('unknown', unknownVariant),
    failed: () => indexOf('failed', failed),
  }
  return list
}

/** The answer that no rule chose. */
export function defaultOutcome(
  variants: FlagdFlag['variants'],
  defaultVariant: string | null,
  reason: 'STATIC' | 'DEFAULT',
): Outcome {
  if (defaultVariant === null) return { reason: 'DEFAULT' }
  return variantOutcome(defaultVariant, variants[defaultVariant] as Json, reason)
}

/** A variant whose value is null has no type at all: the daemon answers it with an error. */
function variantOutcome(variant: string, value: Json, reason: Outcome['reason']): Outcome {
  if (value !== null) return { value, variant, reason }
  return { reason: 'ERROR', errorCode: 'TYPE_MISMATCH', errorDetails: 'the value of the variant is null' }
}
