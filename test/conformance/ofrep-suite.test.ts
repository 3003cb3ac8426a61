/** The OFREP conformance suite against the relay: the real one, over real sockets, on two upstreams. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { flagsmithDocument } from '../e2e/flagsmith-document.js'
import { startTestRelay, type TestRelay } from '../e2e/relay-process.js'
import { decodeDescription, rules, runSuite } from '../ofrep-conformance/src/index.js'
import type { Json, RuleResult } from '../ofrep-conformance/src/index.js'
import { startFakeFlagsmith } from '../upstreams/fake-flagsmith.js'

const serverKey = 'conformance-server-key'
const clientKey = 'conformance-client-key'
const origin = 'https://app.example'

interface Upstream {
  readonly settings: Readonly<Record<string, string>>
  /** Makes a flag change. */
  readonly change: () => Promise<void> | void
  readonly description: { readonly [name: string]: Json }
}

const isGold = { '==': [{ var: 'plan' }, 'gold'] }

/** A flag of flagd's with one variant for each value. */
function flagdFlag(variants: object, defaultVariant: string, more: object = {}): object {
  return { state: 'ENABLED', variants, defaultVariant, ...more }
}

function flagdDocument(color: 'red' | 'blue'): string {
  return JSON.stringify({
    metadata: { flagSetId: 'shop', version: 'v1' },
    flags: {
      on: flagdFlag({ on: true, off: false }, 'on', { metadata: { team: 'shop' } }),
      color: flagdFlag({ red: '#f00', blue: '#00f' }, color),
      ten: flagdFlag({ ten: 10 }, 'ten'),
      half: flagdFlag({ half: 0.5 }, 'half'),
      search: flagdFlag({ next: { engine: 'next', weights: [1, 2.5] } }, 'next'),
      gold: flagdFlag({ yes: true, no: false }, 'no', { targeting: { if: [isGold, 'yes'] } }),
      retired: flagdFlag({ on: true }, 'on', { state: 'DISABLED' }),
      'a/b c?': flagdFlag({ on: 'slashed' }, 'on'),
      'größe 旗': flagdFlag({ on: 'unicode' }, 'on'),
      broken: flagdFlag({ on: true }, 'on', { targeting: { unknownOperator: [] } }),
    },
  })
}

async function flagdUpstream(): Promise<Upstream> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-ofrep-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'flags.json')
  await writeFile(path, flagdDocument('red'))
  return {
    settings: { TYPE: 'file', PATH: path },
    change: async () => {
      await writeFile(`${path}.new`, flagdDocument('blue'))
      await rename(`${path}.new`, path)
    },
    description: {
      context: { targetingKey: 'user-1', plan: 'free' },
      otherContext: { targetingKey: 'user-1', plan: 'gold' },
      metadata: { flagSetId: 'shop', version: 'v1' },
      flags: {
        on: { value: true, variant: 'on', reason: 'STATIC', metadata: { team: 'shop' } },
        color: { value: '#f00', variant: 'red' },
        ten: { value: 10 },
        half: { value: 0.5 },
        search: { value: { engine: 'next', weights: [1, 2.5] } },
        gold: { value: true, variant: 'yes', reason: 'TARGETING_MATCH', context: { plan: 'gold' } },
        retired: { codeDefault: true, reason: 'DISABLED' },
        'a/b c?': { value: 'slashed' },
        'größe 旗': { value: 'unicode' },
        broken: { errorCode: 'PARSE_ERROR' },
      },
      eventStream: { heartbeatWithinMs: 20_000 },
    },
  }
}

async function flagsmithUpstream(): Promise<Upstream> {
  const features = (banner: string) => [
    { name: 'banner', value: banner },
    { name: 'limit', value: 7 },
    { name: 'beta', value: true },
    { name: 'retired', enabled: false, value: 'old' },
  ]
  const fake = await startFakeFlagsmith(flagsmithDocument(features('first'), 'gold banner'))
  onTestFinished(() => fake.close())
  return {
    settings: {
      TYPE: 'flagsmith',
      ENVIRONMENT_KEY: fake.environmentKey,
      BASE_URL: fake.baseUrl,
      POLL_INTERVAL: '50ms',
      REALTIME: 'false',
    },
    change: () => fake.publish(flagsmithDocument(features('second'), 'gold banner')),
    description: {
      context: { targetingKey: 'user-1' },
      otherContext: { targetingKey: 'user-1', traits: { plan: 'gold' } },
      flags: {
        banner: { value: 'first' },
        limit: { value: 7 },
        beta: { value: true },
        retired: { codeDefault: true, reason: 'DISABLED' },
      },
    },
  }
}

/** An address that makes a flag change, as servers under test offer one. */
async function startControl(change: Upstream['change']): Promise<string> {
  const control = createServer((_request, response) => {
    void (async () => {
      await change()
      response.writeHead(204).end()
    })()
  })
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => void control.close(() => resolve())))
  return `http://127.0.0.1:${(control.address() as AddressInfo).port}/change`
}

