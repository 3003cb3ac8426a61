import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { appendUtf8, createUtf8Buffer, encodeUtf8 } from '../../src/hash/utf8.js'
import { checkEveryLength, longTexts, text } from './texts.js'

/** [row, text, bytes] */
const rows: [string, string, string][] = [
  ['nothing as no byte', '', ''],
  ['U+0000 as one byte', '\0', '00'],
  ['the last code point of one byte', '\u007f', '7f'],
  ['the first code point of two bytes', '\u0080', 'c280'],
  ['the last code point of two bytes', '\u07ff', 'dfbf'],
  ['the first code point of three bytes', '\u0800', 'e0a080'],
  ['the last code point below the surrogates', '\ud7ff', 'ed9fbf'],
  ['the first code point above the surrogates', '\ue000', 'ee8080'],
  ['the last code point of three bytes', '\uffff', 'efbfbf'],
  ['the first code point of four bytes', '\u{10000}', 'f0908080'],
  ['the last code point of four bytes', '\u{10ffff}', 'f48fbfbf'],
  ['a byte order mark as it is', '\ufeffa', 'efbbbf61'],
  ['a high surrogate at the end as U+FFFD', 'a\ud83d', '61efbfbd'],
  ['a high surrogate before other text as U+FFFD', '\ud83da', 'efbfbd61'],
  ['a low surrogate alone as U+FFFD', '\ude00a', 'efbfbd61'],
  ['a pair in the wrong order as U+FFFD twice', '\ude00\ud83d', 'efbfbdefbfbd'],
  ['a high surrogate before a pair as U+FFFD and the pair', '\ud83d\ud83d\ude00', 'efbfbdf09f9880'],
]

describe('encodeUtf8', () => {
  it.each(rows)('encodes %s', (_row, input, hex) => {
    expect(hexOf(input)).toBe(hex)
  })

  it('encodes every text as the platform does', () => {
    checkEveryLength((input) => expect(hexOf(input)).toBe(Buffer.from(input).toString('hex')))
  })

  it.each(longTexts)('encodes %s as the platform does', (_name, input) => {
    expect(hexOf(input)).toBe(Buffer.from(input).toString('hex'))
  })

  it.each(longTexts)('leaves room for the padding of a hash behind %s', (_name, input) => {
    const { bytes, length } = encodeUtf8(input)
    expect(bytes.length).toBeGreaterThanOrEqual(length + 72)
  })

  it('shares one buffer between short texts', () => {
    expect(encodeUtf8('a')).toBe(encodeUtf8('é'.repeat(20_000)))
  })

  it('does not keep the buffer of a long text', () => {
    expect(encodeUtf8('a'.repeat(1_000_000))).not.toBe(encodeUtf8('a'))
  })
})

describe('appendUtf8', () => {
  it('takes the halves of a pair that was cut as lone surrogates', () => {
    const buffer = createUtf8Buffer(6)
    appendUtf8(buffer, '😀', 0, 1)
    appendUtf8(buffer, '😀', 1, 2)
    expect(Buffer.from(buffer.bytes).toString('hex')).toBe('efbfbdefbfbd')
  })

  it('encodes a text cut between characters as the whole text', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(!isPair(before.at(-1), after[0]))
        const whole = before + after
        const buffer = createUtf8Buffer(whole.length * 3)
        appendUtf8(buffer, whole, 0, before.length)
        appendUtf8(buffer, whole, before.length, whole.length)
        expect(Buffer.from(buffer.bytes.subarray(0, buffer.length)).toString('hex')).toBe(hexOf(whole))
      }),
    )
  })
})

function hexOf(input: string): string {
  const { bytes, length } = encodeUtf8(input)
  return Buffer.from(bytes.subarray(0, length)).toString('hex')
}

function isPair(high = '', low = ''): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(high + low)
}
