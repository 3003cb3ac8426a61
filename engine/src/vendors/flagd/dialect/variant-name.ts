/** What a rule answers is taken for the name of a variant by way of its JSON text. */
import { byCodeUnits } from '../../../ruleset/json.js'
import type { Json } from '../../../ruleset/types.js'
import { isList } from './conversion.js'
import { fail } from './failure.js'

const maxDepth = 128

// What JSON text escapes, control characters included.
const escaped = /["\\<>&\u0000-\u001f\u2028\u2029\ud800-\udfff]/

/**
 * The name that an answer selects: its JSON text as Go prints it, without any double quotes. So `true` is `true`, 1.5 is
 * `1.5`, a list is `[a,b]`, and a text is itself unless it holds quotes or what Go escapes (`&` becomes `\u0026`).
 *
 * @throws OperatorFailure for what JSON cannot carry: NaN and infinities
 */
export function variantName(answer: Json): string {
  return nameOf(answer, 0)
}

function nameOf(value: Json, depth: number): string {
  switch (typeof value) {
    case 'string':
      return escaped.test(value) ? escapedText(value) : value
    case 'number':
      return numberText(value)
    case 'boolean':
      return String(value)
    default:
      if (value === null) return 'null'
      if (depth >= maxDepth) return fail()
      return isList(value) ? `[${value.map((item) => nameOf(item, depth + 1)).join(',')}]` : objectText(value, depth)
  }
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return fail()
  return Object.is(value, -0) ? '-0' : String(value)
}

function objectText(value: { readonly [key: string]: Json }, depth: number): string {
  const members = Object.keys(value)
    .toSorted(byCodeUnits)
    .map((key) => `${nameOf(key, depth)}:${nameOf(value[key] as Json, depth + 1)}`)
  return `{${members.join(',')}}`
}

function escapedText(text: string): string {
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, '\ufffd'))
    .replaceAll('"', '')
    .replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
