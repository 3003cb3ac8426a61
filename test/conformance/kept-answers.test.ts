/** The provider that asks, with answers that it keeps, over a real data plane: what it gives is what single requests would give. */
import { OpenFeature, ProviderEvents, ProviderStatus, type Client } from '@openfeature/server-sdk'
import type { Flag } from '@switchyard/engine'
import { SwitchyardProvider, type SwitchyardProviderOptions } from '@switchyard/openfeature-provider/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { flags, serverKey, startPlane, type TestPlane, type TestPlaneOptions } from '../../relay/test/http/plane.js'

const single = 'POST 200 of one'
const bulk = 'POST 200 of all'

let domains = 0

interface Shop {
  readonly plane: TestPlane
  readonly client: Client
  /** What was asked since the last call. */
  readonly asked: () => string[]
  readonly changes: () => number
  serve(value: string): void
}

const flagOf = (value: string): Flag => ({ outcomes: [{ value, reason: 'STATIC' }], decide: 0 })

async function open(
  options: Partial<SwitchyardProviderOptions> = {},
  planeOptions: TestPlaneOptions = { now: Date.now },
): Promise<Shop> {
  const plane = await startPlane(planeOptions)
  const domain = `kept-${domains++}`
  const client = OpenFeature.getClient(domain)
  let changes = 0
  client.addHandler(ProviderEvents.ConfigurationChanged, () => void (changes += 1))
  onTestFinished(() => OpenFeature.clearProviders())
  const provider = new SwitchyardProvider({
    url: plane.url,
    apiKey: serverKey,
    mode: 'remote',
    cachedContexts: 2,
    ...options,
  })
  await OpenFeature.setProviderAndWait(domain, provider)
  plane.observed.length = 0
  const asked = (): string[] =>
    plane.observed
      .splice(0)
      .filter((line) => line.includes('POST'))
      .map((line) =>
        (line.includes('{key}') ? line.replace(/^\S+/, '') + ' of one' : line.replace(/^\S+/, '') + ' of all').trim(),
      )
  return {
    plane,
    client,
    asked,
    changes: () => changes,
    serve: (value) => plane.shop.serve({ flags: { f: flagOf(value) }, metadata: { flagSetId: 'shop' } }),
  }
}

/** Asks until an answer comes from what is kept: the event stream is open, and what was asked before it has been asked again. */
async function settle({ client, asked }: Shop, context = {}, flagKey = 'f'): Promise<void> {
  await expect
    .poll(async () => {
      asked()
      await client.getStringValue(flagKey, '', context)
      return asked()
    })
    .toEqual([])
}

describe('answers that are kept', () => {
  it('cost nothing until the flags change, and then one request', async () => {
    const shop = await open()
    shop.serve('a')
    await settle(shop)
    for (let index = 0; index < 20; index += 1) expect(await shop.client.getStringValue('f', '')).toBe('a')
    expect(shop.asked()).toEqual([])
    shop.serve('b')
    await expect.poll(() => shop.client.getStringValue('f', '')).toBe('b')
    expect(shop.changes()).toBeGreaterThan(0)
    await settle(shop)
  })

  it('are asked for once by all who wait', async () => {
    const shop = await open()
    const answers = await Promise.all(Array.from({ length: 10 }, () => shop.client.getBooleanValue('plain', false)))
    expect(new Set(answers)).toEqual(new Set([true]))
    expect(shop.asked().filter((line) => line === bulk)).toHaveLength(1)
  })

  it('are those of single requests, flag by flag', async () => {
    const [kept, asking] = [await open(), await open({ cachedContexts: 0 })]
    await settle(kept, {}, 'plain')
    for (const key of [...Object.keys(flags), 'not there']) {
      for (const context of [{}, { targetingKey: 'user-1', plan: 'gold' }]) {
        const ask = (client: Client) => client.getObjectDetails(key, { default: true }, context)
        expect(await ask(kept.client)).toEqual(await ask(asking.client))
      }
    }
  })

  it('are kept by context, for as many contexts as was said', async () => {
    const shop = await open()
    shop.serve('a')
    for (const user of ['1', '2']) await settle(shop, { targetingKey: user })
    await shop.client.getStringValue('f', '', { targetingKey: '1' })
    expect(shop.asked()).toEqual([])
    await settle(shop, { targetingKey: '3' })
    await shop.client.getStringValue('f', '', { targetingKey: '1' })
    expect(shop.asked()).toEqual([])
    await shop.client.getStringValue('f', '', { targetingKey: '2' })
    expect(shop.asked()).toEqual([bulk])
  })

  it('are not trusted where the event stream is gone, and are again once it is back', async () => {
    const shop = await open()
    shop.serve('a')
    await settle(shop)
    shop.plane.server.closeAllConnections()
    shop.serve('b')
    await expect.poll(() => shop.client.getStringValue('f', '')).toBe('b')
    expect(await shop.client.getStringValue('f', '')).toBe('b')
  })

  it('are asked for singly where the relay names no event stream', async () => {
    const shop = await open({}, { now: Date.now, streams: { advertise: false } })
    shop.serve('a')
    await shop.client.getStringValue('f', '')
    shop.serve('b')
    expect(await shop.client.getStringValue('f', '')).toBe('b')
    expect(shop.asked()).toEqual([bulk, single])
  })

  it('are asked for singly where flags read chance', async () => {
    const shop = await open()
    const outcomes = [{ value: 'a', reason: 'SPLIT' }] as const
    shop.plane.shop.serve({ flags: { f: { outcomes, decide: { split: ['random'], arms: [[0, 1, 0]] } } } })
    for (let index = 0; index < 3; index += 1) await shop.client.getStringValue('f', '')
    expect(shop.asked()).toEqual([bulk, single, single])
  })

  it('hold until flags change by themselves', async () => {
    const shop = await open()
    const outcomes = ['before', 'after'].map((value) => ({ value, reason: 'TARGETING_MATCH' as const }))
    const at = Date.now() + 2_000
    const flag: Flag = { outcomes, decide: { rules: [{ when: ['lt', ['now'], at], then: 0 }], else: 1 }, changes: [at] }
    shop.plane.shop.serve({ flags: { f: flag } })
    await expect.poll(() => shop.client.getStringValue('f', '')).toBe('after')
    expect(Date.now()).toBeGreaterThanOrEqual(at)
  })

  it('are asked about again after a while, with a validator, so that the relay is heard', async () => {
    const shop = await open({ pollIntervalMs: 1 })
    shop.serve('a')
    await expect
      .poll(async () => (await shop.client.getStringValue('f', ''), shop.asked()))
      .toContain('POST 304 of all')
    shop.plane.shop.state = 'stale'
    await expect
      .poll(async () => (await shop.client.getStringValue('f', ''), shop.client.providerStatus))
      .toBe(ProviderStatus.STALE)
  })

  it('leave no stream open after closing', async () => {
    const shop = await open()
    await settle(shop, {}, 'plain')
    await OpenFeature.clearProviders()
    await expect.poll(() => shop.plane.streamCounts.read('shop').map((line) => line.open)).toEqual([0])
  })
})
