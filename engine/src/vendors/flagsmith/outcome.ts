/** How a feature's state becomes an OpenFeature outcome (ADR-0006). */
import { assertNever } from '../../ruleset/json.js'
import type { Flat, Json, Outcome, Reason } from '../../ruleset/types.js'
import type { FeatureState, FeatureValue, MultivariateOption } from './document.js'

export interface OutcomeOptions {
  /** Whether a disabled flag answers its value instead of the application's default. */
  readonly serveDisabledValues: boolean
  /** Whether disabled flags are left out of answers. */
  readonly hidesDisabledFlags: boolean
}

/** Why a state is the answer. */
export type Cause =
  /** It is the environment's own. `isStatic`: and nothing else ever is. */
  | { readonly kind: 'default'; readonly isStatic: boolean }
  | { readonly kind: 'segment'; readonly segment: string }
  | { readonly kind: 'identity' }

/** What the multivariate split says: an option, its remainder, or nothing where the flag is not split for this evaluation. */
export type Share = MultivariateOption | 'control' | null

/** The outcome of a feature in one state. Members stand in a fixed order: equal outcomes have equal text. */
export function outcomeOf(state: FeatureState, cause: Cause, share: Share, options: OutcomeOptions): Outcome {
  if (state.problem !== null) return { reason: 'ERROR', errorCode: 'PARSE_ERROR', errorDetails: state.problem }
  const option = typeof share === 'object' ? share : null
  const value = option === null ? state.value : option.value
  // What an identity was assigned is no matter of chance, although it may be one of the options.
  const weight = option === null || cause.kind === 'identity' ? null : option.weight
  return {
    ...answer(state.enabled, value, options.serveDisabledValues),
    variant: share === 'control' ? 'control' : (option?.key ?? (state.enabled ? 'on' : 'off')),
    reason: state.enabled ? reasonOf(cause, weight) : 'DISABLED',
    metadata: state.enabled ? enabledMetadata : disabledMetadata,
    ...explanation(cause, weight),
    ...(!state.enabled && options.hidesDisabledFlags ? { hidden: true } : {}),
    native: { type: state.type, enabled: state.enabled, value, reason: nativeReason(cause, weight) },
  }
}

// Shared: there may be 100,000 outcomes of identities that differ in nothing but their values.
const enabledMetadata: Flat = { enabled: true }
const disabledMetadata: Flat = { enabled: false }
const identityMetadata: Flat = { rule: 'identity-override' }

/** Without a value, the state is the value; with one, it answers a boolean question. */
function answer(
  enabled: boolean,
  value: FeatureValue,
  serveDisabledValues: boolean,
): Pick<Outcome, 'value' | 'as' | 'codeDefault'> {
  if (value === null) {
    return enabled ? { value: true } : { value: false, codeDefault: ['string', 'number', 'object'] }
  }
  if (!enabled && !serveDisabledValues) return { as: { boolean: false } }
  return { value, as: { boolean: enabled, ...(typeof value === 'string' ? parsedViews(value) : {}) } }
}

const jsonNumber = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/

/** The number or the object that a text value spells: Flagsmith has no other way to store fractions and structures. */
function parsedViews(text: string): { number?: number; object?: Json } {
  if (jsonNumber.test(text)) {
    const number = Number(text)
    return Number.isFinite(number) ? { number } : {}
  }
  const object = /^\s*[{[]/.test(text) ? parseJson(text) : null
  return isShallow(object, maxObjectDepth) && object !== null ? { object } : {}
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return null
  }
}

/** Deeper objects are left to the application, as the text they are: a ruleset's outcomes have a limit of 128 levels. */
const maxObjectDepth = 64

function isShallow(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((member: Json) => isShallow(member, levels - 1))
}

function reasonOf(cause: Cause, weight: number | null): Reason {
  if (weight !== null) return 'SPLIT'
  if (cause.kind !== 'default') return 'TARGETING_MATCH'
  return cause.isStatic ? 'STATIC' : 'DEFAULT'
}

/** What names segments and weights, for server keys only. */
function explanation(cause: Cause, weight: number | null): Pick<Outcome, 'serverMetadata'> {
  const share = weight === null ? {} : { weight }
  switch (cause.kind) {
    case 'default':
      return weight === null ? {} : { serverMetadata: share }
    case 'segment':
      return { serverMetadata: { rule: 'segment-override', segment: cause.segment, ...share } }
    case 'identity':
      return { serverMetadata: identityMetadata }
    default:
      return assertNever(cause)
  }
}

/** The reason in the vendor's own words. */
function nativeReason(cause: Cause, weight: number | null): string {
  if (weight !== null) return `SPLIT; weight=${weight}`
  if (cause.kind === 'default') return 'DEFAULT'
  return `TARGETING_MATCH; segment=${cause.kind === 'segment' ? cause.segment : 'identity_overrides'}`
}
