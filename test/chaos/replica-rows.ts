/** Rows with three relays over one Redis: without any outage, without Redis, and without their leader. */
import assert from 'node:assert/strict'
import { hasRedis } from '../upstreams/redis-server.js'
import {
  allFresh,
  askersSince,
  oneLeads,
  roles,
  saidByAll,
  startReplicas,
  type NamedRelay,
  type Replica,
} from './replicas.js'
import type { Played, Row } from './row.js'
import { answers, freshAgain } from './scene.js'
import { until, type Stage } from './stage.js'
import { watchStatus } from './status-watch.js'

/** So that a row takes seconds: the lease is 10 s by default. */
const shortLease = { REDIS__LEASE: '2s' }
const takeoverMs = 15_000
const everywhereMs = 1_000

/** Without any outage: one of them talks to the vendor, and a change is on all of them at once. */
async function playThree(stage: Stage): Promise<Played> {
  const { fake, all, leader } = await startReplicas(stage)
  const clients = all.map((relay) => stage.client(relay))
  await until('one stream', () => fake.streams() === 1)
  const from = fake.requests.length
  await Promise.all(clients.map((client) => answers(client)))
  const said = await saidByAll(all)
  stage.publish(fake, 'second')
  const freshAgainMs = await freshAgain(stage, all, clients)
  assert.ok(freshAgainMs <= everywhereMs, `the change was on all three after ${freshAgainMs} ms`)
  await until('40 more looks at the vendor', () => fake.requests.length - from >= 40)
  assert.deepEqual([...askersSince(fake, from)], [leader.name])
  assert.equal(fake.streams(), 1)
  return { freshAgainMs, said, note: `${fake.requests.length - from} looks at the vendor, all of one replica` }
}

/** Redis is killed; each goes on alone, so a change still arrives. When Redis is back, empty, one leads again. */
async function playRedisKilled(stage: Stage): Promise<Played> {
  const { fake, redis, all } = await startReplicas(stage, shortLease)
  const clients = all.map((relay) => stage.client(relay))
  await redis.kill()
  await roles(all, ['alone', 'alone', 'alone'])
  stage.publish(fake, 'second')
  await freshAgain(stage, all, clients)
  await Promise.all(clients.map((client) => answers(client)))
  const said = await saidByAll(all)
  await stage.redis(redis.port)
  stage.publish(fake, 'third')
  const [rolesMs, freshMs] = await Promise.all([roles(all, oneLeads), freshAgain(stage, all, clients)])
  await until('one stream', () => fake.streams() === 1)
  return { freshAgainMs: Math.max(rolesMs, freshMs), said }
}

/** Redis cannot be heard any more, without the end of any connection. */
async function playPartition(stage: Stage, isAll: boolean): Promise<Played> {
  const { fake, all, leader, followers } = await startReplicas(stage, shortLease)
  const clients = all.map((relay) => stage.client(relay))
  const parted: readonly Replica[] = isAll ? all : [leader]
  for (const { line } of parted) line.stall()
  if (isAll) await roles(all, ['alone', 'alone', 'alone'])
  else await Promise.all([roles([leader], ['alone']), roles(followers, ['leader', 'follower'])])
  stage.publish(fake, 'second')
  await freshAgain(stage, all, clients)
  await Promise.all(clients.map((client) => answers(client)))
  const said = await saidByAll(parted)
  for (const { line } of parted) line.mend()
  stage.publish(fake, 'third')
  const [rolesMs, freshMs] = await Promise.all([roles(all, oneLeads), freshAgain(stage, all, clients)])
  await until('one stream', () => fake.streams() === 1)
  return { freshAgainMs: Math.max(rolesMs, freshMs), said }
}

