import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/index.js'
import { attributeText, isBlank, parseDotnetDouble } from '../../../src/vendors/featbit/text.js'

/** [what the row is about, text, number] */
const numbers: [string, string, number | null][] = [
  ['an integer', '10', 10],
  ['a negative decimal', '-2.5', -2.5],
  ['a plus sign', '+5', 5],
  ['no digits after the point', '1.', 1],
  ['no digits before the point', '.5', 0.5],
  ['an exponent', '1e2', 100],
  ['a signed exponent in upper case', '12E-1', 1.2],
  ['thousands separators', '1,500', 1500],
  ['separators anywhere before the point', '1,,5,0.5', 150.5],
  ['surrounding blanks', ' \t10\r\n', 10],
  ['trailing NULs', '10\0\0', 10],
  ['infinity', 'Infinity', Infinity],
  ['infinity in another case, with blanks', ' -infinity ', -Infinity],
  ['a number beyond the range', '1e400', Infinity],
  ['not a number', 'NaN', null],
  ['empty text', '', null],
  ['a word', 'abc', null],
  ['a number with a tail', '12abc', null],
  ['a lone point', '.', null],
  ['a lone sign', '-', null],
  ['a blank after the sign', '- 5', null],
  ['a leading separator', ',5', null],
  ['a separator after the point', '1.5,0', null],
  ['an exponent without digits', '1e', null],
  ['hexadecimal', '0x10', null],
  ['a no-break space', '\u00a05', null],
  ['digits of another script', '٣', null],
]

describe('parseDotnetDouble', () => {
  it.each(numbers)('reads %s', (_row, text, expected) => {
    expect(parseDotnetDouble(text)).toBe(expected)
  })

  it('takes time proportional to the length of a hostile text', () => {
    const longest = `${' '.repeat(200_000)}${'1,'.repeat(200_000)}.${'1'.repeat(200_000)}e${'1'.repeat(200_000)}x`
    const started = performance.now()
    expect(parseDotnetDouble(longest)).toBeNull()
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})

/** [what the row is about, attribute, text] */
const attributes: [string, Json, string][] = [
  ['text stays as it is', ' De ', ' De '],
  ['true is true', true, 'true'],
  ['false is false', false, 'false'],
  ['an integer is its decimal', 34, '34'],
  ['a double is its shortest decimal', 0.1, '0.1'],
  ['minus zero is zero', -0, '0'],
  ['null is empty', null, ''],
  ['a list is JSON text', [1, 'a'], '[1,"a"]'],
  ['an object is JSON text', { a: { b: null } }, '{"a":{"b":null}}'],
]

describe('attributeText', () => {
  it.each(attributes)('%s', (_row, value, expected) => {
    expect(attributeText(value)).toBe(expected)
  })
})

/** [what the row is about, text, whether it is blank] */
const blanks: [string, string, boolean][] = [
  ['empty text is blank', '', true],
  ['spaces and line ends are blank', ' \t\r\n', true],
  ['a next line control is blank for .NET', '\u0085', true],
  ['an ideographic space is blank', '\u3000', true],
  ['a byte order mark is not blank for .NET', '\ufeff', false],
  ['a letter between spaces is not blank', ' a ', false],
]

describe('isBlank', () => {
  it.each(blanks)('%s', (_row, text, expected) => {
    expect(isBlank(text)).toBe(expected)
  })
})
