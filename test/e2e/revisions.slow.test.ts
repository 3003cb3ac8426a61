/** Ten thousand evaluations in flight, over HTTP and in process, while the flags change every 50 ms: each is of one revision. */
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { OpenFeature, type Client, type Hook } from '@openfeature/server-sdk'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { Agent } from 'undici'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startFakeFlagsmith, type FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import { numberedDocument, numberedFlags, parityFlag } from './numbered-document.js'
import { startTestRelay, type TestRelay } from './relay-process.js'

const evaluations = 10_000
const changeEveryMs = 50
const serverKey = 'server-key-of-revisions'
const patiently = { timeout: 120_000, interval: 5 }
/** As answers have them. */
const allFlags = [...numberedFlags, parityFlag]
const traits = { 'everybody-has-this': 'yes' }

let fake: FakeFlagsmith
let relay: TestRelay
let agent: Agent
let client: Client
let closing: (() => Promise<unknown>)[] = []
let published = 1

beforeAll(async () => {
  fake = await startFakeFlagsmith(numberedDocument(published))
  closing.push(() => fake.close())
  relay = await startTestRelay({
    SERVER__MAX_CACHE_BYTES: '1048576',
    SERVER__STREAMS__PACING: '0ms',
    ENVIRONMENTS__SHOP__SERVER_KEYS__0: serverKey,
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'flagsmith',
    ENVIRONMENTS__SHOP__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
    ENVIRONMENTS__SHOP__UPSTREAM__BASE_URL: fake.baseUrl,
    ENVIRONMENTS__SHOP__UPSTREAM__REALTIME: 'true',
    ENVIRONMENTS__SHOP__UPSTREAM__REALTIME_URL: fake.realtimeUrl,
  })
  closing.push(() => relay.close())
  // Requests wait behind each other on the wire, not here.
  agent = new Agent({ connections: 200, pipelining: evaluations / 200 })
  closing.push(() => agent.close())
  await vi.waitFor(async () => expect((await relay.status()).state).toBe('fresh'), patiently)
  await vi.waitFor(() => expect(fake.streams()).toBe(1), patiently)
  await OpenFeature.setProviderAndWait('revisions', new SwitchyardProvider({ url: relay.dataUrl, apiKey: serverKey }))
  client = OpenFeature.getClient('revisions')
  closing.push(() => OpenFeature.clearProviders())
})

afterAll(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

/** Publishes one number after the other until the signal aborts. */
async function keepChanging(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    published += 1
    fake.publish(numberedDocument(published))
    fake.announce()
    await delay(changeEveryMs)
  }
}

/** Runs the work while the flags change, and until so many of the changes have arrived in the application. */
async function whileChanging(changes: number, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController()
  const changing = keepChanging(stop.signal)
  try {
    const seen = new Set<number>()
    const watching = vi.waitFor(async () => {
      seen.add(await inProcess('flag-00', 'watcher'))
      expect(seen.size).toBeGreaterThanOrEqual(changes)
    }, patiently)
    await Promise.all([work(), watching])
  } finally {
    stop.abort()
    await changing
  }
}

/**
 * The number that all these values are.
 *
 * @param parity what the flag of that name says at the same moment; absent: not asked
 */
function oneNumber(values: readonly unknown[], parity?: unknown): number {
  const [number = Number.NaN, ...others] = new Set(values.map(Number))
  expect(others, 'values of another revision').toEqual([])
  expect(number, `not a number: ${String(values[0])}`).toBeGreaterThan(0)
  if (parity !== undefined) expect(Number(parity), 'segments of another revision').toBe(number % 2)
  return number
}

interface Request {
  readonly user: string
  readonly held?: string
  readonly query?: string
}

interface Answer {
  /** null: what the client holds is what holds. */
  readonly number: number | null
  readonly etag: string
}

