/** A variation as an outcome. Flagbase has no values but the variations' keys. */
import type { Outcome, Reason } from '../../ruleset/types.js'

export interface OutcomeOptions {
  /**
   * Whether a variation's key also answers questions for other types: `true`, `on` and `treatment` are true, `false`, `off` and
   * `control` are false, decimal digits are a number.
   */
  readonly typedVariations?: boolean
}

/** Why a variation is the answer. */
export interface Match {
  readonly reason: Reason
  /** The server's word for it. */
  readonly flagbaseReason: FlagbaseReason
}

export type FlagbaseReason = 'FALLTHROUGH' | 'FALLTHROUGH_WEIGHTED' | 'TARGETED' | 'TARGETED_WEIGHTED'

/** What a flag answers that cannot be read. */
export const malformedFlag: Outcome = { reason: 'ERROR', errorCode: 'PARSE_ERROR', errorDetails: 'malformed flag' }

/** Where the server would crash. */
export const noVariations: Outcome = {
  reason: 'ERROR',
  errorCode: 'PARSE_ERROR',
  errorDetails: 'there is no variation to serve',
}

export function outcomeOf(variationKey: string, match: Match, { typedVariations }: OutcomeOptions): Outcome {
  const { reason, flagbaseReason } = match
  const as = typedVariations === true ? otherViews(variationKey) : undefined
  return {
    value: variationKey,
    variant: variationKey,
    reason,
    ...(as === undefined ? {} : { as }),
    metadata: { flagbaseReason },
    native: { variationKey, reason: flagbaseReason },
  }
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['on', true],
  ['treatment', true],
  ['false', false],
  ['off', false],
  ['control', false],
])

function otherViews(variationKey: string): Outcome['as'] {
  const boolean = booleans.get(variationKey)
  if (boolean !== undefined) return { boolean }
  const number = /^\d+$/.test(variationKey) ? Number(variationKey) : Infinity
  return Number.isFinite(number) ? { number } : undefined
}
