/** Three relays over one Redis, and how they stand. */
import type { FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import type { RedisServer } from '../upstreams/redis-server.js'
import type { TcpLine } from '../upstreams/tcp-line.js'
import { pollingFlagsmith } from './scene.js'
import { until, type Relay, type Stage } from './stage.js'
import { saidBy } from './status-watch.js'

export interface NamedRelay extends Relay {
  /** What its requests to the vendor say in the header `replica`. */
  readonly name: string
  /** Starts it once more when it has ended, as it was and at the same address. */
  again(): Promise<NamedRelay>
}

export interface Replica extends NamedRelay {
  /** Between it and Redis. */
  readonly line: TcpLine
}

const names = ['a', 'b', 'c']

export const oneLeads = ['leader', 'follower', 'follower']

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

/** Waits until all of them have what the vendor has. */
export async function allFresh(relays: readonly Relay[]): Promise<number> {
  return until('all are fresh', async () => {
    const states = await Promise.all(relays.map(async (relay) => (await relay.status()).state))
    return states.every((state) => state === 'fresh')
  })
}

/** Three relays over the same Redis, however that is deployed. */
export interface Three<One extends NamedRelay = NamedRelay> {
  readonly fake: FakeFlagsmith
  readonly all: readonly One[]
  readonly leader: One
  readonly followers: readonly One[]
}

/**
 * Starts three relays, and waits until one leads and all are fresh.
 *
 * @param settingsOf what a relay is told besides its upstream
 */
export async function startThree(
  stage: Stage,
  settingsOf: (name: string) => Readonly<Record<string, string>>,
): Promise<Three> {
  const fake = await stage.vendor()
  const start = async (name: string, port: string): Promise<NamedRelay> => {
    const relay = await stage.relay({
      ...pollingFlagsmith(fake),
      SERVER__PORT: port,
      ENVIRONMENTS__SHOP__UPSTREAM__REALTIME: 'true',
      ENVIRONMENTS__SHOP__UPSTREAM__REALTIME_URL: fake.realtimeUrl,
      ENVIRONMENTS__SHOP__UPSTREAM__HEADERS__REPLICA: name,
      REDIS__COMMAND_TIMEOUT: '500ms',
      ...settingsOf(name),
    })
    return { ...relay, name, again: () => start(name, new URL(relay.dataUrl).port) }
  }
  const all = await Promise.all(names.map((name) => start(name, '0')))
  await roles(all, oneLeads)
  await allFresh(all)
  const found = await Promise.all(all.map(async (each) => ({ each, role: await roleOf(each) })))
  const leader = found.find(({ role }) => role === 'leader')?.each
  if (leader === undefined) throw new Error('the leader has left')
  return { fake, all, leader, followers: all.filter((each) => each !== leader) }
}

/** Starts them with a line to one Redis each. */
export async function startReplicas(
  stage: Stage,
  settings: Readonly<Record<string, string>> = {},
): Promise<Three<Replica> & { readonly redis: RedisServer }> {
  const redis = await stage.redis()
  const lines = new Map<string, TcpLine>()
  for (const name of names) lines.set(name, await stage.line(() => redis.port))
  const lineOf = (name: string): TcpLine => {
    const line = lines.get(name)
    if (line === undefined) throw new TypeError(`no line of ${name}`)
    return line
  }
  const three = await startThree(stage, (name) => ({
    REDIS__ADDRESSES__0: `127.0.0.1:${lineOf(name).port}`,
    ...settings,
  }))
  const withLine = (relay: NamedRelay): Replica => ({ ...relay, line: lineOf(relay.name) })
  const all = three.all.map(withLine)
  const followers = all.filter(({ name }) => name !== three.leader.name)
  return { fake: three.fake, redis, all, leader: withLine(three.leader), followers }
}

/** What all of them say, each thing once. */
export async function saidByAll(relays: readonly Relay[]): Promise<string> {
  return [...new Set(await Promise.all(relays.map(saidBy)))].toSorted().join(' / ')
}

/** The replicas that have asked the vendor since its request of that number. */
export function askersSince({ requests }: FakeFlagsmith, from: number): ReadonlySet<unknown> {
  return new Set(requests.slice(from).map(({ headers }) => headers['replica']))
}
