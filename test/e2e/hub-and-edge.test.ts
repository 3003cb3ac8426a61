import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpenFeature } from '@openfeature/server-sdk'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { afterEach, describe, expect, it } from 'vitest'
import { startTcpLine, type TcpLine } from '../upstreams/tcp-line.js'
import { EventSource } from './event-source.js'
import { startTestRelay, type TestRelay } from './relay-process.js'

const hubKey = 'server-key-of-the-hub'
const edgeKey = 'server-key-of-the-edge'
const clientKey = 'client-key-of-the-edge'
/** Longer than a loaded machine takes for a few reconnects with growing pauses. */
const patience = { timeout: 20_000, interval: 20 }

let closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await OpenFeature.clearProviders()
  for (const close of closing.toReversed()) await close()
  closing = []
})

/** The file that the hub reads. `banner` has a value and a rule, `other` always the same value. */
interface FlagFile {
  readonly path: string
  setBanner(value: string): Promise<void>
  spoil(): Promise<void>
}

async function flagFile(): Promise<FlagFile> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-hub-'))
  closing.push(() => rm(folder, { recursive: true }))
  const path = join(folder, 'flags.json')
  const other = { state: 'ENABLED', variants: { on: 'same' }, defaultVariant: 'on' }
  const setBanner = (value: string): Promise<void> => {
    const targeting = { if: [{ '==': [{ var: 'plan' }, 'gold'] }, 'gold', null] }
    const banner = { state: 'ENABLED', variants: { all: value, gold: 'golden' }, defaultVariant: 'all', targeting }
    return writeFile(path, JSON.stringify({ flags: { banner, other } }))
  }
  await setBanner('first')
  return { path, setBanner, spoil: () => writeFile(path, '{ broken') }
}

async function startHub(file: FlagFile, port = '0'): Promise<TestRelay> {
  const relay = await startTestRelay({
    SERVER__PORT: port,
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__SHOP__UPSTREAM__PATH: file.path,
    ENVIRONMENTS__SHOP__SERVER_KEYS__0: hubKey,
    SERVER__STREAMS__PACING: '0ms',
    SERVER__STREAMS__HEARTBEAT: '1s',
  })
  closing.push(() => relay.close())
  return relay
}

/** @param upstream what follows `SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__`, besides the address */
async function startEdge(port: number, upstream: Readonly<Record<string, string>> = {}): Promise<TestRelay> {
  const options = {
    TYPE: 'switchyard',
    BASE_URL: `http://127.0.0.1:${port}`,
    SERVER_KEY: hubKey,
    POLL_INTERVAL: '50ms',
    IDLE_TIMEOUT: '3s',
    TIMEOUT: '1s',
    ...upstream,
  }
  const settings = Object.entries(options).map(([name, value]) => [`ENVIRONMENTS__SHOP__UPSTREAM__${name}`, value])
  const relay = await startTestRelay({
    ...(Object.fromEntries(settings) as Record<string, string>),
    ENVIRONMENTS__SHOP__SERVER_KEYS__0: edgeKey,
    ENVIRONMENTS__SHOP__CLIENT_KEYS__0: clientKey,
    SERVER__STREAMS__PACING: '0ms',
  })
  closing.push(() => relay.close())
  return relay
}

/** A hub and an edge with a line between them, and both have data. */
async function startPair(upstream: Readonly<Record<string, string>> = {}) {
  const file = await flagFile()
  const hub = await startHub(file)
  await expect.poll(async () => (await hub.status()).state, patience).toBe('fresh')
  const line = await startTcpLine(() => portOf(hub))
  closing.push(() => line.close())
  const edge = await startEdge(line.port, upstream)
  await expect.poll(async () => (await edge.status()).state, patience).toBe('fresh')
  return { file, hub, line, edge }
}

function portOf({ dataUrl }: TestRelay): number {
  return Number(new URL(dataUrl).port)
}

