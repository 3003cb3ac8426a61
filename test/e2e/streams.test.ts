import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { OpenFeature as ServerOpenFeature, ProviderEvents, type EventDetails } from '@openfeature/server-sdk'
import { ClientProviderEvents, OpenFeature as WebOpenFeature, type Provider as WebProvider } from '@openfeature/web-sdk'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startFakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import { EventSource } from './event-source.js'
import { flagsmithDocument } from './flagsmith-document.js'
import { startTestRelay, type TestRelay } from './relay-process.js'

const clientKey = 'client-key-of-the-shop'
const serverKey = 'server-key-of-the-shop'

let closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await ServerOpenFeature.clearProviders()
  await WebOpenFeature.clearProviders()
  for (const close of closing.toReversed()) await close()
  closing = []
  vi.unstubAllGlobals()
})

async function startRelay(settings: Readonly<Record<string, string>>): Promise<TestRelay> {
  const relay = await startTestRelay({
    ENVIRONMENTS__SHOP__SERVER_KEYS__0: serverKey,
    ENVIRONMENTS__SHOP__CLIENT_KEYS__0: clientKey,
    ...settings,
  })
  closing.push(() => relay.close())
  await expect.poll(async () => (await relay.status()).state).toBe('fresh')
  return relay
}

/** Somewhere to change flags. The flag `banner` has a value, `other` always the same one. */
interface Upstream {
  /** What follows `SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__`. */
  readonly settings: Readonly<Record<string, string>>
  setBanner(value: string): Promise<void>
}

async function flagFile(): Promise<Upstream> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-streams-'))
  closing.push(() => rm(folder, { recursive: true }))
  const path = join(folder, 'flags.json')
  const flag = (value: string): object => ({ state: 'ENABLED', variants: { on: value }, defaultVariant: 'on' })
  const setBanner = (value: string): Promise<void> =>
    writeFile(path, JSON.stringify({ flags: { banner: flag(value), other: flag('same') } }))
  await setBanner('first')
  return { settings: { TYPE: 'file', PATH: path }, setBanner }
}

async function flagsmith(): Promise<Upstream> {
  const documentOf = (value: string): object =>
    flagsmithDocument([
      { name: 'banner', value },
      { name: 'other', value: 'same' },
    ])
  const fake = await startFakeFlagsmith(documentOf('first'))
  closing.push(() => fake.close())
  return {
    settings: {
      TYPE: 'flagsmith',
      ENVIRONMENT_KEY: fake.environmentKey,
      BASE_URL: fake.baseUrl,
      REALTIME: 'true',
      REALTIME_URL: fake.realtimeUrl,
    },
    async setBanner(value) {
      await expect.poll(() => fake.streams()).toBeGreaterThan(0)
      fake.publish(documentOf(value))
      fake.announce()
    },
  }
}

function settingsOf({ settings }: Upstream): Record<string, string> {
  const entries = Object.entries(settings).map(([name, value]) => [`ENVIRONMENTS__SHOP__UPSTREAM__${name}`, value])
  return Object.fromEntries(entries) as Record<string, string>
}

interface Bulk {
  readonly status: number
  readonly etag: string
  readonly banner: unknown
  readonly stream: string
}

/** All flags, as a browser asks for them. */
async function ask(relay: TestRelay, query = '', held = ''): Promise<Bulk> {
  const response = await fetch(`${relay.dataUrl}/ofrep/v1/evaluate/flags${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${clientKey}`, 'if-none-match': held },
    body: '{"context":{"targetingKey":"u"}}',
  })
  const { flags, eventStreams } = (await response.json()) as {
    readonly flags: readonly { readonly key: string; readonly value: unknown }[]
    readonly eventStreams: readonly [{ readonly endpoint: { readonly requestUri: string } }]
  }
  return {
    status: response.status,
    etag: response.headers.get('etag') ?? '',
    banner: flags.find(({ key }) => key === 'banner')?.value,
    stream: relay.dataUrl + eventStreams[0].endpoint.requestUri,
  }
}

describe.each([
  ['a flag file', flagFile],
  ['Flagsmith', flagsmith],
])('a flip in %s', (_, startUpstream) => {
  it('is seen on the event stream and by asking again', async () => {
    const upstream = await startUpstream()
    const relay = await startRelay(settingsOf(upstream))
    const before = await ask(relay)
    const told: { readonly type: string; readonly etag: string }[] = []
    const source = new EventSource(before.stream)
    closing.push(async () => source.close())
    source.addEventListener('message', ({ data }) => told.push(JSON.parse(data)))
    // The relay has just started, so a new client is told of that at once.
    await expect.poll(() => told).toHaveLength(1)
    await upstream.setBanner('second')
    await expect.poll(() => told, { interval: 5 }).toHaveLength(2)
    const hint = `?flagConfigEtag=${encodeURIComponent(told[1]?.etag ?? '')}`
    const after = await ask(relay, hint, before.etag)
    expect(after).toMatchObject({ status: 200, banner: 'second', stream: before.stream })
    expect(told.map(({ type }) => type)).toEqual(['refetchEvaluation', 'refetchEvaluation'])
  })

  it('reaches providers that evaluate in their own process by name', async () => {
    const upstream = await startUpstream()
    const relay = await startRelay(settingsOf(upstream))
    const { client, events } = await inProcess(relay, 'flip')
    expect(await client.getStringValue('banner', '')).toBe('first')
    await upstream.setBanner('second')
    await expect.poll(() => client.getStringValue('banner', ''), { interval: 5 }).toBe('second')
    expect(events).toEqual(['READY', 'CONFIGURATION_CHANGED banner'])
    const sent = (event: string): Promise<number> =>
      relay.metric(`switchyard_stream_events_total{environment="shop",kind="ruleset",event="${event}"}`)
    expect([await sent('ruleset'), await sent('patch')]).toEqual([1, 1])
  })
})

