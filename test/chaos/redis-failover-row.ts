/** The row in which a Redis with a spare loses its master, and goes on with the spare. */
import { execFileSync } from 'node:child_process'
import { hasRedis, startRedis, startSentinel, type RedisServer } from '../upstreams/redis-server.js'
import { oneLeads, roles, startThree, type Three } from './replicas.js'
import type { Played, Row } from './row.js'
import { answers, freshAgain } from './scene.js'
import { until, type Stage } from './stage.js'
import { watchStatus } from './status-watch.js'

async function isWorking(three: Three): Promise<boolean> {
  const views = await Promise.all(three.all.map((relay) => relay.status()))
  return views.every(({ stores }) => stores.every(({ state }) => state === 'working'))
}

/** The master is killed. A change meanwhile, and a change afterwards, have to be on all three. */
async function playFailover(stage: Stage, three: Three, kill: () => Promise<void>): Promise<Played> {
  const { fake, all } = three
  const clients = all.map((relay) => stage.client(relay))
  await Promise.all(clients.map((client) => answers(client, 20)))
  const watches = all.map(watchStatus)
  await kill()
  stage.publish(fake, 'second')
  const failing = until('the failure is noticed', async () => !(await isWorking(three)))
  const freshMs = await freshAgain(stage, all, clients)
  await failing
  const workingMs = await until('Redis works for all', () => isWorking(three))
  await roles(all, oneLeads)
  await until('one stream', () => fake.streams() === 1)
  stage.publish(fake, 'third')
  await freshAgain(stage, all, clients)
  const said = [...new Set(await Promise.all(watches.map((watch) => watch.stop())))].toSorted().join(' / ')
  return { freshAgainMs: freshMs, said, note: `Redis worked for all after ${Math.round(freshMs + workingMs)} ms` }
}

async function started(stage: Stage, starting: Promise<RedisServer>): Promise<RedisServer> {
  const server = await starting
  stage.atEnd(() => server.close())
  return server
}

async function playSentinel(stage: Stage): Promise<Played> {
  const master = await stage.redis()
  await started(stage, startRedis([`replicaof 127.0.0.1 ${master.port}`]))
  const sentinel = await started(stage, startSentinel(master.port))
  const ask = ['-p', String(sentinel.port), 'sentinel', 'replicas', 'mymaster']
  await until('the sentinel knows the spare', () => execFileSync('redis-cli', ask).includes('master-link-status\nok'))
  const three = await startThree(stage, () => ({
    REDIS__MODE: 'sentinel',
    REDIS__ADDRESSES__0: `127.0.0.1:${sentinel.port}`,
  }))
  return playFailover(stage, three, () => master.kill())
}

const needsRedis = (): string | null =>
  hasRedis ? null : 'redis-server is not installed (apt-get install redis-server)'

const says = /^fresh, follower.*redis failing: STORE_UNREACHABLE.*$/

export const failoverRow: Row = {
  id: 'redis-sentinel',
  title: 'Redis killed, Sentinel promotes its spare',
  means: 'SIGKILL of the master; three relays',
  says,
  missing: needsRedis,
  play: playSentinel,
}
