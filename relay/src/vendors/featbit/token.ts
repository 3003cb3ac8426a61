/**
 * The connection token of FeatBit's WebSocket: the secret with the time in its middle, the time's digits written as letters.
 *
 * `position (3 digits) · length of the time (2 digits) · secret up to the position · time · rest of the secret`
 *
 * It hides nothing from whoever reads it: a token is as secret as the secret.
 */

/** The letter of each digit, 0 to 9. */
const letters = 'QBWSPHDXZU'

/** Length of a secret, with its padding. */
const secretLength = 44

/**
 * @param nowMs epoch milliseconds; FeatBit refuses a token that is more than 30 seconds from its own time
 * @param random `0 <= random() < 1`
 */
export function createConnectionToken(secret: string, nowMs: number, random: () => number): string {
  const text = secret.replace(/=+$/, '')
  const time = String(Math.floor(nowMs))
  const position = Math.max(Math.floor(random() * text.length), 2)
  const head = toLetters(String(position).padStart(3, '0')) + toLetters(String(time.length).padStart(2, '0'))
  return head + text.slice(0, position) + toLetters(time) + text.slice(position)
}

export interface ConnectionToken {
  readonly secret: string
  /** Epoch milliseconds. */
  readonly issuedAtMs: number
}

/** Reads a token as FeatBit's evaluation server does. Null for what is none; whether it is in time is the caller's question. */
export function readConnectionToken(token: string): ConnectionToken | null {
  const position = fromLetters(token.slice(0, 3))
  const length = fromLetters(token.slice(3, 5))
  if (position === null || length === null || token.length < 5 + position + length) return null
  const rest = token.slice(5)
  const issuedAtMs = fromLetters(rest.slice(position, position + length))
  const text = rest.slice(0, position) + rest.slice(position + length)
  const secret = text.padEnd(Math.ceil(text.length / 4) * 4, '=')
  return issuedAtMs === null || secret.length !== secretLength ? null : { secret, issuedAtMs }
}

function toLetters(digits: string): string {
  return digits.replaceAll(/\d/g, (digit) => letters.charAt(Number(digit)))
}

function fromLetters(text: string): number | null {
  if (!/^[QBWSPHDXZU]+$/.test(text)) return null
  return Number(text.replaceAll(/./g, (letter) => String(letters.indexOf(letter))))
}
