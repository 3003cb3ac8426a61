import { ProviderStatus } from '@openfeature/web-sdk'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { json } from '../server/scripted-server.js'
import { aMoment, relayForTest, visit, until } from './visit.js'

const down = json(503, { errorDetails: 'no data yet' })

/** Retries come at once, where a test is about them; otherwise they are far away. */
function retries(when: 'at once' | 'far away'): void {
  const random = vi.spyOn(Math, 'random').mockReturnValue(when === 'at once' ? 0 : 1)
  onTestFinished(() => random.mockRestore())
}

describe('another user', () => {
  it('gets flags of its own', async () => {
    const relay = await relayForTest()
    const { client, names, setContext } = await visit({ url: relay.url })
    await setContext({ targetingKey: 'bob' })
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'bob', reason: 'TARGETING_MATCH' })
    expect(names()).toEqual(['READY', 'CONFIGURATION_CHANGED', 'RECONCILING', 'CONTEXT_CHANGED'])
    expect(relay.asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined])
  })

  it('is never served the flags of the user before, while waiting for its own', async () => {
    const relay = await relayForTest()
    const { client, events, setContext } = await visit({ url: relay.url })
    relay.hold()
    const changing = setContext({ targetingKey: 'bob' })
    expect(client.getStringDetails('who', 'nobody')).toMatchObject({
      value: 'nobody',
      errorCode: 'PROVIDER_NOT_READY',
    })
    expect(events).toContainEqual({ name: 'CONFIGURATION_CHANGED', flagsChanged: ['who'], status: 'READY' })
    await expect.poll(() => relay.held).toHaveLength(1)
    relay.held[0]?.()
    await changing
    expect(client.getStringValue('who', 'nobody')).toBe('bob')
  })

  // D3
  it('is not served the flags of the user before while the relay answers 503, and the failure is told', async () => {
    retries('far away')
    const relay = await relayForTest()
    const { client, names, events, setContext } = await visit({ url: relay.url })
    relay.fault = down
    await setContext({ targetingKey: 'bob' })
    expect(client.getStringDetails('who', 'nobody')).toMatchObject({
      value: 'nobody',
      errorCode: 'PROVIDER_NOT_READY',
      errorMessage: 'status 503: no data yet',
    })
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    expect(names()).toEqual(['READY', 'CONFIGURATION_CHANGED', 'RECONCILING', 'ERROR'])
    expect(events.at(-1)?.message).toContain('status 503: no data yet')
  })

  // D6
  it('is served its own flags, and READY is told, once the relay is back', async () => {
    retries('at once')
    const relay = await relayForTest()
    const { client, events, names, setContext } = await visit({ url: relay.url })
    relay.fault = down
    await setContext({ targetingKey: 'bob' })
    relay.fault = null
    await expect.poll(names).toContain('READY')
    await expect.poll(() => client.getStringValue('who', 'nobody')).toBe('bob')
    expect(client.providerStatus).toBe(ProviderStatus.READY)
    expect(events.slice(-2)).toEqual([
      { name: 'READY', status: 'READY' },
      { name: 'CONFIGURATION_CHANGED', flagsChanged: ['who'], status: 'READY' },
    ])
  })

  // D4
  it('is not served the flags of the user before during the pause that a 429 asks for, nor is the relay asked', async () => {
    retries('at once')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const relay = await relayForTest()
    const { client, names, setContext } = await visit({ url: relay.url })
    relay.fault = json(429, {}, { 'retry-after': '60' })
    await setContext({ targetingKey: 'bob' })
    await setContext({ targetingKey: 'cid' })
    expect(relay.asked).toHaveLength(2)
    expect(client.getStringDetails('who', 'nobody')).toMatchObject({
      value: 'nobody',
      errorMessage: 'the relay asked for a pause of 60000 ms',
    })
    expect(names()).not.toContain('CONTEXT_CHANGED')
    relay.fault = null
    await vi.advanceTimersByTimeAsync(59_000)
    await aMoment()
    expect(relay.asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1_000)
    await until(() => client.getStringValue('who', 'nobody') === 'cid')
    expect(relay.asked).toHaveLength(3)
  })

  it('is asked for once the pause is over, whatever becomes of the clock', async () => {
    retries('far away')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const relay = await relayForTest()
    const { client, setContext } = await visit({ url: relay.url })
    relay.fault = json(429, {}, { 'retry-after': '50' })
    await setContext({ targetingKey: 'bob' })
    relay.fault = null
    vi.setSystemTime(Date.now() - 86_400_000)
    await vi.advanceTimersByTimeAsync(50_000)
    await until(() => client.getStringValue('who', 'nobody') === 'bob')
  })

  it('is asked for once the pause is over, not before and not much later', async () => {
    retries('far away')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const relay = await relayForTest()
    const { client, setContext } = await visit({ url: relay.url })
    relay.fault = json(429, {}, { 'retry-after': '50' })
    await setContext({ targetingKey: 'bob' })
    relay.fault = null
    await vi.advanceTimersByTimeAsync(49_999)
    await aMoment()
    expect(relay.asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    await until(() => client.getStringValue('who', 'nobody') === 'bob')
  })

  it.each([
    ['credentials that are refused', json(401, {}), 'status 401', 'PROVIDER_FATAL'],
    [
      'a context that the relay cannot evaluate',
      json(400, { errorCode: 'INVALID_CONTEXT', errorDetails: 'bad' }),
      'bad',
      'INVALID_CONTEXT',
    ],
    ['a page instead of an answer', json(200, 'hello'), 'the answer is not OFREP', 'PROVIDER_NOT_READY'],
    [
      'a connection that is cut',
      (_: unknown, response: { destroy(): void }) => response.destroy(),
      'no answer from',
      'PROVIDER_NOT_READY',
    ],
  ])('is not served the flags of the user before after %s', async (_row, fault, message, errorCode) => {
    retries('far away')
    const relay = await relayForTest()
    const { client, events, setContext } = await visit({ url: relay.url })
    relay.fault = fault
    await setContext({ targetingKey: 'bob' })
    expect(client.getStringDetails('who', 'nobody')).toMatchObject({ value: 'nobody', errorCode })
    expect(events.at(-1)).toMatchObject({ name: 'ERROR', status: 'ERROR' })
    expect(events.at(-1)?.message).toContain(message)
  })

  it.each<[string, (context: Record<string, unknown>) => void]>([
    ['a context that contains itself', (context) => (context['self'] = context)],
    ['a context with a bigint', (context) => (context['big'] = 1n)],
  ])('is not served the flags of the user before with %s', async (_row, spoil) => {
    retries('far away')
    const relay = await relayForTest()
    const { client, setContext } = await visit({ url: relay.url })
    const context = { targetingKey: 'bob' }
    spoil(context)
    await setContext(context)
    expect(client.getStringValue('who', 'nobody')).toBe('nobody')
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    expect(relay.asked).toHaveLength(1)
    await setContext({ targetingKey: 'ann' })
    expect(client.getStringValue('who', 'nobody')).toBe('ann')
  })
})

