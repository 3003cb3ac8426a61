import { afterEach, describe, expect, it } from 'vitest'
import { startFakeFlagsmith, type FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import { hasRedis, startRedis, type RedisServer } from '../upstreams/redis-server.js'
import { startTcpLine, type TcpLine } from '../upstreams/tcp-line.js'
import { EventSource } from './event-source.js'
import { flagsmithDocument } from './flagsmith-document.js'
import { startTestRelay, type TestRelay } from './relay-process.js'

/** Longer than a loaded machine takes. */
const patience = { timeout: 25_000, interval: 25 }

let closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(closing.toReversed().map((close) => close()))
  closing = []
}, 30_000)

const documentOf = (banner: string): object => flagsmithDocument([{ name: 'banner', value: banner }])

async function startVendor(): Promise<FakeFlagsmith> {
  const fake = await startFakeFlagsmith(documentOf('first'))
  closing.push(() => fake.close())
  return fake
}

async function startServer(): Promise<RedisServer> {
  const server = await startRedis()
  closing.push(() => server.close())
  return server
}

async function startLine(target: () => number): Promise<TcpLine> {
  const line = await startTcpLine(target)
  closing.push(() => line.close())
  return line
}

async function startReplica(fake: FakeFlagsmith, redisPort: number, lease = '2s'): Promise<TestRelay> {
  const relay = await startTestRelay({
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'flagsmith',
    ENVIRONMENTS__SHOP__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
    ENVIRONMENTS__SHOP__UPSTREAM__BASE_URL: fake.baseUrl,
    ENVIRONMENTS__SHOP__UPSTREAM__REALTIME: 'true',
    ENVIRONMENTS__SHOP__UPSTREAM__REALTIME_URL: fake.realtimeUrl,
    ENVIRONMENTS__SHOP__UPSTREAM__POLL_INTERVAL: '1s',
    REDIS__ADDRESSES__0: `127.0.0.1:${redisPort}`,
    REDIS__LEASE: lease,
    REDIS__COMMAND_TIMEOUT: '500ms',
    SERVER__STREAMS__PACING: '0ms',
    SERVER__DRAIN_TIMEOUT: '100ms',
    MANAGEMENT__ALLOW_CHANGES: 'true',
  })
  closing.push(() => relay.close())
  return relay
}

async function roleOf(relay: TestRelay): Promise<string> {
  const status = (await (await fetch(`${relay.managementUrl}/status`)).json()) as {
    readonly environments: readonly { readonly replica?: { readonly role: string } }[]
  }
  return status.environments[0]?.replica?.role ?? 'none'
}

const rolesOf = async (relays: readonly TestRelay[]): Promise<string[]> =>
  (await Promise.all(relays.map(roleOf))).toSorted()

async function bannersOf(relays: readonly TestRelay[]): Promise<unknown[]> {
  return Promise.all(relays.map(async (relay) => (await relay.flags({ targetingKey: 'u' }))['banner']))
}

const statesOf = async (relays: readonly TestRelay[]): Promise<string[]> =>
  Promise.all(relays.map(async (relay) => (await relay.status()).state))

async function leaderOf(relays: readonly TestRelay[]): Promise<TestRelay> {
  for (const relay of relays) if ((await roleOf(relay)) === 'leader') return relay
  throw new Error('there is no leader')
}

const settled = ['follower', 'follower', 'leader']
const threeFresh = ['fresh', 'fresh', 'fresh']

/** Three replicas over one Redis, each by a line of its own; one leads, and all are fresh. */
async function startThree() {
  const fake = await startVendor()
  const server = await startServer()
  const place = { port: server.port }
  const lines = await Promise.all([1, 2, 3].map(() => startLine(() => place.port)))
  const relays = await Promise.all(lines.map(({ port }) => startReplica(fake, port)))
  await expect.poll(() => rolesOf(relays), patience).toEqual(settled)
  await expect.poll(() => statesOf(relays), patience).toEqual(threeFresh)
  return { fake, server, place, lines, relays }
}

async function change(fake: FakeFlagsmith, banner: string): Promise<void> {
  await expect.poll(() => fake.streams(), patience).toBeGreaterThan(0)
  fake.publish(documentOf(banner))
  fake.announce()
}

