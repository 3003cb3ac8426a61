import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { json } from '../server/scripted-server.js'
import { namesStream, streamPath, type ScriptedRelay } from './scripted-relay.js'
import { aMoment, documentForTest, relayForTest, visit, type Visit, until } from './visit.js'

/** Delays by chance are none. */
function noDelays(): void {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0)
  onTestFinished(() => random.mockRestore())
}

/** Lets timers of the provider run at the test's word, while the network goes on. */
function timersByHand(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  onTestFinished(() => void vi.useRealTimers())
}

/** A page with an open stream, and nothing under way. */
async function streaming(options: object = {}): Promise<{ relay: ScriptedRelay } & Visit> {
  const relay = await relayForTest()
  relay.more = namesStream
  const page = await visit({ url: relay.url, ...options })
  await settled(relay, 2)
  return { relay, ...page }
}

/** Waits until the relay was asked so often, and a moment longer. */
async function settled(relay: ScriptedRelay, count: number): Promise<void> {
  await until(() => relay.asked.length === count)
  await aMoment()
  expect(relay.asked).toHaveLength(count)
}

const conditions = ({ asked }: ScriptedRelay): string[] =>
  asked.map(({ headers, path }) => {
    const query = path.split('?')[1]
    return `${headers['if-none-match'] ? 'conditional' : 'unconditional'}${query ? ` ${query}` : ''}`
  })

