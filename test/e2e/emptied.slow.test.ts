import { afterEach, describe, expect, it } from 'vitest'
import { startFakeFlagsmith, type FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import { hasRedis, startRedis } from '../upstreams/redis-server.js'
import { flagsmithDocument } from './flagsmith-document.js'
import { startTestRelay, type TestRelay } from './relay-process.js'

/** Longer than an upstream has to have no flags until that is believed. */
const patience = { timeout: 150_000, interval: 100 }

let closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(closing.toReversed().map((close) => close()))
  closing = []
})

async function startReplica(fake: FakeFlagsmith, redisPort: number): Promise<TestRelay> {
  const relay = await startTestRelay({
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'flagsmith',
    ENVIRONMENTS__SHOP__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
    ENVIRONMENTS__SHOP__UPSTREAM__BASE_URL: fake.baseUrl,
    ENVIRONMENTS__SHOP__UPSTREAM__POLL_INTERVAL: '1s',
    REDIS__ADDRESSES__0: `127.0.0.1:${redisPort}`,
    SERVER__DRAIN_TIMEOUT: '100ms',
  })
  closing.push(() => relay.close())
  return relay
}

const flagsOf = (relays: readonly TestRelay[]): Promise<unknown[]> =>
  Promise.all(relays.map((relay) => relay.flags({ targetingKey: 'u' })))

describe.skipIf(!hasRedis)('an environment without flags any more', () => {
  it('is taken over by followers, and by a start without the vendor', async () => {
    const fake = await startFakeFlagsmith(flagsmithDocument([{ name: 'banner', value: 'first' }]))
    closing.push(() => fake.close())
    const { port, close } = await startRedis()
    closing.push(close)
    const relays = [await startReplica(fake, port), await startReplica(fake, port), await startReplica(fake, port)]
    const first = { banner: 'first' }
    await expect.poll(() => flagsOf(relays), patience).toEqual([first, first, first])
    fake.publish(flagsmithDocument([]))
    await expect.poll(() => flagsOf(relays), patience).toEqual([{}, {}, {}])

    await Promise.all(relays.map((relay) => relay.close()))
    fake.fault = { kind: 'status', status: 500 }
    const late = await startReplica(fake, port)
    expect(await flagsOf([late])).toEqual([{}])
  })
})
