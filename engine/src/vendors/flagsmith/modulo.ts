/** The vendor's `MODULO`. */
import type { Json } from '../../ruleset/types.js'
import { coerce, parseFloatText } from './python-values.js'

/**
 * Prepares a remainder test from `divisor|remainder`.
 *
 * @returns a test that is never true where the text is anything else, nor where the divisor is 0: the rest is then NaN
 */
export function readModulo(text: string): (value: Json) => boolean {
  const parsed = parseModulo(text)
  if (parsed === null) return () => false
  const { divisor, remainder } = parsed
  return (value) => {
    const coerced = coerce(value)
    if (coerced === null || typeof coerced === 'string') return false
    return floorModulo(Number(coerced), divisor) === remainder
  }
}

/** Both numbers of a condition's text, or null where it is not two numbers. */
export function parseModulo(text: string): { readonly divisor: number; readonly remainder: number } | null {
  const parts = text.split('|').map(parseFloatText)
  const [divisor, remainder] = parts
  if (parts.length !== 2 || divisor == null || remainder == null) return null
  return { divisor, remainder }
}

/** The remainder with the sign of the divisor, as Python has it; JavaScript's has the sign of the dividend. */
function floorModulo(dividend: number, divisor: number): number {
  const rest = dividend % divisor
  return rest !== 0 && rest < 0 !== divisor < 0 ? rest + divisor : rest
}
