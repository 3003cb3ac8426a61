import type { Json, JsonObject } from '../ruleset/types.js'

const maxDepth = 128

/**
 * The evaluation context as JSON would carry it (rule C1), so that in-process and remote evaluation agree: dates become ISO
 * 8601 text, functions, symbols and `undefined` are absent, NaN and infinities are null. Anything but an object is an empty
 * context; what is nested deeper than 128 is null.
 */
export function normalizeContext(context: unknown): JsonObject {
  const normalized = normalize(context, 0)
  return typeof normalized === 'object' && normalized !== null && !Array.isArray(normalized)
    ? (normalized as JsonObject)
    : {}
}

function normalize(value: unknown, depth: number): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'object':
      return value === null || depth > maxDepth ? null : normalizeObject(value, depth)
    default:
      return undefined
  }
}

function normalizeObject(value: object, depth: number): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (Array.isArray(value)) return value.map((item) => normalize(item, depth + 1) ?? null)
  const entries: [string, Json][] = []
  for (const [name, member] of Object.entries(value)) {
    const normalized = normalize(member, depth + 1)
    if (normalized !== undefined) entries.push([name, normalized])
  }
  return Object.fromEntries(entries)
}
