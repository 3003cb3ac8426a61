/** Roxx's functions of text. What is not text is undefined, and so is what they make of it. */
import { md5HexUtf8 } from '../../../hash/md5-utf8.js'
import type { Json } from '../../../ruleset/types.js'

/** `md5`: 32 lower-case hexadecimal digits of the MD5 of the UTF-8 bytes. */
export function md5Text(value: Json): string | null {
  return typeof value === 'string' ? md5HexUtf8(value) : null
}

/** `concat`: both texts, one behind the other. */
export function concatenation(a: Json, b: Json): string | null {
  return typeof a === 'string' && typeof b === 'string' ? a + b : null
}

/** `mergeSeed`: both values with a dot between them. */
export function mergedSeed(a: Json, b: Json): string | null {
  const left = seedText(a)
  const right = seedText(b)
  return left === null || right === null ? null : `${left}.${right}`
}

/** A value as it is hashed: numbers and booleans as JavaScript prints them. Null where there is nothing to hash. */
export function seedText(value: Json): string | null {
  return typeof value === 'object' ? null : String(value)
}

const base64 = /^[A-Za-z0-9+/]*(={0,2})$/
/** Decoding takes room in proportion; no value of a flag comes near this. */
const maxBase64Length = 1_000_000

/** `b64d`: standard Base64 of UTF-8, the padding optional, at most a million characters. Null for anything else. */
export function base64Text(value: Json): string | null {
  if (typeof value !== 'string' || value.length > maxBase64Length) return null
  const padding = base64.exec(value)?.[1]
  if (padding === undefined || (padding !== '' && value.length % 4 !== 0)) return null
  const digits = value.length - padding.length
  return digits % 4 === 1 ? null : decodeUtf8(decodeBase64(value, digits))
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const sextets: ReadonlyMap<string, number> = new Map(Array.from(alphabet, (digit, value) => [digit, value]))

/** @param digits how many of the text's characters are digits; no last one that is alone */
function decodeBase64(text: string, digits: number): number[] {
  const bytes: number[] = []
  let bits = 0
  for (let at = 0; at < digits; at += 1) {
    bits = ((bits << 6) | (sextets.get(text.charAt(at)) ?? 0)) & 0xffffff
    const phase = at % 4
    if (phase > 0) bytes.push((bits >> (6 - 2 * phase)) & 0xff)
  }
  return bytes
}

/** Null where the bytes are no UTF-8. */
function decodeUtf8(bytes: readonly number[]): string | null {
  try {
    return decodeURIComponent(bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))
  } catch {
    return null
  }
}
