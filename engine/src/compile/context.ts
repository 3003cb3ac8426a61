import type { Json, JsonObject } from '../ruleset/types.js'

const maxDepth = 128
/**
 * Lists and objects of one context. Only what a program holds can have more, as it may lead to the same object in many ways,
 * or back to itself: walking all of them would never end.
 */
const maxObjects = 500_000

/** How many lists and objects may still be looked at. */
let objectsLeft = 0

/**
 * The evaluation context as JSON would carry it (rule C1), so that in-process and remote evaluation agree: dates become ISO
 * 8601 text, functions, symbols and `undefined` are absent, NaN and infinities are null, -0 is 0. Anything but an object is an
 * empty context; what is nested deeper than 128 is null, and so are lists and objects beyond the first 500,000.
 *
 * @returns the context itself where it is of that form already, as nearly all are: copying costs more than most evaluations
 */
export function normalizeContext(context: unknown): JsonObject {
  objectsLeft = maxObjects
  if (typeof context === 'object' && !Array.isArray(context) && isNormal(context, 0))
    return (context ?? {}) as JsonObject
  objectsLeft = maxObjects
  const normalized = normalize(context, 0)
  return typeof normalized === 'object' && normalized !== null && !Array.isArray(normalized)
    ? (normalized as JsonObject)
    : {}
}

function isNormal(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || value instanceof Date || depth > maxDepth) return false
  if ((objectsLeft -= 1) < 0) return false
  // Item by item: a list with holes is not normal.
  if (Array.isArray(value)) return isNormalList(value, depth)
  for (const name of Object.keys(value)) {
    if (!isNormal((value as Record<string, unknown>)[name], depth + 1)) return false
  }
  return true
}

function isNormalList(list: readonly unknown[], depth: number): boolean {
  for (let index = 0; index < list.length; index += 1) if (!isNormal(list[index], depth + 1)) return false
  return true
}

function normalize(value: unknown, depth: number): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      // Adding 0 takes the sign of -0 away.
      return Number.isFinite(value) ? value + 0 : null
    case 'object':
      return value === null || depth > maxDepth ? null : normalizeObject(value, depth)
    default:
      return undefined
  }
}

function normalizeObject(value: object, depth: number): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if ((objectsLeft -= 1) < 0) return null
  if (Array.isArray(value)) return Array.from(value, (item) => normalize(item, depth + 1) ?? null)
  const entries: [string, Json][] = []
  for (const [name, member] of Object.entries(value)) {
    const normalized = normalize(member, depth + 1)
    if (normalized !== undefined) entries.push([name, normalized])
  }
  return Object.fromEntries(entries)
}
