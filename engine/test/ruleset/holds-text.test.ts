import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdsText } from '../../src/ruleset/holds-text.js'

describe('whether a text holds another', () => {
  it('is what includes says, for parts of any length', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '\ud800', '😀'), minLength: 1, maxLength: 4 })
    const long = fc.tuple(piece, fc.nat(300)).map(([text, times]) => text.repeat(times))
    const text = fc.array(long, { maxLength: 4 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, text, fc.nat(2_000), fc.nat(2_000), (whole, other, from, length) => {
        for (const part of [other, whole, whole.slice(from, from + length), `${whole.slice(from)}a`]) {
          expect(holdsText(whole, part)).toBe(whole.includes(part))
        }
      }),
    )
  })

  it('is found out at once for texts that are made to take long', () => {
    const text = 'a'.repeat(1_000_000)
    const part = `${'a'.repeat(250_000)}b${'a'.repeat(250_000)}`
    expect(holdsText(text, part)).toBe(false)
    expect(holdsText(`${text}b${text}`, part)).toBe(true)
  })
})
