/** Three relays over one Redis, each by a line of its own, and how they stand. */
import type { FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import type { RedisServer } from '../upstreams/redis-server.js'
import type { TcpLine } from '../upstreams/tcp-line.js'
import { pollingFlagsmith } from './scene.js'
import { until, type Relay, type Stage } from './stage.js'
import { saidBy } from './status-watch.js'

export interface Replica extends Relay {
  /** What its requests to the vendor say in the header `replica`. */
  readonly name: string
  /** Between it and Redis. */
  readonly line: TcpLine
}

export interface Replicas {
  readonly fake: FakeFlagsmith
  readonly redis: RedisServer
  readonly all: readonly Replica[]
  readonly leader: Replica
  readonly followers: readonly Replica[]
}

async function roleOf(relay: Relay): Promise<string> {
  return (await relay.status()).replica?.role ?? 'none'
}

/** Waits until they have these roles, in whichever order. */
export async function roles(relays: readonly Relay[], wanted: readonly string[]): Promise<number> {
  return until(`roles ${wanted.join(', ')}`, async () => {
    const found = await Promise.all(relays.map(roleOf))
    return found.toSorted().join() === wanted.toSorted().join()
  })
}

/** Starts them, and waits until one leads and all are fresh. */
export async function startReplicas(stage: Stage, settings: Readonly<Record<string, string>> = {}): Promise<Replicas> {
  const fake = await stage.vendor()
  const redis = await stage.redis()
  const all = await Promise.all(
    ['a', 'b', 'c'].map(async (name) => {
      const line = await stage.line(() => redis.port)
      const relay = await stage.relay({
        ...pollingFlagsmith(fake),
        ENVIRONMENTS__SHOP__UPSTREAM__REALTIME: 'true',
        ENVIRONMENTS__SHOP__UPSTREAM__REALTIME_URL: fake.realtimeUrl,
        ENVIRONMENTS__SHOP__UPSTREAM__HEADERS__REPLICA: name,
        REDIS__ADDRESSES__0: `127.0.0.1:${line.port}`,
        REDIS__COMMAND_TIMEOUT: '500ms',
        ...settings,
      })
      return { ...relay, name, line }
    }),
  )
  await roles(all, ['leader', 'follower', 'follower'])
  await until('all are fresh', async () => {
    const states = await Promise.all(all.map(async (relay) => (await relay.status()).state))
    return states.every((state) => state === 'fresh')
  })
  const found = await Promise.all(all.map(async (each) => ({ each, role: await roleOf(each) })))
  const leader = found.find(({ role }) => role === 'leader')?.each
  if (leader === undefined) throw new Error('the leader has left')
  return { fake, redis, all, leader, followers: all.filter((each) => each !== leader) }
}

/** What all of them say, each thing once. */
export async function saidByAll(relays: readonly Relay[]): Promise<string> {
  return [...new Set(await Promise.all(relays.map(saidBy)))].toSorted().join(' / ')
}

/** The replicas that have asked the vendor since its request of that number. */
export function askersSince({ requests }: FakeFlagsmith, from: number): ReadonlySet<unknown> {
  return new Set(requests.slice(from).map(({ headers }) => headers['replica']))
}