/** The leader is killed, with the lease as long as it is by default. Clients of the others see nothing of it. */
async function playLeaderKilled(stage: Stage): Promise<Played> {
  const { fake, leader, followers } = await startReplicas(stage)
  const balanced = stage.client(leader, ...followers)
  const clients = [balanced, ...followers.map((relay) => stage.client(relay))]
  await Promise.all(clients.map((client) => answers(client, 20)))
  const watches = followers.map(watchStatus)
  await leader.stop('SIGKILL')
  stage.publish(fake, 'second')
  const [takenOverMs, freshAgainMs] = await Promise.all([
    roles(followers, ['leader', 'follower']),
    freshAgain(stage, followers, clients),
  ])
  assert.ok(takenOverMs <= takeoverMs, `taken over after ${takenOverMs} ms`)
  await until('one stream', () => fake.streams() === 1)
  assert.ok(balanced.moved() > 0)
  const said = [...new Set(await Promise.all(watches.map((watch) => watch.stop())))].join(' / ')
  return { freshAgainMs, said, note: `another leader after ${Math.round(takenOverMs)} ms` }
}

/**
 * One after the other is ended in order and started again, with a change while it is away. Each of three clients asks one of them first,
 * and another where nobody listens, as behind a load balancer.
 */
async function playRollingRestart(stage: Stage): Promise<Played> {
  const { fake, all } = await startReplicas(stage)
  const clients = all.map((_, at) => stage.client(...all.slice(at), ...all.slice(0, at)))
  await Promise.all(clients.map((client) => answers(client, 20)))
  const relays: NamedRelay[] = [...all]
  const said = new Set<string>()
  let slowestMs = 0
  for (const [at, relay] of all.entries()) {
    await relay.stop()
    const others = relays.filter((_, other) => other !== at)
    stage.publish(fake, `without ${relay.name}`)
    await Promise.all([roles(others, ['leader', 'follower']), freshAgain(stage, others, clients)])
    said.add(await saidByAll(others))
    relays[at] = await relay.again()
    slowestMs = Math.max(slowestMs, await allFresh(relays))
    await Promise.all(clients.map((client) => answers(client, 20)))
  }
  await roles(relays, oneLeads)
  await until('one stream', () => fake.streams() === 1)
  for (const client of clients) assert.ok(client.moved() > 0)
  return { freshAgainMs: slowestMs, said: [...said].toSorted().join(' / ') }
}

const needsRedis = (): string | null =>
  hasRedis ? null : 'redis-server is not installed (apt-get install redis-server)'

export const replicaRows: readonly Row[] = [
  {
    id: 'redis-killed',
    title: 'Redis killed',
    means: 'SIGKILL, and back empty; three relays',
    says: /^fresh, alone, redis failing: STORE_UNREACHABLE$/,
    isQuick: true,
    missing: needsRedis,
    play: playRedisKilled,
  },
  {
    id: 'redis-partitioned',
    title: 'Redis partitioned from all',
    means: 'lines swallow every byte; three relays',
    says: /^fresh, alone, redis failing: STORE_UNREACHABLE$/,
    isQuick: true,
    missing: needsRedis,
    play: (stage) => playPartition(stage, true),
  },
  {
    id: 'redis-partitioned-leader',
    title: 'Redis partitioned from the leader',
    means: 'its line swallows every byte; three relays',
    says: /^fresh, alone, redis failing: STORE_UNREACHABLE$/,
    isQuick: true,
    missing: needsRedis,
    play: (stage) => playPartition(stage, false),
  },
  {
    id: 'leader-killed',
    title: 'leader killed',
    means: 'SIGKILL of one of three relays over one Redis',
    says: /^fresh, follower/,
    missing: needsRedis,
    play: playLeaderKilled,
  },
  {
    id: 'rolling-restart',
    title: 'rolling restart',
    means: 'SIGTERM, and started again, one after the other; three relays over one Redis',
    says: /^fresh, follower \/ fresh, leader$/,
    missing: needsRedis,
    play: playRollingRestart,
  },
  {
    id: 'three-relays',
    title: 'no outage: a change over three relays',
    means: 'one Redis; one of them asks the vendor, counted there',
    says: /^fresh, follower \/ fresh, leader$/,
    missing: needsRedis,
    play: playThree,
  },
]
