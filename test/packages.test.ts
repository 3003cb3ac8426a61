/** The packages as they are built and published: what other projects get. Reads the build. */
import { spawnSync } from 'node:child_process'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPackage } from '@arethetypeswrong/core'
import { build } from 'esbuild'
import { publint } from 'publint'
import { describe, expect, it } from 'vitest'
import { publishedPackages } from '../tools/published.mjs'
import { packedFiles } from './packages/pack.js'
import { textOf } from './repository/files.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Where libraries of this workspace are found by name. */
const consumer = fileURLToPath(new URL('.', import.meta.url))

const packages = await Promise.all(
  publishedPackages().map(async (published) => ({ ...published, packed: await packedFiles(published.folder) })),
)
const libraries = packages.filter(({ entries }) => entries.length > 0)

/** What each entry gives. */
const entries: readonly [string, string][] = [
  ['@switchyard/engine', 'compile'],
  ['@switchyard/openfeature-provider/server', 'SwitchyardProvider'],
  ['@switchyard/openfeature-provider/web', 'SwitchyardWebProvider'],
  ['@switchyard/openfeature-provider/web-tabs', 'sharedEventSource'],
  ['@switchyard/ofrep-conformance', 'runSuite'],
]

/** Runs a script with Node and gives back what it prints. */
function print(inputType: 'module' | 'commonjs', script: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [`--input-type=${inputType}`, '-e', script], {
    cwd: consumer,
    encoding: 'utf8',
  })
  return stdout.trim() || stderr
}

describe.each(packages)('the package $name', ({ folder, packed }) => {
  it('is packed without a finding of publint', async () => {
    const { messages } = await publint({ pkgDir: `${root}${folder}`, strict: true })
    // Node does read `imports` of the nearest package.json, and only that: the folder of CommonJS needs its own.
    const findings = messages.filter(
      (message) => message.code !== 'NESTED_PACKAGE_JSON_FIELD_IGNORED' || message.args.field !== 'imports',
    )
    expect(findings).toEqual([])
  })

  it('brings its licence, and says what it is', () => {
    expect(packed.textOf('LICENSE')).toBe(textOf('LICENSE'))
    expect(packed.paths).toContain('README.md')
  })

  it('brings nothing of the workshop', () => {
    expect(packed.paths.filter((path) => /tsbuildinfo|\.test\.|^test\/|tsconfig/.test(path))).toEqual([])
  })

  it('brings the sources that its maps lead to', () => {
    const maps = packed.paths.filter((path) => path.endsWith('.map'))
    const sources = maps.flatMap((path) =>
      (JSON.parse(packed.textOf(path)) as { readonly sources: readonly string[] }).sources.map((source) =>
        posix.join(posix.dirname(path), source),
      ),
    )
    expect(sources.filter((path) => !packed.paths.includes(path))).toEqual([])
  })
})

describe.each(libraries)('the types of $name', ({ packed, entries }) => {
  it('are right for every way in which TypeScript looks for them', async () => {
    const result = await checkPackage(packed.forTypes)
    const problems = 'problems' in result ? result.problems : null
    // What is an ES module alone is one for CommonJS, too: every Node that we support can `require` it.
    const isAlone = !entries.some(({ kinds }) => kinds.includes('require'))
    const left = problems?.filter(({ kind }) => !isAlone || kind !== 'CJSResolvesToESM')
    expect({ types: result.types, problems: left }).toEqual({ types: { kind: 'included' }, problems: [] })
  })
})

describe('the libraries', () => {
  it('are those of this list', () => {
    expect(entries.map(([specifier]) => specifier)).toEqual(
      libraries.flatMap((library) => library.entries.map(({ specifier }) => specifier)),
    )
  })

  it.each(entries)('give %s to ES modules', (entry, name) => {
    expect(print('module', `import { ${name} } from '${entry}'; console.log(typeof ${name})`)).toBe('function')
  })

  it.each(entries)('give %s to CommonJS', (entry, name) => {
    expect(print('commonjs', `console.log(typeof require('${entry}').${name})`)).toBe('function')
  })

  it('is all there is to import: the relay is a command', () => {
    expect(print('module', `import('@switchyard/relay').catch(({ code }) => console.log(code))`)).toBe(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    )
  })

  it.each(['import', 'require'])('leave undici and files out where there is no Node (%s)', async (kind) => {
    const entry = '@switchyard/openfeature-provider/server'
    const contents = kind === 'import' ? `export * from '${entry}'` : `module.exports = require('${entry}')`
    const { metafile } = await build({
      stdin: { contents, resolveDir: consumer },
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform: 'neutral',
      conditions: ['workerd'],
      external: ['@openfeature/*', '@switchyard/engine'],
    })
    const inputs = Object.keys(metafile.inputs)
    expect(inputs.filter((path) => path.includes('undici'))).toEqual([])
    expect(inputs.filter((path) => path.endsWith('fetch-transport.js'))).toHaveLength(1)
    expect(inputs.filter((path) => /snapshot-(file|format)\.js$/.test(path))).toEqual([
      expect.stringMatching(/\/no-snapshot-file\.js$/),
    ])
  })
})
