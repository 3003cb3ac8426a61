import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile, seal, type Ruleset } from '@switchyard/engine'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort, hasRedis, startRedis, startSentinel } from '../../../test/upstreams/redis-server.js'
import { connectRedis, type RedisConnection } from '../../src/store/redis/connection.js'
import { createLease } from '../../src/store/redis/lease.js'
import { lineKeys } from '../../src/store/redis/line-keys.js'
import type { RedisOptions } from '../../src/store/redis/redis-options.js'
import { createRedisStore } from '../../src/store/redis/redis-store.js'
import {
  snapshotId,
  type SnapshotLine,
  type SnapshotStore,
  type StoredSnapshot,
} from '../../src/store/snapshot-store.js'
import { usualRedis } from './usual-redis.js'

const patience = { timeout: 20_000, interval: 25 }

let closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

async function redis(settings: readonly string[] = [], port?: number): Promise<number> {
  const server = await startRedis(settings, port)
  closing.push(() => server.close())
  return server.port
}

async function connect(options: Partial<RedisOptions> & Pick<RedisOptions, 'addresses'>): Promise<RedisConnection> {
  const connection = await connectRedis({ ...usualRedis, ...options })
  closing.push(() => connection.close())
  return connection
}

const line: SnapshotLine = { vendor: 'flagd', upstream: 'http://vendor.test', name: 'shop' }

function snapshot(sequence: number, fence: number, value = 'red', isEmpty = false): StoredSnapshot {
  const flags = isEmpty ? {} : { banner: { outcomes: [{ value, reason: 'STATIC' }], decide: 0 } }
  const ruleset = seal({ ruleset: 1, dialects: [], flags } as unknown as Ruleset)
  const { revision } = ruleset
  const common = { line, vendorEnvironment: null, documentVendor: 'flagd', servedAtMs: 1_000, confirmedAtMs: 2_000 }
  return { ...common, fence, sequence, revision, ruleset }
}

function store(connection: RedisConnection, holder = 'a', keep = 3): SnapshotStore {
  return createRedisStore({ connection, prefix: 'test', holder, keep })
}

function lease(connection: RedisConnection, holder: string, leaseMs = 60_000) {
  return createLease({ connection, prefix: 'test', holder, leaseMs, line })
}

/** What every deployment has to do. */
async function works(connection: RedisConnection): Promise<void> {
  const here = store(connection)
  let news = 0
  closing.push(async () => here.subscribe?.(line, () => (news += 1))())
  const stop = here.subscribe?.(line, () => (news += 1))
  await expect.poll(async () => (await lease(connection, 'a').attempt({ state: 'fresh' })).isHeld, patience).toBe(true)
  const { fence } = await lease(connection, 'a').attempt({ state: 'fresh' })
  await expect.poll(() => news, patience).toBeGreaterThan(0)
  const before = news
  expect(await here.write(snapshot(1, fence))).toBe('written')
  await expect.poll(() => news, patience).toBeGreaterThan(before)
  expect(await here.newest(line)).toEqual(snapshot(1, fence))
  stop?.()
}