async function startRelay(upstream: Upstream): Promise<TestRelay> {
  const environment = {
    ...Object.fromEntries(Object.entries(upstream.settings).map(([name, value]) => [`UPSTREAM__${name}`, value])),
    SERVER_KEYS__0: serverKey,
    CLIENT_KEYS__0: clientKey,
    CORS__ORIGINS__0: origin,
  }
  const relay = await startTestRelay({
    SERVER__STREAMS__HEARTBEAT: '1s',
    SERVER__STREAMS__PACING: '0ms',
    ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [`ENVIRONMENTS__SHOP__${name}`, value])),
  })
  onTestFinished(() => relay.close())
  await expect.poll(async () => (await relay.status()).state).toBe('fresh')
  return relay
}

/** What the suite is told of the relay on that upstream. */
async function describeRelay(upstream: Upstream): Promise<{ readonly [name: string]: Json }> {
  return {
    ...upstream.description,
    provoke: { change: { url: await startControl(upstream.change) } },
    cors: { origin, refusedOrigin: 'https://evil.example' },
  }
}

async function runAgainst(upstream: Upstream, key: string): Promise<RuleResult[]> {
  const relay = await startRelay(upstream)
  const decoded = decodeDescription(await describeRelay(upstream))
  if (!decoded.ok) throw new Error(decoded.problems.join('\n'))
  return runSuite({
    baseUrl: new URL(relay.dataUrl),
    description: decoded.description,
    credentials: { key, scheme: 'bearer' },
    headers: {},
    timeoutMs: 10_000,
  })
}

const fixture = (path: string): URL => new URL(`../fixtures/tls/${path}`, import.meta.url)

/** Puts TLS before a server, as proxies do; returns the address. */
async function startTls(target: URL): Promise<string> {
  const options = { key: readFileSync(fixture('localhost.key')), cert: readFileSync(fixture('localhost.crt')) }
  const proxy = createTlsServer(options, (socket) => {
    const inner = connect(Number(target.port), target.hostname)
    for (const end of [socket, inner]) end.on('error', () => end.destroy())
    socket.pipe(inner).pipe(socket)
    socket.on('close', () => inner.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => void proxy.close(() => resolve())))
  return `https://localhost:${(proxy.address() as AddressInfo).port}`
}

/** What cannot be brought about in the relay: its own failure, limits on evaluations, and keys that are known and may not ask. */
const neverGiven = [
  'error-server',
  'error-rate-limit',
  'error-retry-after',
  'error-retry-after-seconds',
  'auth-forbidden',
]

interface Case {
  readonly name: string
  readonly start: () => Promise<Upstream>
  readonly key: string
  /** Besides what is never given. */
  readonly skipped: readonly string[]
}

const cases: readonly Case[] = [
  {
    name: 'a flag file, with a server key',
    start: flagdUpstream,
    key: serverKey,
    skipped: ['error-targeting-key-missing', 'error-invalid-context', 'error-general'],
  },
  {
    name: 'Flagsmith, with a client key',
    start: flagsmithUpstream,
    key: clientKey,
    skipped: [
      'single-float',
      'single-object',
      'error-parse-error',
      'error-targeting-key-missing',
      'error-invalid-context',
      'error-general',
      'bulk-failing-flag',
      'stream-heartbeat',
    ],
  },
]

describe('the OFREP conformance suite', () => {
  it.each(cases)('finds nothing wrong with the relay on $name', async ({ start, key, skipped }) => {
    const results = await runAgainst(await start(), key)
    const failed = results.flatMap(({ rule, verdict }) =>
      verdict.status === 'failed' ? [[rule.id, verdict.problems]] : [],
    )
    expect(failed).toEqual([])
    const notChecked = results.filter(({ verdict }) => verdict.status === 'skipped').map(({ rule }) => rule.id)
    expect(new Set(notChecked)).toEqual(new Set([...neverGiven, ...skipped]))
    expect(results).toHaveLength(rules.length)
  })

  it('does so as a command, through TLS', async () => {
    const upstream = await flagdUpstream()
    const url = await startTls(new URL((await startRelay(upstream)).dataUrl))
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-ofrep-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const description = join(folder, 'description.json')
    await writeFile(description, JSON.stringify(await describeRelay(upstream)))
    const bin = fileURLToPath(new URL('../ofrep-conformance/bin/ofrep-conformance.js', import.meta.url))
    const env = { OFREP_CONFORMANCE_KEY: serverKey, NODE_EXTRA_CA_CERTS: fileURLToPath(fixture('localhost.crt')) }
    const args = [bin, url, '--description', description, '--strict', '--key-header', 'x-api-key']
    const { stdout } = await promisify(execFile)(process.execPath, args, { env })
    const skipped = neverGiven.length + (cases[0]?.skipped.length ?? 0)
    const counts = `${rules.length - skipped} passed, 0 failed, 0 optional absent, ${skipped} skipped`
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(counts)
  })
})
