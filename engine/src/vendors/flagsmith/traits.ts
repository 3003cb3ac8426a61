/** An OpenFeature evaluation context as Flagsmith sees it: an identity with traits. */
import { isRecord } from '../../ruleset/json.js'
import type { Json, JsonObject } from '../../ruleset/types.js'

/**
 * Context member that holds the identity's own hash key, for identities whose key is not `<environment key>_<identifier>`.
 * Set by programs that evaluate in their own process; a request from the network must never bring it.
 */
export const identityKeyAttribute = '$flagsmith.identityKey'

/** Context member whose own members are traits too, as in the vendor's OpenFeature providers; other attributes win over them. */
export const traitsAttribute = 'traits'

const notTraits: ReadonlySet<string> = new Set(['targetingKey', identityKeyAttribute])

/** The value of one trait; null where the context has none. */
export function traitOf(context: JsonObject, name: string): Json {
  if (Object.hasOwn(context, name) && isTrait(name, context[name])) return context[name] ?? null
  const nested = nestedTraits(context)
  return nested !== null && Object.hasOwn(nested, name) ? (nested[name] ?? null) : null
}

/** All traits, sorted by name: a query that takes "the first" must not depend on the order in which they were sent. */
export function traitsOf(context: JsonObject): JsonObject {
  const own = Object.entries(context).filter(([name, value]) => isTrait(name, value))
  const traits = new Map([...Object.entries(nestedTraits(context) ?? {}), ...own])
  return Object.fromEntries([...traits].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function isTrait(name: string, value: unknown): boolean {
  return !notTraits.has(name) && !(name === traitsAttribute && isRecord(value))
}

function nestedTraits(context: JsonObject): JsonObject | null {
  const nested = Object.hasOwn(context, traitsAttribute) ? context[traitsAttribute] : null
  return isRecord(nested) ? nested : null
}

/** What percentages hash for an identity: the key it was given, else one made of its identifier; null without identity. */
export function identityKeyOf(context: JsonObject, targetingKey: string | null, environmentKey: string): string | null {
  const own = Object.hasOwn(context, identityKeyAttribute) ? context[identityKeyAttribute] : null
  if (typeof own === 'string' && own !== '') return own
  return targetingKey === null ? null : `${environmentKey}_${targetingKey}`
}
