import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { json } from '../server/scripted-server.js'
import { NodeEventSource } from '../web/node-event-source.js'
import { namesStream, streamPath, type ScriptedRelay } from '../web/scripted-relay.js'
import { aMoment, documentForTest, relayForTest, until, visit } from '../web/visit.js'
import { sharedEventSource, type EventSourceLike } from '../../src/web-tabs/index.js'
import { channelsIn, type FakeChannel } from './fake-channel.js'
import { FakeLocks } from './fake-locks.js'

let channels: FakeChannel[]

beforeEach(() => {
  channels = []
  vi.stubGlobal('BroadcastChannel', channelsIn(channels))
  vi.stubGlobal('navigator', { locks: new FakeLocks() })
  vi.stubGlobal('EventSource', NodeEventSource)
})

// Tabs close after each test, and that makes others open the stream.
afterAll(() => void vi.unstubAllGlobals())

interface Tab {
  readonly source: EventSourceLike
  /** `open`, `error` with the state, and the data of messages. */
  readonly heard: string[]
}

/** A tab that wants the relay's event stream. */
function openTab(relay: ScriptedRelay): Tab {
  const source = sharedEventSource(`${relay.url}${streamPath}`)
  const heard: string[] = []
  Object.assign(source, {
    onopen: () => heard.push('open'),
    onmessage: ({ data }: MessageEvent<string>) => heard.push(data),
    onerror: () => heard.push(`error ${source.readyState}`),
  })
  onTestFinished(() => source.close())
  return { source, heard }
}

const event = '{"type":"refetchEvaluation"}'

async function openTabs(relay: ScriptedRelay, count: number): Promise<Tab[]> {
  const tabs = Array.from({ length: count }, () => openTab(relay))
  await expect.poll(() => tabs.map(({ heard }) => heard)).toEqual(tabs.map(() => ['open']))
  return tabs
}

describe('an event stream that tabs share', () => {
  it('is one connection, and every tab hears everything', async () => {
    const relay = await relayForTest()
    const tabs = await openTabs(relay, 3)
    relay.tell()
    await expect.poll(() => tabs.map(({ heard }) => heard)).toEqual(tabs.map(() => ['open', event]))
    expect(relay.opened).toHaveLength(1)
    expect(tabs.map(({ source }) => source.readyState)).toEqual([1, 1, 1])
  })

  it('is open at once for a tab that comes later, and for the others nothing happens', async () => {
    const relay = await relayForTest()
    const [first] = await openTabs(relay, 1)
    const second = openTab(relay)
    await expect.poll(() => second.heard).toEqual(['open'])
    await aMoment()
    expect(first?.heard).toEqual(['open'])
    expect(relay.opened).toHaveLength(1)
  })

  it('opens again in another tab when the one that has it goes, which all take for a loss', async () => {
    const relay = await relayForTest()
    const [first, ...others] = await openTabs(relay, 3)
    first?.source.close()
    await expect.poll(() => others.map(({ heard }) => heard)).toEqual(others.map(() => ['open', 'open']))
    expect(relay.opened).toHaveLength(2)
    await expect.poll(() => relay.streams).toHaveLength(1)
    expect(first?.heard).toEqual(['open'])
  })

  it('that breaks is broken in every tab until it is back', async () => {
    const relay = await relayForTest()
    const tabs = await openTabs(relay, 2)
    relay.streams[0]?.response.destroy()
    await expect.poll(() => tabs.map(({ heard }) => heard)).toEqual(tabs.map(() => ['open', 'error 0', 'open']))
  })

  it('that the platform gives up is closed in every tab', async () => {
    const relay = await relayForTest()
    const tabs = await openTabs(relay, 2)
    relay.streamFault = json(401, {})
    relay.streams[0]?.response.destroy()
    await expect.poll(() => tabs.map(({ heard }) => heard.at(-1))).toEqual(['error 2', 'error 2'])
  })

  it('is not shared with tabs that want another one', async () => {
    const relay = await relayForTest()
    await openTabs(relay, 1)
    sharedEventSource(`${relay.url}${streamPath}2`).close()
    const other = sharedEventSource(`${relay.url}${streamPath}3`)
    onTestFinished(() => other.close())
    await expect.poll(() => relay.streams.map(({ path }) => path)).toEqual([streamPath, `${streamPath}3`])
  })

  it('is taken from a tab that does not answer, which listens again when it wakes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const relay = await relayForTest()
    const asleep = openTab(relay)
    await until(() => asleep.heard.length === 1)
    const awake = openTab(relay)
    await until(() => awake.heard.length === 1)
    channels[0]?.suspend()
    await vi.advanceTimersByTimeAsync(30_000)
    await vi.advanceTimersByTimeAsync(1_999)
    expect(relay.opened).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    await until(() => awake.heard.length === 2)
    channels[0]?.resume()
    await until(() => asleep.heard.length === 2)
    relay.tell()
    await until(() => awake.heard.at(-1) === event && asleep.heard.at(-1) === event)
    expect([asleep.heard, awake.heard]).toEqual([
      ['open', 'open', event],
      ['open', 'open', event],
    ])
    expect(relay.streams).toHaveLength(1)
  })

  it('is not taken from a tab that answers, nor by a tab that is hidden', async () => {
    const document = documentForTest()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const relay = await relayForTest()
    const tabs = [openTab(relay), openTab(relay)]
    await until(() => tabs.every(({ heard }) => heard.length === 1))
    for (let i = 0; i < 4; i += 1) {
      await vi.advanceTimersByTimeAsync(30_000)
      await aMoment()
    }
    document.show(false)
    channels[0]?.suspend()
    await vi.advanceTimersByTimeAsync(300_000)
    expect(relay.opened).toHaveLength(1)
    document.show(true)
    await vi.advanceTimersByTimeAsync(2_000)
    await until(() => relay.opened.length === 2)
  })

  it('is its own in a platform without locks', async () => {
    vi.stubGlobal('navigator', {})
    const relay = await relayForTest()
    const tabs = await openTabs(relay, 2)
    expect(tabs.map(({ source }) => source)).toEqual([expect.any(NodeEventSource), expect.any(NodeEventSource)])
    expect(relay.opened).toHaveLength(2)
  })
})

describe('web providers that share an event stream', () => {
  it('each ask for their own flags when one of them hears of a change, or loses the stream', async () => {
    const relay = await relayForTest()
    relay.more = namesStream
    const pages = [
      await visit({ url: relay.url, eventSource: sharedEventSource }, { targetingKey: 'ann' }),
      await visit({ url: relay.url, eventSource: sharedEventSource }, { targetingKey: 'bob' }),
    ]
    const values = (): string[] => pages.map(({ client }) => client.getStringValue('who', ''))
    await expect.poll(() => relay.asked).toHaveLength(4)
    relay.flags = ({ targetingKey }) => [{ key: 'who', value: `${targetingKey} II`, reason: 'STATIC' }]
    relay.tell()
    await expect.poll(values).toEqual(['ann II', 'bob II'])
    relay.flags = ({ targetingKey }) => [{ key: 'who', value: `${targetingKey} III`, reason: 'STATIC' }]
    await pages[0]?.leave()
    await expect.poll(values).toEqual(['', 'bob III'])
    expect(relay.opened).toHaveLength(2)
  })
})
