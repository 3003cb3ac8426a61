import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseGoFloat, plainDecimal } from '../../src/ruleset/go-number.js'

describe('numbers in text', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['+5', 5],
    ['3.14', 3.14],
    ['1.', 1],
    ['.5', 0.5],
    ['1e2', 100],
    ['1E-2', 0.01],
    ['1_000.5_0', 1000.5],
    ['0x1p4', 16],
    ['-0X.8p1', -1],
    ['0x_1F.8p-1', 15.75],
    ['0x0p9999', 0],
    ['inf', Infinity],
    ['-Infinity', -Infinity],
  ])('are read as Go reads them: %s', (text, value) => {
    expect(parseGoFloat(text)).toEqual({ value, isOutOfRange: false })
  })

  it.each([
    '',
    ' 1',
    '1 ',
    '.',
    'e5',
    '1e',
    '1__0',
    '_1',
    '1_',
    '1_.5',
    '0x10',
    '0xp1',
    '0b1',
    '+nan',
    '1,5',
    '١',
    'true',
  ])('are refused where Go refuses them: "%s"', (text) => {
    expect(parseGoFloat(text)).toBeNull()
  })

  it('are infinite beyond the range of a double, and say so', () => {
    expect(parseGoFloat('1e999')).toEqual({ value: Infinity, isOutOfRange: true })
    expect(parseGoFloat('-0x1p5000')).toEqual({ value: -Infinity, isOutOfRange: true })
    expect(parseGoFloat('NaN')).toEqual({ value: NaN, isOutOfRange: false })
  })
})

describe('numbers as text', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1.5, '1.5'],
    [-1e-7, '-0.0000001'],
    [1.25e-9, '0.00000000125'],
    [1e21, '1000000000000000000000'],
    [-1.5e22, '-15000000000000000000000'],
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
  ])('have no exponent: %d', (value, text) => {
    expect(plainDecimal(value)).toBe(text)
  })

  it('are read back as the same numbers', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(plainDecimal(value)).not.toMatch(/e/)
        expect(parseGoFloat(plainDecimal(value))?.value).toBe(value)
      }),
    )
  })
})
