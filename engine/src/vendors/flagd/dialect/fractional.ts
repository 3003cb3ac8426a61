/**
 * `fractional`: MurmurHash3 over the UTF-8 bytes of a seed chooses among weighted variants.
 *
 * @see https://flagd.dev/architecture-decisions/high-precision-fractional-bucketing/
 */
import { murmur3Utf8 } from '../../../hash/murmur3-utf8.js'
import { type Evaluation, type Operand, type Operator } from '../../../ruleset/dialect.js'
import { member } from '../../../ruleset/json.js'
import type { Json } from '../../../ruleset/types.js'
import { isList, isObject } from './conversion.js'
import { chargeInLists } from './steps.js'
import { elementAt } from './variable.js'

/** Largest sum of weights: that of a signed 32-bit integer. */
const maxTotal = 2_147_483_647

/** A variant with its share of the total; null is the default variant. */
export interface Share {
  readonly variant: Json
  readonly weight: number
}

/** What the two versions of the operator differ in. */
export interface Bucketing {
  /** Fewer arguments, the seed included, are no distribution. */
  readonly minArguments: number
  /** Whether a targeting key of no characters is one. */
  readonly allowsEmptyKey: boolean
  /** @returns null for what is not `[variant, weight?]` */
  shareOf(bucket: Json): Share | null
  /** The sum of the weights; null where the shares cannot be distributed. */
  totalOf(shares: readonly Share[]): number | null
  /** Where a seed falls, on the scale of {@link Bucketing.boundsOf}. */
  bucketOf(seed: string, total: number): number
  /** Upper bounds of the shares, in order, not included. */
  boundsOf(shares: readonly Share[], total: number): number[]
  /** The variant of a seed beyond the last share. */
  readonly remainder: Json
}

/** flagd 0.15 and later: whole weights, the product of hash and total in integers. */
export const current: Bucketing = {
  minArguments: 1,
  allowsEmptyKey: false,
  shareOf: (bucket) => {
    if (!isList(bucket) || bucket.length === 0) return null
    const [variant = null, weight = null] = bucket
    if (typeof variant === 'object' && variant !== null) return null
    if (weight === null) return { variant, weight: 1 }
    if (typeof weight !== 'number' || !Number.isInteger(weight)) return null
    return weight > maxTotal || weight < -(2 ** 63) ? null : { variant, weight: Math.max(weight, 0) }
  },
  totalOf: (shares) => {
    const total = sumOfWeights(shares)
    return total === 0 || total > maxTotal ? null : total
  },
  bucketOf: (seed, total) => scale(murmur3Utf8(seed), total),
  boundsOf: (shares) => runningSums(shares.map(({ weight }) => weight)),
  remainder: null,
}

/** flagd up to 0.14: percentages in floating point, of the magnitude of the signed hash. */
export const legacy: Bucketing = {
  minArguments: 2,
  allowsEmptyKey: true,
  shareOf: (bucket) => {
    const [variant, weight] = isList(bucket) ? bucket : []
    if (typeof variant !== 'string') return null
    return { variant, weight: typeof weight === 'number' ? Math.trunc(weight) : 1 }
  },
  totalOf: sumOfWeights,
  bucketOf: (seed) => (Math.abs(murmur3Utf8(seed) | 0) / 2_147_483_647) * 100,
  boundsOf: (shares, total) => runningSums(shares.map(({ weight }) => (total === 0 ? 0 : (100 * weight) / total))),
  // Not null: no variant has this name, so the answer is an error.
  remainder: '',
}

function sumOfWeights(shares: readonly Share[]): number {
  return shares.reduce((sum, { weight }) => sum + weight, 0)
}

function runningSums(parts: readonly number[]): number[] {
  let sum = 0
  return parts.map((part) => (sum += part))
}

/**
 * `floor(hash * total / 2^32)`, exactly.
 *
 * @param hash  unsigned 32-bit integer
 * @param total at most 2^31 - 1; the product has up to 63 bits, so the hash is taken in halves
 */
function scale(hash: number, total: number): number {
  const low = (hash & 0xffff) * total
  const high = (hash >>> 16) * total
  return Math.floor((high + Math.floor(low / 65_536)) / 65_536)
}

