import { ProviderStatus } from '@openfeature/web-sdk'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { json } from '../server/scripted-server.js'
import { namesStream, type ScriptedRelay } from './scripted-relay.js'
import {
  aMoment,
  documentForTest,
  memoryStorage,
  relayForTest,
  visit,
  type FakeDocument,
  type Visit,
  until,
} from './visit.js'

const down = json(503, { errorDetails: 'no data' })

function timersByHand(random: number): void {
  const chance = vi.spyOn(Math, 'random').mockReturnValue(random)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  onTestFinished(() => {
    chance.mockRestore()
    vi.useRealTimers()
  })
}

async function page(): Promise<{ relay: ScriptedRelay; document: FakeDocument; refresh: () => Promise<void> } & Visit> {
  const document = documentForTest()
  const relay = await relayForTest()
  const visited = await visit({ url: relay.url })
  const refresh = async (): Promise<void> => {
    const count = relay.asked.length
    document.show(true)
    await until(() => relay.asked.length === count + 1)
    // The answer has to arrive, whatever it is.
    await until(() => relay.answered === count + 1)
    await aMoment()
  }
  return { relay, document, refresh, ...visited }
}

describe('a new answer', () => {
  it('tells exactly the flags whose answer is another, came or went', async () => {
    const { relay, events, refresh } = await page()
    const kept = [
      { key: 'same', value: { a: 1, b: [1] }, reason: 'STATIC', metadata: { x: 1, y: 2 } },
      { key: 'error', errorCode: 'PARSE_ERROR', errorDetails: 'bad' },
    ]
    relay.flags = () => [
      ...kept,
      { key: 'value', value: 1, reason: 'STATIC' },
      { key: 'object', value: { deep: [1] }, reason: 'STATIC' },
      { key: 'variant', value: 1, variant: 'a', reason: 'STATIC' },
      { key: 'metadata', value: 1, reason: 'STATIC', metadata: { team: 'a' } },
      { key: 'gone', value: 1, reason: 'STATIC' },
    ]
    await refresh()
    relay.flags = () => [
      { key: 'came', value: 1, reason: 'STATIC' },
      { key: 'metadata', value: 1, reason: 'STATIC', metadata: { team: 'b' } },
      { key: 'variant', value: 1, variant: 'b', reason: 'STATIC' },
      { key: 'object', value: { deep: [2] }, reason: 'STATIC' },
      { key: 'value', value: 2, reason: 'STATIC' },
      ...kept,
      { reason: 'STATIC', metadata: { y: 2, x: 1 }, value: { b: [1], a: 1 }, key: 'same' },
    ]
    await refresh()
    expect(events.map(({ flagsChanged }) => flagsChanged?.toSorted())).toEqual([
      undefined,
      ['error', 'gone', 'metadata', 'object', 'same', 'value', 'variant', 'who'],
      ['came', 'gone', 'metadata', 'object', 'value', 'variant'],
    ])
  })

  // D10
  it('tells nothing where nothing has changed', async () => {
    const { relay, names, refresh } = await page()
    relay.more = { metadata: { version: 'another, so that this is no 304' } }
    await refresh()
    await refresh()
    expect(names()).toEqual(['READY'])
  })
})

describe('a refresh that fails', () => {
  it('keeps the flags, says STALE once, and READY once it works again', async () => {
    const { relay, client, events, refresh } = await page()
    relay.fault = down
    await refresh()
    await refresh()
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'ann', reason: 'TARGETING_MATCH' })
    expect(client.providerStatus).toBe(ProviderStatus.STALE)
    relay.fault = null
    await refresh()
    expect(events).toEqual([
      { name: 'READY', status: 'READY' },
      { name: 'STALE', status: 'STALE', message: 'status 503: no data' },
      { name: 'READY', status: 'READY' },
    ])
  })

  it('is repeated ever more rarely, two minutes apart at most, and not while the page is hidden', async () => {
    const { relay, document, refresh } = await page()
    timersByHand(1)
    relay.fault = down
    await refresh()
    for (const delayMs of [2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 120_000, 120_000]) {
      const count = relay.asked.length
      await vi.advanceTimersByTimeAsync(delayMs - 1)
      await aMoment()
      expect(relay.asked).toHaveLength(count)
      await vi.advanceTimersByTimeAsync(1)
      await until(() => relay.answered === count + 1)
      await aMoment()
    }
    document.show(false)
    const count = relay.asked.length
    await vi.advanceTimersByTimeAsync(600_000)
    await aMoment()
    expect(relay.asked).toHaveLength(count)
  })

  it('survives a pause that is longer than a timer', async () => {
    const { relay, refresh } = await page()
    relay.fault = json(429, {}, { 'retry-after': '999999999' })
    await refresh()
    const timers = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => timers.mockRestore())
    await aMoment()
    expect(timers).not.toHaveBeenCalled()
    expect(relay.asked).toHaveLength(2)
  })

  // D5
  it.each([401, 403])('with a %i says ERROR, keeps the flags and asks no more by itself', async (status) => {
    timersByHand(1)
    const relay = await relayForTest()
    const options = { url: relay.url, changeDetection: 'polling', pollIntervalMs: 1_000 } as const
    const { client, names, events } = await visit(options)
    await vi.advanceTimersByTimeAsync(1_000)
    await until(() => relay.asked.length === 2)
    await aMoment()
    relay.fault = json(status, {})
    await vi.advanceTimersByTimeAsync(1_000)
    await until(() => names().join() === 'READY,ERROR')
    expect(events.at(-1)).toMatchObject({ message: `status ${status}`, errorCode: 'GENERAL', status: 'ERROR' })
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'ann', reason: 'TARGETING_MATCH' })
    await vi.advanceTimersByTimeAsync(600_000)
    await aMoment()
    expect(relay.asked).toHaveLength(3)
  })
})