describe('other attributes of the same user', () => {
  // D1
  it('are asked about without the validator of the old ones, and change nothing before the answer', async () => {
    const relay = await relayForTest()
    relay.flags = (context) => [{ key: 'plan', value: context['plan'], reason: 'TARGETING_MATCH' }]
    const { client, names, setContext } = await visit({ url: relay.url }, { targetingKey: 'ann', plan: 'free' })
    relay.hold()
    const changing = setContext({ targetingKey: 'ann', plan: 'pro' })
    expect(client.getStringDetails('plan', '')).toMatchObject({ value: 'free', reason: 'STALE' })
    await expect.poll(() => relay.held).toHaveLength(1)
    expect(names()).toEqual(['READY', 'RECONCILING'])
    relay.held[0]?.()
    await changing
    expect(client.getStringDetails('plan', '')).toMatchObject({ value: 'pro', reason: 'TARGETING_MATCH' })
    expect(relay.asked[1]?.headers).not.toHaveProperty('if-none-match')
    expect(names()).toEqual(['READY', 'RECONCILING', 'CONTEXT_CHANGED'])
  })

  it('keep the last flags, marked STALE, while the relay is down', async () => {
    retries('far away')
    const relay = await relayForTest()
    const { client, names, setContext } = await visit({ url: relay.url }, { targetingKey: 'ann', plan: 'free' })
    relay.fault = down
    await setContext({ targetingKey: 'ann', plan: 'pro' })
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'ann', reason: 'STALE' })
    expect(names()).toEqual(['READY', 'RECONCILING', 'ERROR'])
  })

  it('are those of another user where no user is named', async () => {
    const relay = await relayForTest()
    const { client, setContext } = await visit({ url: relay.url }, { seat: 1 })
    relay.hold()
    void setContext({ seat: 2 })
    expect(client.getStringValue('who', 'nobody')).toBe('nobody')
  })
})

