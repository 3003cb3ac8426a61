import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLines } from '../../src/cli/lines.js'

async function* chunksOf(...chunks: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* chunks
}

async function linesOf(...chunks: (string | Uint8Array)[]): Promise<(string | null)[]> {
  const texts: (string | null)[] = []
  for await (const lines of readLines(chunksOf(...chunks))) {
    for (const { number, text } of lines) {
      expect(number).toBe(texts.length + 1)
      texts.push(text)
    }
  }
  return texts
}

describe('readLines', () => {
  it.each<[string, string, string[]]>([
    ['nothing', '', []],
    ['a line without a line feed at its end', 'a', ['a']],
    ['a line with one', 'a\n', ['a']],
    ['blank lines between others', 'a\n\n \nb\n', ['a', '', ' ', 'b']],
    ['a blank line at the start', '\na\n', ['', 'a']],
    ['no line for a blank one at the end', 'a\n\n', ['a']],
    ['no line for blanks at the end', 'a\n  ', ['a']],
    ['a blank line before the one at the end', 'a\n\n\n', ['a', '']],
    ['nothing but a line feed', '\n', []],
    ['separators that are part of JSON text', 'a\u2028b\u2029c\rd\n', ['a\u2028b\u2029c\rd']],
    ['no byte order mark', '\ufeffa\nb\n', ['a', 'b']],
  ])('reads %s', async (_name, text, expected) => {
    expect(await linesOf(text)).toEqual(expected)
  })

  it('gives null for a line that is not UTF-8, and reads on', async () => {
    expect(await linesOf(Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0x62]))).toEqual(['a', null, 'b'])
  })

  it('reads the same lines however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(40)), async (texts, cuts) => {
        const bytes = Buffer.from(texts.map((text) => `x${text.replaceAll('\n', '')}\n`).join(''))
        const chunks: Uint8Array[] = []
        let start = 0
        for (const cut of cuts) chunks.push(bytes.subarray(start, (start += cut)))
        chunks.push(bytes.subarray(start))
        expect(await linesOf(...chunks)).toEqual(texts.map((text) => `x${text.replaceAll('\n', '')}`))
      }),
    )
  })
})
