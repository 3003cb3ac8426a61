import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** All tests of a folder, as one text. */
function testsIn(folder: string): string {
  const names = readdirSync(new URL(`${folder}/`, root)).filter((name) => name.endsWith('.test.ts'))
  return names.map((name) => textOf(`${folder}/${name}`)).join('\n')
}

const tests = {
  web: testsIn('provider/test/web'),
  server: testsIn('provider/test/server') + textOf('test/conformance/kept-answers.test.ts'),
}

const rows = textOf('docs/reference-faults.md')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, fault = '']) => /^D\d+$/.test(fault))

describe('the page of faults', () => {
  it('names all twelve', () => {
    expect(rows.map(([, fault]) => fault)).toEqual(Array.from({ length: 12 }, (_, index) => `D${index + 1}`))
  })

  it.each(rows)('%sfor %s names tests that exist', (_, _fault, _what, web = '', server = '') => {
    for (const [title, of] of [
      [web, tests.web],
      [server, tests.server],
    ] as const) {
      const name = /^`(.+)`$/.exec(title)?.[1]
      expect([title, name !== undefined && of.includes(`'${name}'`)]).toEqual([title, true])
    }
  })
})
