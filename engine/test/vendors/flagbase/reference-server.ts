/** Flagbase's evaluation written down as plainly as possible, with other hashes than the engine's: what answers are compared with. */
import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../../../src/index.js'
import type { FlagbaseFlag, TargetingRule, Variation } from '../../../src/vendors/flagbase/document.js'
import { referenceXxh64 } from '../../hash/reference-xxh64.js'

/** Variation and reason; null where the server would crash. */
export function serverAnswer(flag: FlagbaseFlag, identifier: string, traits: JsonObject): [string, string] | null {
  const salt = createHash('sha256').update(flag.key).update(identifier).digest('hex')
  const bucket = Number(referenceXxh64(Buffer.from(salt)) % 100n)
  const rule = flag.useFallthrough ? undefined : flag.rules.find((candidate) => matches(candidate, traits))
  const list = rule?.ruleVariations ?? flag.fallthroughVariations
  const variation = pick(bucket, list)
  if (variation === undefined) return null
  const word = rule === undefined ? 'FALLTHROUGH' : 'TARGETED'
  return [variation.variationKey, list.length > 1 ? `${word}_WEIGHTED` : word]
}

function pick(bucket: number, list: readonly Variation[]): Variation | undefined {
  const sum = new Int8Array(1)
  for (const variation of list) {
    sum[0] = (sum[0] ?? 0) + variation.weight
    if (bucket < (sum[0] ?? 0)) return variation
  }
  return list.at(-1)
}

function matches({ traitKey, traitValue, operator, negate }: TargetingRule, traits: JsonObject): boolean {
  if (!Object.hasOwn(traits, traitKey)) return false
  return compare(operator, traits[traitKey] ?? null, traitValue) !== negate
}

/** Only for numbers and patterns that JavaScript and Go read alike. */
function compare(operator: string, trait: Json, value: string): boolean {
  if (typeof trait === 'number') {
    const number = value === '' ? Number.NaN : Number(value)
    return operator === 'greater_than' ? trait > number : operator === 'greater_than_or_equal' && trait >= number
  }
  if (typeof trait !== 'string') return false
  if (operator === 'equal') return trait === value
  if (operator === 'contains') return trait.includes(value)
  return operator === 'regex' && new RegExp(value, 'u').test(trait)
}