async function bulk({ user, held, query = '' }: Request): Promise<Answer> {
  const response = await agent.request({
    origin: relay.dataUrl,
    path: `/ofrep/v1/evaluate/flags${query}`,
    method: 'POST',
    // Says that requests may follow each other on one connection before the first is answered.
    idempotent: true,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${serverKey}`,
      ...(held === undefined ? {} : { 'if-none-match': held }),
    },
    body: JSON.stringify({ context: { targetingKey: user, ...traits } }),
  })
  const text = await response.body.text()
  const etag = String(response.headers['etag'])
  if (response.statusCode === 304) return { number: null, etag }
  expect(response.statusCode, text).toBe(200)
  const { flags } = JSON.parse(text) as { readonly flags: readonly { readonly key: string; readonly value: unknown }[] }
  expect(flags.map(({ key }) => key)).toEqual(allFlags)
  const [parity, ...values] = flags.map(({ value }) => value).toReversed()
  return { number: oneNumber(values, parity), etag }
}

/** What a request asks for: users who come again, who come once, who have overrides, who hold an answer, who heard of a change. */
function requestOf(i: number, held: string): Request {
  const kinds: readonly Request[] = [
    { user: 'regular' },
    { user: `user-${i}` },
    { user: 'vip' },
    { user: 'holder', held },
    { user: 'listener', query: `?flagConfigEtag=${String(i).padStart(16, '0')}` },
  ]
  return kinds[i % kinds.length] ?? { user: 'regular' }
}

async function evaluateOverHttp(): Promise<void> {
  const { etag: held, number: heldNumber } = await bulk({ user: 'holder' })
  const answers = await Promise.all(Array.from({ length: evaluations }, (_, i) => bulk(requestOf(i, held))))
  const numbers = new Map([[held, heldNumber]])
  for (const { etag, number } of answers) {
    if (number === null) expect(etag).toBe(held)
    else expect(numbers.get(etag) ?? number, 'one validator for two revisions').toBe(number)
    if (number !== null) numbers.set(etag, number)
  }
}

/** Holds an evaluation back for a while, as the hooks of applications do. */
const lateHook: Hook = { before: () => delay(100 * Math.random()).then(() => undefined) }

async function valueInProcess(flag: string, targetingKey: string, hooks: Hook[] = []): Promise<string> {
  const details = await client.getStringDetails(flag, 'default', { targetingKey, ...traits }, { hooks })
  expect(details.errorCode).toBeUndefined()
  return details.value
}

async function inProcess(flag: string, targetingKey: string, hooks: Hook[] = []): Promise<number> {
  return oneNumber([await valueInProcess(flag, targetingKey, hooks)])
}

/** One evaluation after the other, each somewhere on its way; and all flags at one moment, which have to agree. */
async function evaluateInProcess(): Promise<void> {
  const single = Array.from({ length: evaluations }, (_, i) =>
    inProcess(numberedFlags[i % numberedFlags.length] ?? '', i % 3 === 0 ? 'vip' : `user-${i}`, [lateHook]),
  )
  const atOnce = Array.from({ length: 500 }, async () => {
    await delay(100 * Math.random())
    const [parity, ...values] = await Promise.all(allFlags.toReversed().map((flag) => valueInProcess(flag, 'vip')))
    oneNumber(values, parity)
  })
  await Promise.all([...single, ...atOnce])
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes in use once everything has come to rest. */
async function restingHeap(): Promise<number> {
  // What the upstream's double remembers is the test's.
  ;(fake.requests as unknown[]).length = 0
  for (let i = 0; i < 4; i += 1) {
    collectGarbage()
    await delay(50)
  }
  return process.memoryUsage().heapUsed
}

const windows = 10
/** Bounded histories and caches fill up, and functions are compiled. */
const warmUpWindows = 3
/** Between the first and the last three windows: 80,000 evaluations and a hundred revisions, so 13 bytes for each evaluation. */
const toleratedBytes = 2 ** 20

describe('while the flags change every 50 ms', () => {
  it('each of 10,000 answers over HTTP is of one revision', async () => {
    await whileChanging(20, evaluateOverHttp)
  })

  it('each of 10,000 evaluations in process is of one revision', async () => {
    await whileChanging(20, evaluateInProcess)
  })

  it('nothing is kept of what is over', async () => {
    const heaps: number[] = []
    for (let window = 0; window < windows; window += 1) {
      await whileChanging(20, async () => {
        await evaluateOverHttp()
        await evaluateInProcess()
      })
      heaps.push(await restingHeap())
    }
    const settled = heaps.slice(warmUpWindows)
    const grownBytes = Math.min(...settled.slice(-3)) - Math.min(...settled.slice(0, 3))
    expect(grownBytes, `${heaps.join(', ')} bytes`).toBeLessThan(toleratedBytes)
  })

  it('the last change arrives, and nothing has failed', async () => {
    await expect.poll(() => inProcess('flag-00', 'vip')).toBe(published)
    expect((await bulk({ user: 'vip' })).number).toBe(published)
    expect(relay.log).toEqual([])
  })
})
