/** Reads one feature state of an environment document. */
import { isRecord, own } from '../../ruleset/json.js'
import type { FeatureState, FeatureValue, MultivariateOption } from './document.js'

/**
 * Reads a state. A malformed one keeps its name and the reason, so that only its own feature answers with an error; one that
 * does not say which feature it is of is null. Reporting is the caller's: there may be 100,000 of them, all sound.
 */
export function decodeFeatureState(input: unknown): FeatureState | null {
  const feature = isRecord(input) ? own(input, 'feature') : undefined
  const name = isRecord(feature) ? own(feature, 'name') : undefined
  if (!isRecord(input) || !isRecord(feature) || typeof name !== 'string') return null
  const id = own(feature, 'id')
  const type = own(feature, 'type')
  const enabled = own(input, 'enabled')
  const value = own(input, 'feature_state_value') ?? null
  const seed = own(input, 'django_id') || own(input, 'featurestate_uuid')
  const options = decodeOptions(own(input, 'multivariate_feature_state_values'))
  return {
    name,
    featureId: isFiniteNumber(id) ? id : null,
    type: typeof type === 'string' ? type : 'STANDARD',
    enabled: enabled === true,
    value: isFeatureValue(value) ? value : null,
    options: typeof options === 'string' ? none : options,
    seed: isText(seed) ? String(seed) : '',
    priority: decodePriority(own(input, 'feature_segment')),
    problem: findProblem(enabled, value, options, seed),
  }
}

/** Whether it is one of the types a feature's value may have. */
export function isFeatureValue(value: unknown): value is FeatureValue {
  return value === null || typeof value === 'boolean' || typeof value === 'string' || isFiniteNumber(value)
}

/** A number that a ruleset can carry: what JSON spells as `1e999` is none. */
export function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value)
}

function isText(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

function findProblem(
  enabled: unknown,
  value: unknown,
  options: readonly MultivariateOption[] | string,
  seed: unknown,
): string | null {
  if (typeof enabled !== 'boolean') return 'enabled must be true or false'
  if (!isFeatureValue(value)) return 'feature_state_value must be text, a number, true, false or null'
  if (typeof options === 'string') return options
  return options.length > 0 && !isText(seed) ? 'without django_id and featurestate_uuid it cannot be split' : null
}

function decodePriority(featureSegment: unknown): number {
  const priority = isRecord(featureSegment) ? own(featureSegment, 'priority') : undefined
  return typeof priority === 'number' ? priority : Number.POSITIVE_INFINITY
}

const none: readonly MultivariateOption[] = []

/** Options in the order of their shares, or what is wrong with them. */
function decodeOptions(input: unknown): readonly MultivariateOption[] | string {
  const name = 'multivariate_feature_state_values'
  if (input == null) return none
  if (!Array.isArray(input)) return `${name} must be a list`
  if (input.length === 0) return none
  const ordered: OrderedOption[] = []
  for (const [index, item] of (input as readonly unknown[]).entries()) {
    const option = isRecord(item) ? own(item, 'multivariate_feature_option') : undefined
    const weight = isRecord(item) ? own(item, 'percentage_allocation') : undefined
    const value = isRecord(option) ? (own(option, 'value') ?? null) : undefined
    if (!isRecord(item) || !isRecord(option) || !isFiniteNumber(weight) || !isFeatureValue(value)) {
      return `${name}[${index}] must have a percentage_allocation and a multivariate_feature_option with a value`
    }
    const key = own(option, 'key')
    ordered.push({ key: typeof key === 'string' ? key : null, value, weight, priority: optionPriority(item) })
  }
  return inOrder(ordered)
}

/** An option with its place in the order of shares. */
export interface OrderedOption extends MultivariateOption {
  readonly priority: number | bigint
}

/** Sorts options by ascending priority; equal ones stay in the document's order. */
export function inOrder(options: readonly OrderedOption[]): MultivariateOption[] {
  return options
    .toSorted((a, b) => (a.priority < b.priority ? -1 : Number(a.priority > b.priority)))
    .map(({ key, value, weight }) => ({ key, value, weight }))
}

/** The id, or the UUID as a number of 128 bits: that is how the vendor orders options that have no id. */
function optionPriority(option: Record<string, unknown>): number | bigint {
  const id = own(option, 'id')
  if (typeof id === 'number' && id !== 0) return id
  const uuid = own(option, 'mv_fs_value_uuid')
  const digits = typeof uuid === 'string' ? uuid.replaceAll('-', '') : ''
  return /^[0-9a-f]{32}$/i.test(digits) ? BigInt(`0x${digits}`) : Number.POSITIVE_INFINITY
}