/** The seed that the first argument and the targeting key give, null where there is none. */
function seedOf(first: Json, flagKey: string, key: Json, bucketing: Bucketing): string | null {
  if (typeof first === 'string') return first
  if (first !== null || typeof key !== 'string' || (key === '' && !bucketing.allowsEmptyKey)) return null
  return flagKey + key
}

/** `seed(flag!, x, key)`: x if it is text; with x null, flag and targeting key together. Anything else is null. */
export function seedOperator(bucketing: Bucketing): Operator {
  return {
    parameters: ['static', 'value', 'value'],
    prepare: ({ statics: [flagKey], operands: [first, key] }) => {
      if (typeof flagKey !== 'string') return { invalid: 'takes a flag key' }
      const [ofFirst, ofKey] = [first as Operand, key as Operand]
      return (evaluation) => seedOf(ofFirst(evaluation), flagKey, ofKey(evaluation), bucketing)
    },
  }
}

/** `bucket(total!, seed)`: where a seed falls in `[0, total)`; null for what is not text. */
export function bucketOperator(bucketing: Bucketing): Operator {
  return {
    parameters: ['static', 'value'],
    prepare: ({ statics: [total], operands: [seed] }) => {
      if (typeof total !== 'number') return { invalid: 'takes a total and a seed' }
      const ofSeed = seed as Operand
      return (evaluation) => {
        const text = ofSeed(evaluation)
        return typeof text === 'string' ? bucketing.bucketOf(text, total) : null
      }
    },
    hashInput: (_, [seed]) => (typeof seed === 'string' ? seed : null),
  }
}

/** `fractional(flag!, depth!, list)`: all of the operator, where its arguments are computed. Null where they are wrong. */
export function fractionalOperator(bucketing: Bucketing): Operator {
  /** What the operator distributes for these arguments. */
  const distribution = (
    [flagKey, depth]: readonly Json[],
    [argument = null]: readonly Json[],
    evaluation: Evaluation,
  ): Distribution | null => {
    if (typeof flagKey !== 'string' || typeof depth !== 'number') return null
    return distributionOf(argument, flagKey, dataAt(depth, evaluation), bucketing)
  }
  return {
    parameters: ['static', 'static', 'value'],
    prepare: ({ statics: [flagKey, depth], operands: [argument] }) => {
      if (typeof flagKey !== 'string' || typeof depth !== 'number') return { invalid: 'takes a flag key and a depth' }
      const list = argument as Operand
      return (evaluation) => {
        const value = list(evaluation)
        chargeInLists(value, evaluation)
        if (isList(value)) chargeInLists(value[0] ?? null, evaluation)
        return choose(value, flagKey, dataAt(depth, evaluation), bucketing)
      }
    },
    reads: ([, depth]) => (depth === -1 ? { attributes: ['targetingKey'] } : {}),
    hashInput: (...given) => distribution(...given)?.seed ?? null,
    bucket: (...given) => {
      const found = distribution(...given)
      return found === null ? null : bucketing.bucketOf(found.seed, found.total)
    },
  }
}

function dataAt(depth: number, evaluation: Evaluation): Json {
  return depth < 0 ? evaluation.context : elementAt(depth, evaluation)
}

function choose(argument: Json, flagKey: string, data: Json, bucketing: Bucketing): Json {
  const distribution = distributionOf(argument, flagKey, data, bucketing)
  if (distribution === null) return null
  const { seed, shares, total } = distribution
  const bucket = bucketing.bucketOf(seed, total)
  const position = bucketing.boundsOf(shares, total).findIndex((bound) => bucket < bound)
  return shares[position]?.variant ?? bucketing.remainder
}

interface Distribution {
  readonly seed: string
  readonly shares: readonly Share[]
  readonly total: number
}

/** What is distributed among which variants; null where the arguments are wrong. */
function distributionOf(argument: Json, flagKey: string, data: Json, bucketing: Bucketing): Distribution | null {
  if (!isList(argument) || argument.length < bucketing.minArguments || !isObject(data)) return null
  const [first = null, ...others] = argument
  const hasSeed = first === null || typeof first === 'string'
  const seed = seedOf(hasSeed ? first : null, flagKey, member(data, 'targetingKey'), bucketing)
  const shares = (hasSeed ? others : argument).map(bucketing.shareOf)
  if (seed === null || !shares.every((share) => share !== null)) return null
  const total = bucketing.totalOf(shares)
  return total === null ? null : { seed, shares, total }
}