describe('a page whose flags are in doubt', () => {
  it('asks at once when it is shown again, although its event stream is open', async () => {
    const document = documentForTest()
    timersByHand(1)
    const relay = await relayForTest()
    relay.more = namesStream
    const { names } = await visit({ url: relay.url })
    await until(() => relay.answered === 2)
    await aMoment()
    relay.fault = down
    relay.tell()
    await until(() => names().at(-1) === 'STALE')
    relay.fault = null
    document.show(false)
    document.show(true)
    await until(() => names().at(-1) === 'READY')
    expect(relay.streams).toHaveLength(1)
  })
})

describe('a start that fails', () => {
  // D11
  it.each([
    ['400', json(400, { errorCode: 'TARGETING_KEY_MISSING', errorDetails: 'who?' }), 'TARGETING_KEY_MISSING', 'who?'],
    ['400 with a code of another world', json(400, { errorCode: 'ODD', errorDetails: 'x' }), 'GENERAL', 'x'],
    ['429', json(429, {}, { 'retry-after': '9' }), 'PROVIDER_NOT_READY', 'status 429'],
    ['500', json(500, { errorDetails: 'oops' }), 'PROVIDER_NOT_READY', 'status 500: oops'],
    ['503', down, 'PROVIDER_NOT_READY', 'status 503: no data'],
  ])('with %s carries code and details, in the error and in every answer', async (_row, fault, code, message) => {
    timersByHand(1)
    const relay = await relayForTest()
    relay.fault = fault
    const { client, startError } = await visit({ url: relay.url })
    expect(startError).toMatchObject({ code, message: expect.stringContaining(message) as string })
    expect(client.getStringDetails('who', 'x')).toMatchObject({ value: 'x', errorCode: code })
    expect(client.getStringDetails('who', 'x').errorMessage).toContain(message)
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
  })

  it('is repeated, and READY and all flags are told once it works', async () => {
    timersByHand(1)
    const relay = await relayForTest()
    relay.fault = down
    const { client, events } = await visit({ url: relay.url })
    relay.fault = null
    await vi.advanceTimersByTimeAsync(2_000)
    await until(() => client.getStringValue('who', '') === 'ann')
    expect(events.slice(1)).toEqual([
      { name: 'READY', status: 'READY' },
      { name: 'CONFIGURATION_CHANGED', flagsChanged: ['who'], status: 'READY' },
    ])
  })

  it('for a context that cannot be evaluated is healed by the next context', async () => {
    const relay = await relayForTest()
    relay.fault = json(400, { errorCode: 'TARGETING_KEY_MISSING' })
    const { client, setContext } = await visit({ url: relay.url }, {})
    relay.fault = null
    await setContext({ targetingKey: 'ann' })
    expect(client.getStringValue('who', '')).toBe('ann')
    expect(client.providerStatus).toBe(ProviderStatus.READY)
  })
})