/** All flags of the edge, for somebody with a plan. */
async function ask(relay: TestRelay, key: string, plan = 'none') {
  const response = await fetch(`${relay.dataUrl}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ context: { targetingKey: 'u', plan } }),
  })
  const body = (await response.json()) as {
    readonly flags?: readonly { readonly key: string; readonly value?: unknown; readonly metadata?: object }[]
    readonly eventStreams?: readonly [{ readonly endpoint: { readonly requestUri: string } }]
  }
  const banner = body.flags?.find(({ key: name }) => name === 'banner')
  const state = response.headers.get('switchyard-state')
  return { status: response.status, state, banner: banner?.value, metadata: banner?.metadata, body }
}

const streamsOfHub = 'switchyard_streams{environment="shop",kind="ruleset"}'

/** The edge listens to the hub's stream, so what comes next comes over it. */
async function isListening(hub: TestRelay): Promise<void> {
  await expect.poll(() => hub.metric(streamsOfHub), patience).toBe(1)
}

describe('a relay whose upstream is a relay', () => {
  it('answers as the hub does, for servers and for clients', async () => {
    const { hub, edge } = await startPair()
    for (const plan of ['gold', 'none']) {
      const { banner, metadata } = await ask(hub, hubKey, plan)
      expect(await ask(edge, edgeKey, plan)).toMatchObject({ status: 200, state: 'fresh', banner, metadata })
      expect(await ask(edge, clientKey, plan)).toMatchObject({ status: 200, banner })
    }
    const revisions = [hub, edge].map(async ({ managementUrl }) => {
      const { environments } = (await (await fetch(`${managementUrl}/status`)).json()) as {
        readonly environments: readonly { readonly revision: string }[]
      }
      return environments[0]?.revision
    })
    const [ofHub, ofEdge] = await Promise.all(revisions)
    expect(ofEdge).toBe(ofHub)
  })

  it('tells its provider and its event streams of a flip at the hub', async () => {
    const { file, hub, edge } = await startPair()
    await isListening(hub)
    await OpenFeature.setProviderAndWait('edge', new SwitchyardProvider({ url: edge.dataUrl, apiKey: edgeKey }))
    const client = OpenFeature.getClient('edge')
    const { body } = await ask(edge, clientKey)
    const source = new EventSource(edge.dataUrl + (body.eventStreams?.[0].endpoint.requestUri ?? ''))
    closing.push(async () => source.close())
    const told: string[] = []
    source.addEventListener('message', ({ data }) => told.push(data))
    await expect.poll(() => told.length, patience).toBe(1)
    await file.setBanner('second')
    await expect.poll(() => client.getStringValue('banner', ''), patience).toBe('second')
    expect(await client.getStringValue('banner', '', { plan: 'gold' })).toBe('golden')
    await expect.poll(() => told.length, patience).toBe(2)
    const sent = 'switchyard_stream_events_total{environment="shop",kind="ruleset",event='
    expect([await hub.metric(`${sent}"ruleset"}`), await hub.metric(`${sent}"patch"}`)]).toEqual([0, 1])
  })

  it('is stale while the hub is, and fresh again with it', async () => {
    const { file, hub, edge } = await startPair()
    await isListening(hub)
    await file.spoil()
    await expect.poll(async () => (await ask(edge, edgeKey)).state, patience).toBe('stale')
    expect(await edge.status()).toMatchObject({ lastError: { code: 'UPSTREAM_STALE' } })
    expect(await ask(edge, edgeKey)).toMatchObject({ status: 200, banner: 'first' })
    await file.setBanner('second')
    await expect.poll(async () => ask(edge, edgeKey), patience).toMatchObject({ state: 'fresh', banner: 'second' })
  })

  it.each(['cut', 'stall'] as const)(
    'serves on while the line is dead (%s), and then has what it missed',
    async (how) => {
      const { file, hub, line, edge } = await startPair()
      await isListening(hub)
      line[how]()
      await expect.poll(async () => (await ask(edge, edgeKey)).state, patience).not.toBe('fresh')
      await file.setBanner('second')
      await expect.poll(async () => (await ask(hub, hubKey)).banner, patience).toBe('second')
      expect(await ask(edge, edgeKey)).toMatchObject({ status: 200, banner: 'first' })
      line.mend()
      await expect.poll(async () => ask(edge, edgeKey), patience).toMatchObject({ state: 'fresh', banner: 'second' })
    },
  )

  it('serves on without the hub and follows the one that takes its place', async () => {
    const { file, hub, edge } = await startPair()
    await isListening(hub)
    await hub.close()
    await expect.poll(async () => (await ask(edge, edgeKey)).state, patience).not.toBe('fresh')
    expect(await ask(edge, edgeKey)).toMatchObject({ status: 200, banner: 'first' })
    await file.setBanner('second')
    const next = await startHub(file, String(portOf(hub)))
    await expect.poll(async () => ask(edge, edgeKey), patience).toMatchObject({ state: 'fresh', banner: 'second' })
    await isListening(next)
  })

  it('answers 503 until a hub is there', async () => {
    const file = await flagFile()
    const places: { hub?: TestRelay } = {}
    const line: TcpLine = await startTcpLine(() => (places.hub === undefined ? 1 : portOf(places.hub)))
    closing.push(() => line.close())
    const edge = await startEdge(line.port)
    await expect.poll(async () => (await edge.status()).lastError?.code, patience).toBe('UPSTREAM_UNREACHABLE')
    expect(await ask(edge, edgeKey)).toMatchObject({ status: 503, state: 'waiting' })
    places.hub = await startHub(file)
    await expect.poll(async () => ask(edge, edgeKey), patience).toMatchObject({ status: 200, banner: 'first' })
  })

  it('can poll instead of listening', async () => {
    const { file, hub, edge } = await startPair({ STREAMING: 'false' })
    await file.setBanner('second')
    await expect.poll(async () => ask(edge, edgeKey), patience).toMatchObject({ state: 'fresh', banner: 'second' })
    await file.spoil()
    await expect.poll(async () => (await ask(edge, edgeKey)).state, patience).toBe('stale')
    expect(await hub.metric(streamsOfHub)).toBe(0)
  })

  it('says that the hub refuses its key', async () => {
    const { line } = await startPair()
    const stranger = await startEdge(line.port, { SERVER_KEY: 'no-key-of-the-hub' })
    await expect.poll(async () => (await stranger.status()).lastError?.code, patience).toBe('UPSTREAM_UNAUTHORIZED')
  })

  it('can be the hub of another edge', async () => {
    const { file, hub, edge } = await startPair()
    await isListening(hub)
    const far = await startEdge(portOf(edge), { SERVER_KEY: edgeKey })
    await expect.poll(async () => ask(far, clientKey), patience).toMatchObject({ status: 200, banner: 'first' })
    await file.setBanner('second')
    await expect.poll(async () => ask(far, clientKey), patience).toMatchObject({ state: 'fresh', banner: 'second' })
  })
})
