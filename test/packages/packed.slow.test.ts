/** The packages as a stranger has them: packed, installed in an empty folder by npm, compiled against, and run. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { publishedPackages } from '../../tools/published.mjs'
import { printed, stop } from '../bench/processes.mjs'
import { pack } from './pack.js'
import { createProject, type Project } from './project.js'
import { hasRegistry, peerSdks } from './registry.js'

const serverKey = 'server-key-of-a-stranger'
const clientKey = 'client-key-of-a-stranger'

const packages = publishedPackages()
const entries = packages.flatMap((published) => published.entries)
const everyWay = entries.flatMap(({ specifier, kinds }) => kinds.map((kind) => [kind, specifier] as const))
const sdks = hasRegistry ? await peerSdks() : []
const newestSdks = sdks.filter(({ which }) => which === 'newest').flatMap((newest) => newest.packages)

const banner = {
  state: 'ENABLED',
  variants: { gold: 'for gold', other: 'for others' },
  defaultVariant: 'other',
  targeting: { if: [{ '===': [{ var: 'plan' }, 'gold'] }, 'gold', 'other'] },
}

/** What the programs in `consumers/` print about it. */
const answer = { value: 'for gold', variant: 'gold', reason: 'TARGETING_MATCH', isMissing: 'FLAG_NOT_FOUND' }

/** How the programs are compiled; those that are not run, by a bundler, are ES modules. */
const compilations = [
  { extension: '.mts', moduleResolution: 'node16' },
  { extension: '.cts', moduleResolution: 'node16' },
  { extension: '.mts', moduleResolution: 'bundler' },
] as const

let workshop: string
let tarballs: Map<string, string>
/** With every package and the newest SDKs. */
let project: Project
let url: string
let closing: (() => Promise<void>)[] = []

async function startInstalledRelay(): Promise<void> {
  const flags = join(workshop, 'flags.json')
  await writeFile(flags, JSON.stringify({ flags: { banner } }))
  const settings = {
    SERVER__PORT: '0',
    MANAGEMENT__PORT: '0',
    LOG__FORMAT: 'json',
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__SHOP__UPSTREAM__PATH: flags,
    ENVIRONMENTS__SHOP__SERVER_KEYS__0: serverKey,
    ENVIRONMENTS__SHOP__CLIENT_KEYS__0: clientKey,
  }
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`SWITCHYARD_${name}`, value]))
  const command = join(project.folder, 'node_modules', '@switchyard', 'relay', 'bin', 'switchyard.js')
  const relay = spawn(process.execPath, [command, 'serve'], {
    cwd: project.folder,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closing.push(() => stop(relay))
  const addresses = JSON.parse(await printed(relay, /(\{[^\n]*"dataUrl"[^\n]*)\n/))
  url = addresses.dataUrl
  await vi.waitFor(async () => expect((await fetch(`${addresses.managementUrl}/readyz`)).status).toBe(200), 60_000)
}

beforeAll(async () => {
  if (!hasRegistry) return
  workshop = await mkdtemp(join(tmpdir(), 'switchyard-workshop-'))
  closing.push(() => rm(workshop, { recursive: true }))
  tarballs = new Map(
    await Promise.all(packages.map(async ({ name, folder }) => [name, await pack(folder, workshop)] as const)),
  )
  project = await createProject([...tarballs.values(), ...newestSdks])
  closing.push(() => project.remove())
  await startInstalledRelay()
})

afterAll(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

/** Compiles the program in every way and gives back what each way of running it prints. */
async function runProgram(where: Project, program: string, key: string): Promise<unknown[]> {
  const complaints: string[] = []
  for (const compilation of compilations) complaints.push(await where.compile(program, compilation))
  expect(complaints).toEqual(['', '', ''])
  const outputs = [await where.node(`${program}.mjs`, url, key), await where.node(`${program}.cjs`, url, key)]
  return outputs.map((output) => JSON.parse(output))
}

describe.skipIf(!hasRegistry)('the packages, installed in an empty folder', () => {
  it.each(everyWay)('%s of %s gives what it exports', async (kind, specifier) => {
    const load = kind === 'import' ? `await import('${specifier}')` : `require('${specifier}')`
    const script = `console.log(Object.keys(${load}).length > 0)`
    const inputType = kind === 'import' ? 'module' : 'commonjs'
    expect(await project.node(`--input-type=${inputType}`, '--eval', script)).toBe('true')
  })

  it('hold a command that tells its version', async () => {
    const { version } = JSON.parse(
      await project.node('-p', `JSON.stringify(require('@switchyard/relay/package.json'))`),
    )
    expect(await project.node('node_modules/@switchyard/relay/bin/switchyard.js', '--version')).toBe(version)
  })

  it('hold an engine with types, for both module formats', async () => {
    const { value, variant } = { value: 'r', variant: 'red' }
    const expected = { value, variant, reason: 'STATIC' }
    expect(await runProgram(project, 'engine', '')).toEqual([expected, expected])
  })
})

const programs: Readonly<Record<string, { readonly program: string; readonly key: string; readonly extra: object }>> = {
  '@openfeature/server-sdk': { program: 'server', key: serverKey, extra: { mode: 'in-process' } },
  '@openfeature/web-sdk': { program: 'web', key: clientKey, extra: {} },
}

const versions = sdks.map(({ which, sdk, packages: sdkPackages }) => [which, sdk, sdkPackages] as const)

describe.skipIf(!hasRegistry)('the provider, installed with a version of its SDK', () => {
  it.each(versions)('evaluates a flag of a relay with the %s %s', async (_which, sdk, sdkPackages) => {
    const needed = ['@switchyard/engine', '@switchyard/openfeature-provider'].map((name) => tarballs.get(name) ?? '')
    const withSdk = await createProject([...needed, ...sdkPackages])
    try {
      const { program, key, extra } = programs[sdk] ?? expect.fail(`no program for ${sdk}`)
      const expected = { ...answer, ...extra }
      expect(await runProgram(withSdk, program, key)).toEqual([expected, expected])
    } finally {
      await withSdk.remove()
    }
  })
})