describe('polling', () => {
  it('is off by default', async () => {
    timersByHand(1)
    const relay = await relayForTest()
    await visit({ url: relay.url })
    await vi.advanceTimersByTimeAsync(86_400_000)
    await aMoment()
    expect(relay.asked).toHaveLength(1)
  })

  it('is left to the event stream while that is open', async () => {
    timersByHand(1)
    const relay = await relayForTest()
    relay.more = namesStream
    await visit({ url: relay.url, pollIntervalMs: 5_000 })
    await until(() => relay.answered === 2)
    await aMoment()
    await vi.advanceTimersByTimeAsync(600_000)
    await aMoment()
    expect(relay.asked).toHaveLength(2)
  })

  it('asks at the interval, conditionally', async () => {
    timersByHand(1)
    const relay = await relayForTest()
    await visit({ url: relay.url, pollIntervalMs: 5_000 })
    for (let i = 1; i < 4; i += 1) {
      expect(relay.asked).toHaveLength(i)
      await vi.advanceTimersByTimeAsync(5_000)
      await until(() => relay.answered === i + 1)
      await aMoment()
    }
    expect(relay.asked.map(({ headers }) => typeof headers['if-none-match'])).toEqual([
      'undefined',
      'string',
      'string',
      'string',
    ])
  })
})

describe('closing', () => {
  it('leaves no connection, no timer and no listener behind, and serves nobody', async () => {
    const document = documentForTest()
    const relay = await relayForTest()
    relay.more = { eventStreams: [{ type: 'sse', endpoint: { requestUri: '/ofrep/v1/events' } }] }
    const { provider, leave } = await visit({ url: relay.url, pollIntervalMs: 20 })
    await expect.poll(() => relay.streams).toHaveLength(1)
    await leave()
    await expect.poll(() => relay.streams).toHaveLength(0)
    const count = relay.asked.length
    document.show(true)
    await aMoment()
    expect(relay.asked).toHaveLength(count)
    expect(provider.resolveStringEvaluation('who', 'x')).toMatchObject({ value: 'x', errorCode: 'PROVIDER_NOT_READY' })
  })

  it('leaves no timer of a hidden page behind', async () => {
    const document = documentForTest()
    const relay = await relayForTest()
    const { leave } = await visit({ url: relay.url })
    timersByHand(1)
    document.show(false)
    expect(vi.getTimerCount()).toBe(1)
    await leave()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends a start that is under way', async () => {
    const relay = await relayForTest()
    relay.hold()
    const { provider, startError } = await (async () => {
      const starting = visit({ url: relay.url }, {}, 'closed-while-starting')
      await expect.poll(() => relay.held).toHaveLength(1)
      const { OpenFeature } = await import('@openfeature/web-sdk')
      await OpenFeature.getProvider('closed-while-starting').onClose?.()
      return starting
    })()
    expect(startError?.message).toBe('no flags yet')
    await provider.onClose()
  })

  it('may be followed by another start', async () => {
    const relay = await relayForTest()
    const { provider, leave } = await visit({ url: relay.url, storage: memoryStorage() })
    await leave()
    await provider.initialize({ targetingKey: 'bob' })
    expect(provider.resolveStringEvaluation('who', 'x')).toMatchObject({ value: 'bob' })
  })
})

describe('what the server rendered', () => {
  const answer = { flags: [{ key: 'who', value: 'rendered', reason: 'STATIC' }] }

  it('is served at once for the same context, then the relay is asked', async () => {
    const relay = await relayForTest()
    const bootstrap = { context: { targetingKey: 'ann' }, answer }
    const { client, events } = await visit({ url: relay.url, bootstrap })
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'rendered', reason: 'STATIC' })
    await expect.poll(() => client.getStringValue('who', '')).toBe('ann')
    expect(events.slice(1)).toMatchObject([{ name: 'CONFIGURATION_CHANGED', flagsChanged: ['who'] }])
  })

  it('is served as CACHED where the attributes differ', async () => {
    const relay = await relayForTest()
    const bootstrap = { context: { targetingKey: 'ann', from: 'server' }, answer }
    const { client } = await visit({ url: relay.url, bootstrap })
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'rendered', reason: 'CACHED' })
  })

  it.each([
    ['for another user', { context: { targetingKey: 'bob' }, answer }],
    ['for nobody', { context: {}, answer }],
    ['that is no answer', { context: { targetingKey: 'ann' }, answer: { errorDetails: 'oops' } }],
  ])('is not used %s', async (_row, bootstrap) => {
    const relay = await relayForTest()
    const { client } = await visit({ url: relay.url, bootstrap })
    expect(client.getStringValue('who', '')).toBe('ann')
    expect(relay.asked).toHaveLength(1)
  })

  it('counts more than what was kept', async () => {
    const relay = await relayForTest()
    const storage = memoryStorage()
    const { leave } = await visit({ url: relay.url, storage }, { targetingKey: 'ann' }, 'rendered')
    await leave()
    const bootstrap = { context: { targetingKey: 'ann' }, answer }
    const { client } = await visit({ url: relay.url, storage, bootstrap }, { targetingKey: 'ann' }, 'rendered')
    expect(client.getStringValue('who', '')).toBe('rendered')
  })
})