describe('an event stream', () => {
  it('tells of a change: the flags are asked for again, and exactly those that changed are told', async () => {
    const { relay, client, events } = await streaming()
    relay.flags = () => [{ key: 'who', value: 'flipped', reason: 'STATIC' }]
    relay.tell({ type: 'refetchEvaluation', etag: '"e 1"', lastModified: 5 })
    await expect.poll(() => client.getStringValue('who', '')).toBe('flipped')
    expect(conditions(relay).at(-1)).toBe('conditional flagConfigEtag=%22e+1%22&flagConfigLastModified=5')
    expect(events.slice(1)).toEqual([{ name: 'CONFIGURATION_CHANGED', flagsChanged: ['who'], status: 'READY' }])
  })

  it('is checked once when it opens: a change between the answer and the opening is not lost', async () => {
    const relay = await relayForTest()
    relay.more = namesStream
    relay.streamFault = () => undefined
    const { client } = await visit({ url: relay.url })
    await expect.poll(() => relay.opened).toHaveLength(1)
    relay.flags = () => [{ key: 'who', value: 'flipped', reason: 'STATIC' }]
    relay.streamFault = null
    relay.cut()
    await expect.poll(() => client.getStringValue('who', '')).toBe('flipped')
  })

  // D7
  it('that comes back is followed by an unconditional question', async () => {
    const { relay, client } = await streaming()
    expect(conditions(relay)).toEqual(['unconditional', 'conditional'])
    relay.flags = () => [{ key: 'who', value: 'flipped', reason: 'STATIC' }]
    relay.streams[0]?.response.destroy()
    await expect.poll(() => client.getStringValue('who', '')).toBe('flipped')
    expect(conditions(relay).slice(2)).toEqual(['unconditional'])
    expect(relay.opened).toEqual([streamPath, streamPath])
  })

  it('that cannot be opened makes the page ask once more', async () => {
    timersByHand()
    const relay = await relayForTest()
    relay.more = namesStream
    relay.streamFault = (_request, response) => response.destroy()
    await visit({ url: relay.url })
    while (relay.opened.length < 5) await vi.advanceTimersByTimeAsync(20)
    await vi.advanceTimersByTimeAsync(8_000)
    await settled(relay, 2)
    await vi.advanceTimersByTimeAsync(120_000)
    await settled(relay, 2)
  })

  it('that is interrupted makes the page ask once, and STALE while the relay is gone', async () => {
    timersByHand()
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.99)
    onTestFinished(() => random.mockRestore())
    const { relay, names } = await streaming()
    relay.streamFault = relay.fault = (_request, response) => response.destroy()
    relay.streams[0]?.response.destroy()
    // The platform tries in vain, again and again.
    while (relay.opened.length < 5) await vi.advanceTimersByTimeAsync(20)
    await settled(relay, 2)
    await vi.advanceTimersByTimeAsync(8_000)
    await until(() => names().length === 2)
    await settled(relay, 3)
    relay.streamFault = relay.fault = null
    while (names().length < 3) await vi.advanceTimersByTimeAsync(20)
    expect(names()).toEqual(['READY', 'STALE', 'READY'])
    expect(conditions(relay).slice(2)).toEqual(['unconditional', 'unconditional'])
  })

  // D8
  it('that tells of two changes at once loses the hints of neither', async () => {
    const { relay } = await streaming()
    relay.hold()
    relay.tell({ type: 'refetchEvaluation', etag: '"e1"' })
    relay.tell({ type: 'refetchEvaluation' })
    relay.tell({ type: 'refetchEvaluation', etag: '"e2"' })
    relay.tell({ type: 'refetchEvaluation', lastModified: 7 })
    await expect.poll(() => relay.held).toHaveLength(1)
    relay.held[0]?.()
    await expect.poll(() => relay.held).toHaveLength(2)
    relay.held[1]?.()
    await settled(relay, 4)
    expect(conditions(relay).slice(2)).toEqual([
      'conditional flagConfigEtag=%22e1%22',
      'conditional flagConfigEtag=%22e2%22&flagConfigLastModified=7',
    ])
  })

  it('gives hints that are sent until there is an answer, whatever comes between', async () => {
    noDelays()
    const { relay, setContext } = await streaming()
    relay.fault = json(503, {})
    relay.tell({ type: 'refetchEvaluation', etag: '"e1"' })
    await expect.poll(() => relay.asked.length).toBeGreaterThan(3)
    relay.fault = null
    await expect.poll(() => conditions(relay).at(-1)).toBe('conditional flagConfigEtag=%22e1%22')
    await aMoment()
    relay.hold()
    relay.tell({ type: 'refetchEvaluation', etag: '"e2"' })
    await expect.poll(() => relay.held).toHaveLength(1)
    const changing = setContext({ targetingKey: 'bob' })
    await expect.poll(() => relay.held).toHaveLength(2)
    relay.held[1]?.()
    await changing
    await expect.poll(() => relay.held).toHaveLength(3)
    expect(conditions(relay).slice(-2)).toEqual(['unconditional', 'conditional flagConfigEtag=%22e2%22'])
    relay.held[2]?.()
    await settled(relay, relay.asked.length)
  })

  it.each([{ type: 'somethingNew' }, {}, [], 'text', null])('ignores the event %j', async (event) => {
    const { relay, client } = await streaming()
    relay.tell(event as object)
    relay.flags = () => [{ key: 'who', value: 'flipped', reason: 'STATIC' }]
    relay.tell()
    await expect.poll(() => client.getStringValue('who', '')).toBe('flipped')
    expect(relay.asked).toHaveLength(3)
  })

  it('that the platform gives up is opened again at the address that a new answer names', async () => {
    noDelays()
    const { relay, client } = await streaming()
    relay.more = { eventStreams: [{ type: 'sse', url: `${relay.url}/ofrep/v1/events?token=fresh` }] }
    relay.streamFault = (request, response) => {
      if (request.path === streamPath) return json(401, {})(request, response)
      relay.streamFault = null
      response.destroy()
    }
    relay.streams[0]?.response.destroy()
    await expect.poll(() => relay.streams.map(({ path }) => path)).toEqual(['/ofrep/v1/events?token=fresh'])
    relay.flags = () => [{ key: 'who', value: 'flipped', reason: 'STATIC' }]
    relay.tell()
    await expect.poll(() => client.getStringValue('who', '')).toBe('flipped')
  })

  it('that is refused again and again is asked for ever more rarely', async () => {
    timersByHand()
    const random = vi.spyOn(Math, 'random').mockReturnValue(1)
    onTestFinished(() => random.mockRestore())
    const relay = await relayForTest()
    relay.more = namesStream
    relay.streamFault = json(503, {})
    await visit({ url: relay.url })
    for (const [i, delayMs] of [2_000, 4_000, 8_000, 16_000].entries()) {
      await until(() => relay.opened.length === i + 1)
      await aMoment()
      await vi.advanceTimersByTimeAsync(delayMs - 1)
      await aMoment()
      expect(relay.opened).toHaveLength(i + 1)
      await vi.advanceTimersByTimeAsync(1)
    }
    expect(conditions(relay)).not.toContain('conditional')
    relay.streamFault = null
    await vi.advanceTimersByTimeAsync(32_000)
    await until(() => relay.streams.length === 1)
    // One that was open counts as a new beginning.
    await aMoment()
    const count = relay.opened.length
    relay.streamFault = json(503, {})
    relay.streams[0]?.response.destroy()
    await aMoment()
    await vi.advanceTimersByTimeAsync(20)
    await until(() => relay.opened.length === count + 1)
    await aMoment()
    await vi.advanceTimersByTimeAsync(2_000)
    await until(() => relay.opened.length === count + 2)
  })

  it('is kept through a change of context with the same address', async () => {
    const { relay, setContext } = await streaming()
    await setContext({ targetingKey: 'bob' })
    await settled(relay, 3)
    expect(relay.opened).toHaveLength(1)
  })

  it('makes way for that of a new context', async () => {
    const { relay, setContext } = await streaming()
    const url = `${relay.url}/ofrep/v1/events?token=bob`
    relay.more = { eventStreams: [{ type: 'sse', url }] }
    await setContext({ targetingKey: 'bob' })
    await expect.poll(() => relay.streams.map(({ path }) => path)).toEqual(['/ofrep/v1/events?token=bob'])
  })

  it('is closed when an answer names none', async () => {
    const { relay, setContext } = await streaming()
    relay.more = {}
    await setContext({ targetingKey: 'bob' })
    await expect.poll(() => relay.streams).toEqual([])
  })

  it('lives on where every answer names another address', async () => {
    const relay = await relayForTest()
    let count = 0
    Object.defineProperty(relay, 'more', {
      get: () => ({ eventStreams: [{ type: 'sse', url: `${relay.url}/ofrep/v1/events?token=${count++}` }] }),
    })
    const { client } = await visit({ url: relay.url })
    await settled(relay, 2)
    relay.flags = () => [{ key: 'who', value: 'flipped', reason: 'STATIC' }]
    relay.tell()
    await expect.poll(() => client.getStringValue('who', '')).toBe('flipped')
    await settled(relay, 3)
    expect(relay.opened).toEqual(['/ofrep/v1/events?token=0'])
  })

  it.each([
    ['of a kind that does not exist', { type: 'pigeon', endpoint: { requestUri: '/ofrep/v1/events?token=pigeon' } }],
    ['without an address', { type: 'sse' }],
    ['whose address is none', { type: 'sse', endpoint: { origin: 'nowhere', requestUri: '/x' } }],
    ['that is null', null],
  ])('%s is left out', async (_row, stream) => {
    const relay = await relayForTest()
    relay.more = { eventStreams: [stream, ...namesStream.eventStreams] }
    const { client } = await visit({ url: relay.url })
    await settled(relay, 2)
    expect(relay.opened).toEqual([streamPath])
    expect(client.getStringValue('who', '')).toBe('ann')
  })

  it('is not missed on a platform that has none', async () => {
    const relay = await relayForTest()
    relay.more = namesStream
    const eventSource = (): never => {
      throw new ReferenceError('EventSource is not defined')
    }
    const { client, names } = await visit({ url: relay.url, eventSource })
    expect(client.getStringValue('who', '')).toBe('ann')
    expect(names()).toEqual(['READY'])
  })

  // D12
  it('is found from a base address that is relative to the page', async () => {
    const document = documentForTest()
    const relay = await relayForTest()
    document.baseURI = `${relay.url}/app/index.html`
    relay.more = namesStream
    // Only a browser's own fetch takes relative addresses.
    await visit({ url: '/', fetch: (input, init) => fetch(new URL(input as string, document.baseURI), init) })
    await expect.poll(() => relay.opened).toEqual([streamPath])
  })

  it.each(['polling', 'none'] as const)('is not opened where changes are noticed by %s', async (changeDetection) => {
    const relay = await relayForTest()
    relay.more = namesStream
    await visit({ url: relay.url, changeDetection })
    await settled(relay, 1)
    expect(relay.opened).toEqual([])
  })
})

