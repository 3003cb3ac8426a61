import { afterEach, describe, expect, it } from 'vitest'
import { startCommand } from '../../relay/test/cli/run-command.js'
import { startFakeFlagsmith, type FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import { hasRedis, startRedis } from '../upstreams/redis-server.js'
import { EventSource } from './event-source.js'
import { flagsmithDocument } from './flagsmith-document.js'

const patience = { timeout: 60_000, interval: 50 }
const takeoverMs = 15_000

let closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

const documentOf = (banner: string): object => flagsmithDocument([{ name: 'banner', value: banner }])

interface Replica {
  readonly dataUrl: string
  readonly managementUrl: string
  kill(): void
}

/** A relay in a process of its own, with the lease as long as it is by default. */
async function startReplica(fake: FakeFlagsmith, redisPort: number): Promise<Replica> {
  const command = startCommand(['serve'], {
    SWITCHYARD_SERVER__PORT: '0',
    SWITCHYARD_SERVER__STREAMS__PACING: '0ms',
    SWITCHYARD_MANAGEMENT__PORT: '0',
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'flagsmith',
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__BASE_URL: fake.baseUrl,
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__REALTIME: 'true',
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__REALTIME_URL: fake.realtimeUrl,
    SWITCHYARD_REDIS__ADDRESSES__0: `127.0.0.1:${redisPort}`,
  })
  closing.push(() => command.child.kill('SIGKILL'))
  const said = await command.printed('the relay listens')
  const urlOf = (name: string): string => new RegExp(`"${name}":"([^"]+)"`).exec(said)?.[1] ?? ''
  return { dataUrl: urlOf('dataUrl'), managementUrl: urlOf('managementUrl'), kill: () => command.child.kill('SIGKILL') }
}

async function roleOf({ managementUrl }: Replica): Promise<string> {
  const status = (await (await fetch(`${managementUrl}/status`)).json()) as {
    readonly environments: readonly { readonly replica: { readonly role: string } }[]
  }
  return status.environments[0]?.replica.role ?? ''
}

async function ask({ dataUrl }: Replica) {
  const answer = await fetch(`${dataUrl}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"context":{"targetingKey":"u"}}',
  })
  const body = (await answer.json()) as {
    readonly flags: readonly { readonly value?: unknown }[]
    readonly eventStreams: readonly [{ readonly endpoint: { readonly requestUri: string } }]
  }
  return { status: answer.status, banner: body.flags[0]?.value, stream: body.eventStreams[0].endpoint.requestUri }
}

describe.skipIf(!hasRedis)('a leader that is killed', () => {
  it('is replaced within 15 seconds, and clients of the other replicas see nothing of it', async () => {
    const fake = await startFakeFlagsmith(documentOf('first'))
    closing.push(() => fake.close())
    const redis = await startRedis()
    closing.push(() => redis.close())
    const leader = await startReplica(fake, redis.port)
    await expect.poll(() => roleOf(leader), patience).toBe('leader')
    const others = [await startReplica(fake, redis.port), await startReplica(fake, redis.port)]
    for (const other of others) await expect.poll(() => roleOf(other), patience).toBe('follower')
    await expect.poll(() => fake.streams(), patience).toBe(1)
    const told: string[] = []
    for (const other of others) {
      const source = new EventSource(other.dataUrl + (await ask(other)).stream)
      closing.push(() => source.close())
      source.addEventListener('message', ({ data }) => told.push(data))
    }
    // Each hears of the data that it began with.
    await expect.poll(() => told.length, patience).toBe(2)
    told.length = 0

    const answers = new Set<string>()
    leader.kill()
    const isReplaced = async (): Promise<boolean> => {
      for (const other of others) {
        const { status, banner } = await ask(other)
        answers.add(`${status} ${String(banner)}`)
      }
      return (await Promise.all(others.map(roleOf))).includes('leader')
    }
    await expect.poll(isReplaced, { timeout: takeoverMs, interval: 50 }).toBe(true)
    expect([...answers]).toEqual(['200 first'])
    expect(told).toEqual([])

    await expect.poll(() => fake.streams(), patience).toBe(1)
    fake.publish(documentOf('second'))
    fake.announce()
    for (const other of others) await expect.poll(async () => (await ask(other)).banner, patience).toBe('second')
    await expect.poll(() => told.length, patience).toBe(2)
  })
})
