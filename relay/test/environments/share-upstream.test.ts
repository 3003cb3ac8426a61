/** What a follower makes of what its leader serves, over a real Redis. */
import { seal, type Ruleset } from '@switchyard/engine'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hasRedis, startRedis } from '../../../test/upstreams/redis-server.js'
import { createEnvironment } from '../../src/environments/create-environment.js'
import { shareUpstream } from '../../src/environments/share-upstream.js'
import { connectRedis } from '../../src/store/redis/connection.js'
import { createLease } from '../../src/store/redis/lease.js'
import { createRedisStore } from '../../src/store/redis/redis-store.js'
import type { SnapshotLine, StoredSnapshot } from '../../src/store/snapshot-store.js'
import { createLogger } from '../../src/telemetry/logger.js'
import { usualRedis } from '../store/usual-redis.js'

const line: SnapshotLine = { vendor: 'flagd', upstream: 'http://vendor.test', name: 'shop' }
const [ours, others] = ['a secret of sixteen', 'another of sixteen']
const patience = { timeout: 20_000, interval: 25 }

function snapshot(sequence: number): StoredSnapshot {
  const flags = { banner: { outcomes: [{ value: `v${sequence}`, reason: 'STATIC' }], decide: 0 } }
  const ruleset = seal({ ruleset: 1, dialects: [], flags } as unknown as Ruleset)
  const common = { line, vendorEnvironment: null, documentVendor: 'flagd', servedAtMs: 1_000, confirmedAtMs: 2_000 }
  return { ...common, fence: 1, sequence, revision: ruleset.revision, ruleset }
}

async function startFollower() {
  const redis = await startRedis([])
  onTestFinished(() => redis.close())
  const connection = await connectRedis({ ...usualRedis, addresses: [`127.0.0.1:${redis.port}`] })
  onTestFinished(() => connection.close())
  const storeOf = (holder: string, secret: string) =>
    createRedisStore({ connection, prefix: 'test', holder, keep: 3, secret })
  const leaseOf = (holder: string) => createLease({ connection, prefix: 'test', holder, leaseMs: 60_000, line })
  await leaseOf('leader').attempt({ state: 'fresh' })
  const logger = createLogger({
    level: 'error',
    format: 'json',
    destination: { write: () => undefined },
    now: Date.now,
  })
  const source = { description: 'the vendor', run: () => Promise.reject(new Error('a follower asks nobody')) }
  const options = { source, lease: leaseOf('follower'), store: storeOf('follower', ours), line, now: Date.now, logger }
  const shared = shareUpstream(options)
  const environment = createEnvironment({ name: 'shop', source: shared.source, now: Date.now, logger })
  shared.attach(environment)
  const stop = new AbortController()
  const ended = environment.run(stop.signal)
  onTestFinished(async () => {
    stop.abort()
    await ended
  })
  const value = () => environment.served?.snapshot.evaluate('banner', {}, { nowMs: 0, random: () => 0 }).value
  return {
    /** The leader serves it, and keeps it signed with that. */
    lead: (sequence: number, secret: string) => storeOf('leader', secret).write(snapshot(sequence)),
    standing: () => [value(), environment.state, environment.status().lastError?.code ?? null],
  }
}

describe.skipIf(!hasRedis)('a follower', () => {
  it('does not call fresh what it cannot replace by what its leader serves', async () => {
    const { lead, standing } = await startFollower()
    await lead(1, ours)
    await expect.poll(standing, patience).toEqual(['v1', 'fresh', null])
    await lead(2, others)
    await expect.poll(standing, patience).toEqual(['v1', 'stale', 'UPSTREAM_STALE'])
    await lead(3, ours)
    await expect.poll(() => standing().slice(0, 2), patience).toEqual(['v3', 'fresh'])
  })
})
