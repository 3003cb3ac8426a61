/** The libraries as they are built and published: what other projects get. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { publint } from 'publint'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Where libraries of this workspace are found by name. */
const consumer = fileURLToPath(new URL('.', import.meta.url))

/** What each entry gives. */
const entries: readonly [string, string][] = [
  ['@switchyard/engine', 'compile'],
  ['@switchyard/openfeature-provider/server', 'SwitchyardProvider'],
  ['@switchyard/openfeature-provider/web', 'SwitchyardWebProvider'],
  ['@switchyard/openfeature-provider/web-tabs', 'sharedEventSource'],
]

/** Runs a script with Node and gives back what it prints. */
function print(inputType: 'module' | 'commonjs', script: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [`--input-type=${inputType}`, '-e', script], {
    cwd: consumer,
    encoding: 'utf8',
  })
  return stdout.trim() || stderr
}

describe('the libraries', () => {
  it.each(['engine', 'provider'])('are packed without a finding of publint: %s', async (library) => {
    const { messages } = await publint({ pkgDir: `${root}${library}`, strict: true })
    // Node does read `imports` of the nearest package.json, and only that: the folder of CommonJS needs its own.
    const findings = messages.filter(
      (message) => message.code !== 'NESTED_PACKAGE_JSON_FIELD_IGNORED' || message.args.field !== 'imports',
    )
    expect(findings).toEqual([])
  })

  it.each(entries)('give %s to ES modules', (entry, name) => {
    expect(print('module', `import { ${name} } from '${entry}'; console.log(typeof ${name})`)).toBe('function')
  })

  it.each(entries)('give %s to CommonJS', (entry, name) => {
    expect(print('commonjs', `console.log(typeof require('${entry}').${name})`)).toBe('function')
  })

  it.each(['import', 'require'])('leave undici out where there is no Node (%s)', async (kind) => {
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
  })
})