describe('a page', () => {
  it('that stays hidden closes its stream after the delay that the relay names', async () => {
    const document = documentForTest()
    timersByHand()
    const relay = await relayForTest()
    relay.more = { eventStreams: [{ ...namesStream.eventStreams[0], inactivityDelaySec: 7 }] }
    await visit({ url: relay.url })
    await settled(relay, 2)
    document.show(false)
    await vi.advanceTimersByTimeAsync(6_999)
    await aMoment()
    expect(relay.streams).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    await until(() => relay.streams.length === 0)
  })

  it('that is shown again asks unconditionally and opens its stream', async () => {
    const document = documentForTest()
    timersByHand()
    const { relay, client } = await streaming({ inactivityDelayMs: 50 })
    document.show(false)
    await vi.advanceTimersByTimeAsync(50)
    await until(() => relay.streams.length === 0)
    relay.flags = () => [{ key: 'who', value: 'flipped', reason: 'STATIC' }]
    document.show(true)
    await until(() => client.getStringValue('who', '') === 'flipped')
    await until(() => relay.streams.length === 1)
    expect(conditions(relay)[2]).toBe('unconditional')
  })

  it('that is hidden only for a moment keeps its stream and asks nothing', async () => {
    const document = documentForTest()
    timersByHand()
    const { relay } = await streaming()
    document.show(false)
    await vi.advanceTimersByTimeAsync(119_000)
    document.show(true)
    await vi.advanceTimersByTimeAsync(119_000)
    await settled(relay, 2)
    expect(relay.streams).toHaveLength(1)
  })

  it('that was opened in the background opens no stream for long', async () => {
    const document = documentForTest()
    document.hidden = true
    timersByHand()
    const { relay, setContext } = await streaming()
    await vi.advanceTimersByTimeAsync(120_000)
    await until(() => relay.streams.length === 0)
    await setContext({ targetingKey: 'bob' })
    await until(() => relay.streams.length === 1)
    await vi.advanceTimersByTimeAsync(120_000)
    await until(() => relay.streams.length === 0)
  })

  it.each(['sse', 'polling'] as const)('without a stream asks when it is shown again (%s)', async (changeDetection) => {
    const document = documentForTest()
    const relay = await relayForTest()
    await visit({ url: relay.url, changeDetection })
    document.show(false)
    document.show(true)
    await settled(relay, 2)
    expect(conditions(relay)).toEqual(['unconditional', 'conditional'])
  })

  it('asks nothing when it is shown again where no changes are to be noticed', async () => {
    const document = documentForTest()
    const relay = await relayForTest()
    await visit({ url: relay.url, changeDetection: 'none' })
    document.show(false)
    document.show(true)
    await settled(relay, 1)
  })

  it('asks at once when it is online again', async () => {
    const online = new EventTarget()
    vi.stubGlobal('addEventListener', online.addEventListener.bind(online))
    onTestFinished(() => void vi.unstubAllGlobals())
    const random = vi.spyOn(Math, 'random').mockReturnValue(1)
    onTestFinished(() => random.mockRestore())
    const relay = await relayForTest()
    relay.fault = (_request, response) => response.destroy()
    const { client, names } = await visit({ url: relay.url })
    expect(names()).toEqual(['ERROR'])
    relay.fault = null
    online.dispatchEvent(new Event('online'))
    await expect.poll(() => client.getStringValue('who', '')).toBe('ann')
    expect(names()).toEqual(['ERROR', 'READY', 'CONFIGURATION_CHANGED'])
  })
})