/** An application with our provider, and what it was told. */
async function inProcess(relay: TestRelay, domain: string) {
  const events: string[] = []
  const client = ServerOpenFeature.getClient(domain)
  for (const event of Object.values(ProviderEvents)) {
    client.addHandler(event, (details?: EventDetails) => {
      const changed = (details as { readonly flagsChanged?: readonly string[] } | undefined)?.flagsChanged ?? []
      events.push([event.replace('PROVIDER_', ''), ...changed].join(' '))
    })
  }
  const provider = new SwitchyardProvider({ url: relay.dataUrl, apiKey: serverKey })
  await ServerOpenFeature.setProviderAndWait(domain, provider)
  expect(provider.mode).toBe('in-process')
  return { client, events }
}

/** Settings with the port of a relay that has stopped. */
function onPortOf(relay: TestRelay, settings: Record<string, string>): Record<string, string> {
  return { ...settings, SERVER__PORT: new URL(relay.dataUrl).port }
}

describe('an application with the provider in its own process', () => {
  it('goes on while the relay restarts, and then learns what it missed', async () => {
    const upstream = await flagFile()
    const relay = await startRelay(settingsOf(upstream))
    const { client, events } = await inProcess(relay, 'restart')
    await relay.close()
    expect(await client.getStringValue('banner', '')).toBe('first')
    await upstream.setBanner('second')
    await startRelay(onPortOf(relay, settingsOf(upstream)))
    await expect.poll(() => client.getStringValue('banner', ''), { timeout: 5_000 }).toBe('second')
    expect(events).toEqual(['READY', 'CONFIGURATION_CHANGED banner'])
  })

  it('is told when what the relay has is old, and when it no longer is', async () => {
    const upstream = await flagFile()
    const relay = await startRelay(settingsOf(upstream))
    const { client, events } = await inProcess(relay, 'stale')
    await writeFile(upstream.settings['PATH'] ?? '', '{ broken')
    await expect.poll(() => events.at(-1)).toBe('STALE')
    expect(await client.getStringValue('banner', '')).toBe('first')
    await upstream.setBanner('first')
    await expect.poll(() => events.at(-1)).toBe('READY')
  })
})

describe('the reference web provider', () => {
  async function start(relay: TestRelay, domain: string) {
    vi.stubGlobal('EventSource', EventSource)
    const provider = new OFREPWebProvider({
      baseUrl: relay.dataUrl,
      headers: [['Authorization', `Bearer ${clientKey}`]],
      cacheMode: 'disabled',
    })
    await WebOpenFeature.setProviderAndWait(domain, provider as WebProvider, { targetingKey: 'u' })
    const changes: (readonly string[])[] = []
    const client = WebOpenFeature.getClient(domain)
    client.addHandler(ClientProviderEvents.ConfigurationChanged, (details) => {
      changes.push(details?.flagsChanged ?? [])
    })
    return { client, changes }
  }

  it('follows our event stream', async () => {
    const upstream = await flagFile()
    const relay = await startRelay(settingsOf(upstream))
    const { client, changes } = await start(relay, 'web-flip')
    expect(client.getStringValue('banner', '')).toBe('first')
    for (const value of ['second', 'third']) {
      await upstream.setBanner(value)
      await expect.poll(() => client.getStringValue('banner', ''), { interval: 5 }).toBe(value)
    }
    expect(changes).toEqual([['banner'], ['banner']])
    expect(await relay.metric('switchyard_streams{environment="shop",kind="ofrep"}')).toBe(1)
  })

  it('learns after a restart of the relay what it missed', async () => {
    const upstream = await flagFile()
    const relay = await startRelay(settingsOf(upstream))
    const { client } = await start(relay, 'web-restart')
    await expect.poll(() => relay.metric('switchyard_streams{environment="shop",kind="ofrep"}')).toBe(1)
    await relay.close()
    await upstream.setBanner('second')
    await startRelay(onPortOf(relay, settingsOf(upstream)))
    await expect.poll(() => client.getStringValue('banner', ''), { timeout: 5_000 }).toBe('second')
  })
})

describe('the address of an event stream', () => {
  it('is in no log line, no metric and no status', async () => {
    const upstream = await flagFile()
    const relay = await startRelay({ ...settingsOf(upstream), LOG__LEVEL: 'debug' })
    const { stream } = await ask(relay)
    const token = new URL(stream).searchParams.get('token') ?? ''
    expect(token).toHaveLength(32)
    const source = new EventSource(stream)
    closing.push(async () => source.close())
    await expect.poll(() => source.readyState).toBe(1)
    expect((await fetch(`${stream}x`)).status).toBe(401)
    expect((await fetch(stream, { method: 'PUT' })).status).toBe(405)
    const pages = ['/metrics', '/status'].map(async (path) => (await fetch(relay.managementUrl + path)).text())
    const told = [...relay.log, ...(await Promise.all(pages))].join('\n')
    expect(told).toContain('switchyard_streams{environment="shop",kind="ofrep"} 1')
    expect(told).not.toContain(token)
  })
})