describe.skipIf(!hasRedis)('Redis', () => {
  it('keeps the last snapshots, and nothing worse in place of a good one', async () => {
    const connection = await connect({ addresses: [`127.0.0.1:${await redis()}`] })
    const here = store(connection)
    expect(await here.newest(line)).toBeNull()
    for (const sequence of [1, 2, 3, 4]) expect(await here.write(snapshot(sequence, 0, `v${sequence}`))).toBe('written')
    expect(await here.write(snapshot(4, 0, 'v4'))).toBe('same')
    expect(await here.write(snapshot(3, 0, 'another'))).toBe('older')
    expect(await here.write(snapshot(5, 0, '', true))).toBe('emptier')
    const kept = await here.list(line)
    expect(kept.map(({ sequence }) => sequence)).toEqual([4, 3, 2])
    expect(await here.read(line, kept[2]?.id ?? '')).toEqual(snapshot(2, 0, 'v2'))
    expect(await here.read(line, '0.1-gone')).toBeNull()
    const { ruleset } = (await here.newest(line)) as StoredSnapshot
    expect(compile(ruleset).snapshot.flagKeys).toEqual(['banner'])
    expect(await here.newest({ ...line, name: 'other' })).toBeNull()
    expect(await here.write({ ...snapshot(5, 0, '', true), isEmptyMeant: true })).toBe('written')
    expect((await here.newest(line))?.ruleset.flags).toEqual({})
  })

  it('takes neither one snapshot for another nor that of another environment, wherever they were copied to', async () => {
    const connection = await connect({ addresses: [`127.0.0.1:${await redis()}`] })
    const here = createRedisStore({ connection, prefix: 'test', holder: 'a', keep: 3, secret: 'a secret of sixteen' })
    const other = { ...line, name: 'other' }
    await here.write(snapshot(1, 0, 'mine'))
    await here.write({ ...snapshot(2, 0, 'foreign'), line: other })
    const copy = "redis.call('HSET', KEYS[1], ARGV[1], redis.call('HGET', KEYS[2], ARGV[2]))"
    const [mine, foreign] = [lineKeys('test', line).snapshots, lineKeys('test', other).snapshots]
    const [first, second] = [snapshotId(snapshot(1, 0, 'mine')), snapshotId(snapshot(2, 0, 'foreign'))]
    await connection.run(copy, [mine, foreign], [second, second])
    await connection.run(copy, [mine, mine], ['0.9-0123456789abcdef', first])
    expect(await here.read(line, second)).toBeNull()
    expect(await here.read(line, '0.9-0123456789abcdef')).toBeNull()
    expect(await here.newest(line)).toEqual(snapshot(1, 0, 'mine'))
  })

  it('takes no marks that somebody else has written', async () => {
    const connection = await connect({ addresses: [`127.0.0.1:${await redis()}`] })
    const here = createRedisStore({ connection, prefix: 'test', holder: 'a', keep: 3, secret: 'a secret of sixteen' })
    const marks = { activated: { id: snapshotId(snapshot(1, 0)), atMs: 1 } }
    await here.writeMarks(line, marks)
    expect([await here.readMarks(line), here.passedOver(line)]).toEqual([marks, []])
    const { marks: key } = lineKeys('test', line)
    await connection.run("redis.call('SET', KEYS[1], ARGV[1])", [key], [JSON.stringify(marks)])
    expect(await here.readMarks(line)).toEqual({})
    expect(here.passedOver(line)).toEqual([{ kind: 'marks', name: 'marks', reason: 'damaged' }])
    await createRedisStore({ connection, prefix: 'test', holder: 'a', keep: 3 }).writeMarks(line, marks)
    expect(await here.readMarks(line)).toEqual({})
    expect(here.passedOver(line)).toEqual([{ kind: 'marks', name: 'marks', reason: 'unsigned' }])
  })

  it('passes over a snapshot that is damaged', async () => {
    const connection = await connect({ addresses: [`127.0.0.1:${await redis()}`] })
    const here = store(connection)
    await here.write(snapshot(1, 0, 'good'))
    await here.write(snapshot(2, 0, 'bad'))
    const damage = `
      local key = redis.call('KEYS', '*snapshots')[1]
      for _, id in ipairs(redis.call('HKEYS', key)) do
        if string.sub(id, 1, 4) == '0.2-' then redis.call('HSET', key, id, redis.call('HGET', key, id) .. 'x') end
      end`
    await connection.run(damage, [], [])
    expect(await here.newest(line)).toEqual(snapshot(1, 0, 'good'))
  })

  it('takes back only what was signed with its secret', async () => {
    const connection = await connect({ addresses: [`127.0.0.1:${await redis()}`] })
    const common = { connection, prefix: 'test', holder: 'a', keep: 3 }
    const ours = createRedisStore({ ...common, secret: 'a-secret-of-the-replicas' })
    await ours.write(snapshot(1, 0))
    await createRedisStore({ ...common, secret: 'a-secret-of-somebody-else' }).write(snapshot(2, 0, 'theirs'))
    await store(connection).write(snapshot(3, 0, 'unsigned'))
    expect(await ours.newest(line)).toEqual(snapshot(1, 0))
  })

  it('gives the lease to one, says who has it to others, and fences out who had it', async () => {
    const connection = await connect({ addresses: [`127.0.0.1:${await redis()}`] })
    const [a, b] = [lease(connection, 'a'), lease(connection, 'b')]
    const first = await a.attempt({ state: 'fresh' })
    expect(first).toMatchObject({ isHeld: true, fence: 1 })
    await a.attempt({ state: 'stale' })
    expect(await b.attempt({ state: 'waiting' })).toMatchObject({ isHeld: false, fence: 1, report: { state: 'stale' } })
    expect(await store(connection, 'a').write(snapshot(7, 1))).toBe('written')
    await store(connection, 'b').writeMarks(line, { confirmed: { revision: 'b', atMs: 1 } })
    expect(await store(connection, 'b').readMarks(line)).toEqual({})
    await b.release()
    expect(await b.attempt({ state: 'waiting' })).toMatchObject({ isHeld: false })
    await a.release()
    const second = await b.attempt({ state: 'waiting' })
    expect(second).toMatchObject({ isHeld: true, fence: 2, newest: { fence: 1, sequence: 7 } })
    expect(await store(connection, 'a').write(snapshot(99, 1, 'late'))).toBe('older')
    expect(await store(connection, 'b').write(snapshot(1, 2, 'next'))).toBe('written')
    await store(connection, 'b').writeMarks(line, { confirmed: { revision: 'b', atMs: 1 } })
    expect(await store(connection, 'a').readMarks(line)).toEqual({ confirmed: { revision: 'b', atMs: 1 } })
  })

  it('takes snapshots from the one who has the lease alone, and decisions from all, the last one of them', async () => {
    const connection = await connect({ addresses: [`127.0.0.1:${await redis()}`] })
    const { fence } = await lease(connection, 'a').attempt({ state: 'fresh' })
    const [here, there] = [store(connection, 'a'), store(connection, 'b')]
    expect(await there.write(snapshot(1, fence))).toBe('others')
    expect(await here.newest(line)).toBeNull()
    expect([await here.decisions?.decidedAtMs(line), await here.decisions?.read(line)]).toEqual([0, null])
    const decision = { snapshot: snapshot(1, fence), atMs: 1_800_000_000_000 }
    await there.decisions?.write(line, decision)
    await here.decisions?.write(line, { snapshot: null, atMs: 1_799_999_999_999 })
    expect([await here.decisions?.decidedAtMs(line), await here.decisions?.read(line)]).toEqual([
      decision.atMs,
      decision,
    ])
    await here.decisions?.write(line, { snapshot: null, atMs: decision.atMs + 1 })
    expect(await there.decisions?.read(line)).toEqual({ snapshot: null, atMs: decision.atMs + 1 })
  })

  it('counts fences on when Redis has forgotten them', async () => {
    const connection = await connect({ addresses: [`127.0.0.1:${await redis()}`] })
    const a = lease(connection, 'a')
    await a.attempt({ state: 'fresh' })
    await connection.run(`return redis.call('FLUSHALL')`, [], [])
    expect(await a.attempt({ state: 'fresh' })).toMatchObject({ isHeld: true, fence: 2 })
  })

  it('frees the lease of a holder that is not heard of', async () => {
    const connection = await connect({ addresses: [`127.0.0.1:${await redis()}`] })
    await lease(connection, 'a', 200).attempt({ state: 'fresh' })
    const b = lease(connection, 'b')
    await expect.poll(async () => (await b.attempt({ state: 'waiting' })).isHeld, patience).toBe(true)
  })

  it('works with a password, and says so when it is wrong', async () => {
    const port = await redis(['requirepass s3cret'])
    await works(await connect({ addresses: [`127.0.0.1:${port}`], password: 's3cret' }))
    const stranger = await connect({ addresses: [`127.0.0.1:${port}`], password: 'wrong' })
    const refused = await lease(stranger, 'x')
      .attempt({ state: 'fresh' })
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({ name: 'RelayError', code: expect.stringMatching(/^STORE_/) as unknown })
    expect(String(refused)).not.toContain('wrong')
  })

  it('works over TLS with a certificate authority of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-tls-'))
    closing.push(async () => rmSync(folder, { recursive: true }))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
      {
        stdio: 'ignore',
      },
    )
    const port = await freePort()
    const tls = [`tls-port ${port}`, `tls-cert-file ${cert}`, `tls-key-file ${key}`, 'tls-auth-clients no']
    await redis(tls)
    await works(await connect({ addresses: [`127.0.0.1:${port}`], tls: true, ca: readFileSync(cert, 'utf8') }))
    const stranger = await connect({ addresses: [`127.0.0.1:${port}`], tls: true })
    await expect(lease(stranger, 'x').attempt({ state: 'fresh' })).rejects.toThrow('Redis cannot be reached')
  })

  it('works with a cluster of three', async () => {
    const ports = [await redis(clusterSettings), await redis(clusterSettings), await redis(clusterSettings)]
    const addresses = ports.map((port) => `127.0.0.1:${port}`)
    const all = ['--cluster', 'create', ...addresses, '--cluster-yes']
    execFileSync('redis-cli', all, { stdio: 'ignore', timeout: 30_000 })
    await works(await connect({ mode: 'cluster', addresses: addresses.slice(0, 2) }))
  })

  it('works with sentinels', async () => {
    const sentinel = await startSentinel(await redis())
    closing.push(() => sentinel.close())
    await works(await connect({ mode: 'sentinel', addresses: [`127.0.0.1:${sentinel.port}`] }))
  })

  it('fails at once while there is no server, and works when there is one', async () => {
    const port = await freePort()
    const connection = await connect({ addresses: [`127.0.0.1:${port}`] })
    const attempt = (): Promise<unknown> => lease(connection, 'a').attempt({ state: 'fresh' })
    await expect(attempt()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
    expect([connection.isConnected, connection.errors > 0]).toEqual([false, true])
    await redis([], port)
    await expect.poll(() => connection.isConnected, patience).toBe(true)
    expect(await attempt()).toMatchObject({ isHeld: true })
  })
})

const clusterSettings = ['cluster-enabled yes', 'cluster-config-file nodes.conf', 'cluster-node-timeout 2000']