describe('an equal context', () => {
  it('is no change, in whatever order its members are', async () => {
    const relay = await relayForTest()
    const { names, setContext } = await visit({ url: relay.url }, { targetingKey: 'ann', deep: { a: 1, b: [2] } })
    for (let i = 0; i < 10; i += 1) await setContext({ deep: { b: [2], a: 1 }, targetingKey: 'ann' })
    expect(relay.asked).toHaveLength(1)
    expect(names()).not.toContain('RECONCILING')
  })

  it('joins the question that is under way', async () => {
    const relay = await relayForTest()
    const { client, setContext } = await visit({ url: relay.url })
    relay.hold()
    const first = setContext({ targetingKey: 'bob' })
    await expect.poll(() => relay.held).toHaveLength(1)
    const second = setContext({ targetingKey: 'bob' })
    await aMoment()
    expect(relay.held).toHaveLength(1)
    relay.held[0]?.()
    await Promise.all([first, second])
    expect(client.getStringValue('who', '')).toBe('bob')
  })

  it('asks again where the last question failed', async () => {
    retries('far away')
    const relay = await relayForTest()
    const { client, setContext } = await visit({ url: relay.url })
    relay.fault = down
    await setContext({ targetingKey: 'bob' })
    relay.fault = null
    await setContext({ targetingKey: 'bob' })
    expect(client.getStringValue('who', '')).toBe('bob')
    expect(client.providerStatus).toBe(ProviderStatus.READY)
  })
})

describe('a change of context that another one overtakes', () => {
  it('is cancelled, and ends with the last one', async () => {
    const relay = await relayForTest()
    const cancelled: string[] = []
    const { client, names, setContext } = await visit({ url: relay.url, timeoutMs: 60_000 })
    relay.fault = ({ body }, response) => {
      response.on('close', () => response.writableFinished || cancelled.push(body))
      if (body.includes('cid'))
        json(200, { flags: [{ key: 'who', value: 'cid', reason: 'STATIC' }] })({} as never, response)
    }
    const first = setContext({ targetingKey: 'bob' })
    await expect.poll(() => relay.asked).toHaveLength(2)
    let isFirstDone = false
    void first.then(() => (isFirstDone = true))
    const second = setContext({ targetingKey: 'cid' })
    await second
    await first
    expect(isFirstDone).toBe(true)
    await expect.poll(() => cancelled, { timeout: 2_000 }).toEqual(['{"context":{"targetingKey":"bob"}}'])
    expect(client.getStringValue('who', '')).toBe('cid')
    expect(names().filter((name) => name === 'CONTEXT_CHANGED')).toHaveLength(1)
    expect(client.providerStatus).toBe(ProviderStatus.READY)
  })

  it('never brings its answer, however late', async () => {
    const relay = await relayForTest()
    let release = (): void => undefined
    const { client, setContext } = await visit({
      url: relay.url,
      // A platform that does not cancel.
      fetch: async (input, init) => {
        const response = await fetch(input, { ...init, signal: null })
        if (JSON.stringify(init?.body).includes('bob')) await new Promise<void>((resolve) => (release = resolve))
        return response
      },
    })
    const first = setContext({ targetingKey: 'bob' })
    await expect.poll(() => relay.asked).toHaveLength(2)
    await setContext({ targetingKey: 'cid' })
    release()
    await first
    await aMoment()
    expect(client.getStringValue('who', '')).toBe('cid')
  })

  it('may overtake the start', async () => {
    const relay = await relayForTest()
    relay.hold()
    const starting = visit({ url: relay.url }, { targetingKey: 'ann' }, 'overtaken-start')
    await expect.poll(() => relay.held).toHaveLength(1)
    const { OpenFeature } = await import('@openfeature/web-sdk')
    const changing = OpenFeature.setContext('overtaken-start', { targetingKey: 'bob' })
    await expect.poll(() => relay.held).toHaveLength(2)
    relay.held[1]?.()
    relay.held[0]?.()
    await changing
    const { client, startError } = await starting
    expect(startError).toBeNull()
    expect(client.getStringValue('who', '')).toBe('bob')
  })
})