/** What an event stream of a replica has said, besides the news of the start. */
async function listenTo(relay: TestRelay): Promise<string[]> {
  const answer = await fetch(`${relay.dataUrl}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"context":{"targetingKey":"u"}}',
  })
  const { eventStreams } = (await answer.json()) as {
    readonly eventStreams: readonly [{ readonly endpoint: { readonly requestUri: string } }]
  }
  const source = new EventSource(relay.dataUrl + eventStreams[0].endpoint.requestUri)
  closing.push(async () => source.close())
  const told: string[] = []
  source.addEventListener('message', ({ data }) => told.push(data))
  await expect.poll(() => told.length, patience).toBe(1)
  told.length = 0
  return told
}

describe.skipIf(!hasRedis)('three relays over one Redis', () => {
  it('have one upstream stream between them, and a change reaches all', async () => {
    const { fake, relays } = await startThree()
    await expect.poll(() => fake.streams(), patience).toBe(1)
    const told = await Promise.all(relays.map(listenTo))
    await change(fake, 'second')
    await expect.poll(() => bannersOf(relays), patience).toEqual(['second', 'second', 'second'])
    await expect.poll(() => told.map(({ length }) => length), patience).toEqual([1, 1, 1])
    expect(fake.streams()).toBe(1)
  })

  it('go on when the leader leaves, and clients of the others hear nothing of it', async () => {
    const { fake, relays } = await startThree()
    const leader = await leaderOf(relays)
    const others = relays.filter((relay) => relay !== leader)
    const told = await Promise.all(others.map(listenTo))
    await leader.close()
    await expect.poll(() => rolesOf(others), patience).toEqual(['follower', 'leader'])
    expect(await bannersOf(others)).toEqual(['first', 'first'])
    expect(told).toEqual([[], []])
    await change(fake, 'second')
    await expect.poll(() => bannersOf(others), patience).toEqual(['second', 'second'])
  })

  it('each go on alone when Redis is killed, and have one leader again when it is back', async () => {
    const { fake, server, place, relays } = await startThree()
    await server.kill()
    await expect.poll(() => rolesOf(relays), patience).toEqual(['alone', 'alone', 'alone'])
    await expect.poll(() => fake.streams(), patience).toBe(3)
    await change(fake, 'second')
    await expect.poll(() => bannersOf(relays), patience).toEqual(['second', 'second', 'second'])
    place.port = (await startServer()).port
    await expect.poll(() => rolesOf(relays), patience).toEqual(settled)
    await expect.poll(() => fake.streams(), patience).toBe(1)
    await change(fake, 'third')
    await expect.poll(() => bannersOf(relays), patience).toEqual(['third', 'third', 'third'])
    await expect.poll(() => statesOf(relays), patience).toEqual(threeFresh)
  })

  it.each(['cut', 'stall'] as const)(
    'replace a leader whose line to Redis is dead (%s), and it follows afterwards',
    async (how) => {
      const { fake, lines, relays } = await startThree()
      const leader = await leaderOf(relays)
      const others = relays.filter((relay) => relay !== leader)
      const line = lines[relays.indexOf(leader)]
      line?.[how]()
      await expect.poll(() => roleOf(leader), patience).toBe('alone')
      await expect.poll(() => rolesOf(others), patience).toEqual(['follower', 'leader'])
      await expect.poll(() => fake.streams(), patience).toBe(2)
      await change(fake, 'second')
      await expect.poll(() => bannersOf(relays), patience).toEqual(['second', 'second', 'second'])
      line?.mend()
      await expect.poll(() => roleOf(leader), patience).toBe('follower')
      await change(fake, 'third')
      await expect.poll(() => bannersOf(relays), patience).toEqual(['third', 'third', 'third'])
      expect(fake.streams()).toBe(1)
    },
  )

  it('serve at once what is in Redis, while the vendor is out of reach', async () => {
    const { fake, place, relays } = await startThree()
    await Promise.all(relays.map((relay) => relay.close()))
    fake.fault = { kind: 'status', status: 500 }
    const late = await startReplica(fake, place.port)
    expect(await bannersOf([late])).toEqual(['first'])
    await expect.poll(() => roleOf(late), patience).toBe('leader')
    await expect.poll(() => statesOf([late]), patience).not.toEqual(['fresh'])
  })
})

/** Identifiers of the snapshots that a replica could activate, the latest first. */
async function snapshotsOf({ managementUrl }: TestRelay): Promise<string[]> {
  const answer = await fetch(`${managementUrl}/snapshots?environment=shop`)
  const { snapshots } = (await answer.json()) as { readonly snapshots: readonly { readonly id: string }[] }
  return snapshots.map(({ id }) => id)
}

async function activate({ managementUrl }: TestRelay, snapshot: string): Promise<number> {
  const { status } = await fetch(`${managementUrl}/snapshots/activate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ environment: 'shop', snapshot }),
  })
  return status
}

