/** Small readers for untrusted JSON. Own members only: `constructor` and `__proto__` are ordinary names in a document. */
import type { Json, JsonObject } from './types.js'

/** Whether the value is a JSON object: neither null nor an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The own member of that name, or undefined. */
export function own(record: object, name: string): unknown {
  return Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : undefined
}

/** The own member of a JSON object, null where it is missing (rule C3). */
export function member(record: JsonObject, name: string): Json {
  return Object.hasOwn(record, name) ? (record[name] ?? null) : null
}

/** Builds an object from entries so that every key, `__proto__` included, becomes an ordinary own member. */
export function fromEntries<V>(entries: Iterable<readonly [string, V]>): { [key: string]: V } {
  return Object.fromEntries<V>(entries)
}

/** The value as JSON text in ASCII alone, so that its length in characters is its length in bytes in every encoding. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(beyondAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const beyondAscii = /[\u007f-\uffff]/g

/** Orders by UTF-16 code units, as answers and hashes need it; never by locale. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** For `switch` statements over unions: a new member that is not handled is a compile error. */
export function assertNever(value: never): never {
  throw new TypeError(`unhandled case: ${JSON.stringify(value)}`)
}
