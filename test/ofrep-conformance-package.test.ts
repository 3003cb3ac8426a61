/** The OFREP conformance suite as others get it: packed, installed in an empty folder, and started by its name. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandOf } from '../tools/run.mjs'

const pkgDir = fileURLToPath(new URL('ofrep-conformance', import.meta.url))
let folder: string

/** npm takes its time on a busy machine. */
const packingMs = 120_000

/** Runs a program to its end in the folder; it must succeed. */
function run(program: string, args: readonly string[], cwd = folder): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  const said = status === 0 ? '' : stdout + stderr
  expect({ status, error, said }).toEqual({ status: 0, error: undefined, said: '' })
  return stdout
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ofrep-conformance-packed-'))
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  run('npm', ['pack', '--silent', '--pack-destination', folder], pkgDir)
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`])
}, packingMs)

afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('the package @switchyard/ofrep-conformance', () => {
  it('brings what runs, what it is described by, and no other package', () => {
    const installed = join(folder, 'node_modules', '@switchyard', 'ofrep-conformance')
    const names = ['LICENSE', 'README.md', 'bin', 'description.schema.json', 'dist', 'package.json', 'src']
    expect(readdirSync(installed).toSorted()).toEqual(names)
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@switchyard'])
  })

  it('is a command', () => {
    expect(run('npx', ['--no-install', 'ofrep-conformance', '--version'])).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(run('npx', ['--no-install', 'ofrep-conformance', '--list'])).toContain('etag-not-modified')
  })

  it('is a library with types', () => {
    const program = `import { isConformant, readDescription, rules, type Rule } from '@switchyard/ofrep-conformance'
      const first: Rule | undefined = rules[0]
      const read = readDescription('{"flags":{}}')
      const isRight: boolean = read.ok && isConformant({ passed: 1, failed: 0, failedMust: 0, failedShould: 0, absent: 0, skipped: 0 }, true)
      console.log(first?.id, isRight)`
    writeFileSync(join(folder, 'program.ts'), program)
    const platform = ['--lib', 'es2023,dom', '--types', '', '--skipLibCheck', 'false']
    run(process.execPath, [
      commandOf('typescript', 'tsc'),
      '--strict',
      '--module',
      'nodenext',
      ...platform,
      'program.ts',
    ])
    expect(run(process.execPath, ['program.js'])).toBe('single-boolean true\n')
  })
})