async function isHeldBy({ managementUrl }: TestRelay): Promise<boolean> {
  const status = (await (await fetch(`${managementUrl}/status`)).json()) as {
    readonly environments: readonly { readonly held: unknown }[]
  }
  return (status.environments[0]?.held ?? null) !== null
}

/** Three replicas that serve `second`, could go back to `first`, and each in its role. */
async function startWithPast() {
  const three = await startThree()
  await change(three.fake, 'second')
  await expect.poll(() => bannersOf(three.relays), patience).toEqual(['second', 'second', 'second'])
  const leader = await leaderOf(three.relays)
  const [follower = leader, other = leader] = three.relays.filter((relay) => relay !== leader)
  const past = await snapshotsOf(leader)
  expect(past).toHaveLength(2)
  return { ...three, leader, follower, other, first: past[1] ?? '' }
}

describe.skipIf(!hasRedis)('a snapshot that is activated at one replica', () => {
  it.each(['leader', 'follower'] as const)(
    'is served by all, until it is taken back at another (activated at the %s)',
    async (where) => {
      const three = await startWithPast()
      const { fake, relays, leader } = three
      expect(await activate(three[where], three.first)).toBe(200)
      expect(await bannersOf([three[where]])).toEqual(['first'])
      await expect.poll(() => bannersOf(relays), patience).toEqual(['first', 'first', 'first'])
      fake.publish(documentOf('third'))
      fake.announce()
      await expect.poll(() => isHeldBy(leader), patience).toBe(true)
      expect(await bannersOf(relays)).toEqual(['first', 'first', 'first'])

      expect(await activate(three.other, 'latest')).toBe(200)
      await expect.poll(() => bannersOf(relays), patience).toEqual(['third', 'third', 'third'])
      await expect.poll(() => statesOf(relays), patience).toEqual(threeFresh)
      await change(fake, 'fourth')
      await expect.poll(() => bannersOf(relays), patience).toEqual(['fourth', 'fourth', 'fourth'])
    },
  )

  it('is served by a replica that starts later, and by the one who leads next', async () => {
    const { fake, place, relays, leader, follower, other, first } = await startWithPast()
    await activate(follower, first)
    await expect.poll(() => bannersOf(relays), patience).toEqual(['first', 'first', 'first'])
    await leader.close()
    await expect.poll(() => rolesOf([follower, other]), patience).toEqual(['follower', 'leader'])
    const late = await startReplica(fake, place.port)
    const now = [follower, other, late]
    await expect.poll(() => rolesOf(now), patience).toEqual(settled)
    await expect.poll(() => isHeldBy(follower), patience).toBe(true)
    expect(await bannersOf(now)).toEqual(['first', 'first', 'first'])
    await activate(late, 'latest')
    await expect.poll(() => bannersOf(now), patience).toEqual(['second', 'second', 'second'])
  })

  it('is taken back everywhere, though Redis was out of reach then and has forgotten everything', async () => {
    const { server, place, relays, leader, follower, first } = await startWithPast()
    await activate(leader, first)
    await expect.poll(() => bannersOf(relays), patience).toEqual(['first', 'first', 'first'])
    await server.kill()
    await expect.poll(() => rolesOf(relays), patience).toEqual(['alone', 'alone', 'alone'])
    await activate(follower, 'latest')
    await expect.poll(() => bannersOf([follower]), patience).toEqual(['second'])
    expect(await bannersOf([leader])).toEqual(['first'])
    place.port = (await startServer()).port
    await expect.poll(() => bannersOf(relays), patience).toEqual(['second', 'second', 'second'])
    await expect.poll(() => statesOf(relays), patience).toEqual(threeFresh)
  })
})
