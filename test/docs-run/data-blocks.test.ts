/** Data in the documentation can be read, and what is configuration is one that the relay takes. */
import { readFile } from 'node:fs/promises'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { loadConfiguration } from '../../relay/src/config/load-configuration.js'
import { filesIn, textOf } from '../repository/files.js'
import { blocksIn, blocksOf } from './blocks.js'

const blocks = blocksOf()
const folder = mkdtempSync(join(tmpdir(), 'switchyard-docs-'))
const readable = blocks.filter(({ notRun }) => notRun === undefined)
const configurations = [
  ...readable
    .filter(({ language, text }) => language === 'yaml' && text.startsWith('environments:'))
    .map(({ place, text }) => ({ place, text })),
  ...filesIn('docs/examples')
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => ({ place: path, text: textOf(path) })),
]

afterAll(() => rmSync(folder, { recursive: true }))

describe('blocks of the documentation', () => {
  it.each(blocks)('$place has a tag that is known, or none', ({ rest }) => expect(rest).toBe(''))

  it('are found with their tags, indented ones too', () => {
    const markdown = 'a\n\n```sh not-run: docker\ndocker ps\n```\n\n- b\n\n  ```json\n  {}\n  ```\n'
    expect([...blocksIn('page.md', markdown)].map(({ place, notRun, text }) => [place, notRun, text])).toEqual([
      ['page.md:4', 'docker', 'docker ps\n'],
      ['page.md:10', undefined, '{}\n'],
    ])
  })

  it('are listed as not run exactly where they are', () => {
    const notRun = blocks.flatMap(({ page, notRun: why }) => (why === undefined ? [] : [`- ${page}: ${why}`]))
    const [, section = ''] = textOf('docs/evidence.md').split('## Blocks of the documentation that are not run\n')
    expect(section.split('\n').filter((line) => line.startsWith('- '))).toEqual([...new Set(notRun)])
  })

  it.each(readable.filter(({ language }) => language === 'json'))('$place is JSON', ({ text }) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow()
  })

  it.each(readable.filter(({ language }) => language === 'yaml'))('$place is YAML', ({ text }) => {
    // A page may show one key written in several ways.
    const documents = parseAllDocuments(text, { uniqueKeys: false })
    expect([documents].flat().flatMap(({ errors }) => errors)).toEqual([])
  })
})

describe('configurations in the documentation', () => {
  it.each(configurations)('$place is taken by the relay', async ({ place, text }) => {
    const file = join(folder, `${place.replaceAll(/\W/g, '-')}.yaml`)
    writeFileSync(file, text)
    expect(parse(text)).toBeTypeOf('object')
    const names = [...text.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name = '']) => name)
    const env = Object.fromEntries(names.map((name) => [name, valueFor(name)]))
    const readAny = (path: string): Promise<string> =>
      path === file ? readFile(path, 'utf8') : Promise.resolve('what-the-file-holds-0123456789\n')
    const loaded = await loadConfiguration({ file, env, readFile: readAny })
    expect(loaded.ok ? [] : loaded.problems.map(({ message }) => message)).toEqual([])
  })
})

/** Something that has the form of the vendor's key, different for each name. */
function valueFor(name: string): string {
  const digits = Buffer.from(name).toString('hex').padEnd(24, '0')
  if (name.includes('CLOUDBEES')) return digits.slice(-24)
  if (name.includes('FLAGSMITH')) return `ser.${digits}`
  if (name.includes('FLAGBASE')) return `sdk-server_${digits}`
  return digits
}
