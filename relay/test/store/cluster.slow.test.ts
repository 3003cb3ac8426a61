/** A cluster of real servers that loses the master which holds the snapshots. Slow, as a spare has to be in step first. */
import { execFileSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { hasRedis, startRedis, type RedisServer } from '../../../test/upstreams/redis-server.js'
import { connectRedis } from '../../src/store/redis/connection.js'
import { usualRedis } from './usual-redis.js'

const patience = { timeout: 120_000, interval: 250 }
const settings = ['cluster-enabled yes', 'cluster-config-file nodes.conf', 'cluster-node-timeout 2000']
const key = '{shop}:count'
const count = "return redis.call('INCR', KEYS[1])"

let closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

function ask(port: number, ...command: string[]): string {
  return execFileSync('redis-cli', ['-p', String(port), ...command], { encoding: 'utf8', timeout: 30_000 })
}

/** Three masters and a spare for each, all in step. */
async function startCluster(): Promise<readonly RedisServer[]> {
  const nodes: RedisServer[] = []
  for (let started = 0; started < 6; started += 1) {
    const node = await startRedis(settings)
    closing.push(() => node.close())
    nodes.push(node)
  }
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`)
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'], {
    stdio: 'ignore',
    timeout: 60_000,
  })
  const spares = (): number =>
    nodes.filter(({ port }) => /master_link_status:up/.test(ask(port, 'info', 'replication'))).length
  await expect.poll(spares, patience).toBe(3)
  return nodes
}

/** The node that answers for the key itself. */
function masterOf(nodes: readonly RedisServer[]): RedisServer {
  const answers = ({ port }: RedisServer): boolean =>
    /role:master/.test(ask(port, 'info', 'replication')) && !/MOVED/.test(ask(port, 'get', key))
  const master = nodes.find(answers)
  if (master === undefined) throw new Error('no node answers for the key')
  return master
}

describe.skipIf(!hasRedis)('a cluster of Redis', () => {
  it('is used on when the master that holds a key has died and its spare took over', async () => {
    const nodes = await startCluster()
    const connection = await connectRedis({
      ...usualRedis,
      mode: 'cluster',
      addresses: nodes.slice(0, 2).map(({ port }) => `127.0.0.1:${port}`),
    })
    closing.push(() => connection.close())
    const add = (): Promise<unknown> => connection.run(count, [key], [])
    await expect.poll(() => add().catch(() => null), patience).not.toBeNull()
    const before = Number(await add())
    await masterOf(nodes).close()
    await expect(add()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
    await expect.poll(() => add().catch(() => null), patience).not.toBeNull()
    expect(Number(await add())).toBeGreaterThan(before)
    expect(connection.isConnected).toBe(true)
  })
})
