import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startCommand, type Started } from '../../relay/test/cli/run-command.js'
import { startFakeFlagsmith, type FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import { EventSource } from './event-source.js'
import { flagsmithDocument } from './flagsmith-document.js'
import { openConnection, type Connection } from './keep-alive-connection.js'

/** A relay with two workers, as processes of their own, over a Flagsmith that counts who talks to it. */
const serverKey = 'server-key-of-the-shop'
const bulk = '/ofrep/v1/evaluate/flags'

let closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

const documentOf = (banner: string): object => flagsmithDocument([{ name: 'banner', value: banner }])

interface WorkerView {
  readonly worker: number
  readonly pid: number
  readonly state: string
  readonly deaths: number
  readonly revisions: Readonly<Record<string, string | null>>
}

interface StatusView {
  readonly readiness: { readonly workers: { readonly serving: number; readonly configured: number } }
  readonly workers: readonly WorkerView[]
  readonly environments: readonly [{ readonly revision: string }]
}

interface Relay extends Started {
  readonly dataUrl: string
  readonly managementUrl: string
  status(): Promise<StatusView>
  /** Sum of all series whose name and labels match. */
  metric(series: RegExp): Promise<number>
}

async function startRelay(fake: FakeFlagsmith, settings: Readonly<Record<string, string>> = {}): Promise<Relay> {
  const command = startCommand(['serve'], {
    SWITCHYARD_WORKERS: '2',
    SWITCHYARD_SERVER__PORT: '0',
    SWITCHYARD_SERVER__STREAMS__PACING: '0ms',
    SWITCHYARD_MANAGEMENT__PORT: '0',
    SWITCHYARD_ENVIRONMENTS__SHOP__SERVER_KEYS__0: serverKey,
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'flagsmith',
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__BASE_URL: fake.baseUrl,
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__REALTIME: 'true',
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__REALTIME_URL: fake.realtimeUrl,
    ...settings,
  })
  closing.push(async () => {
    command.child.kill('SIGKILL')
    await command.finished
  })
  const said = await command.printed('the relay listens')
  const urlOf = (name: string): string => new RegExp(`"${name}":"([^"]+)"`).exec(said)?.[1] ?? ''
  const managementUrl = urlOf('managementUrl')
  await expect.poll(async () => (await fetch(`${managementUrl}/readyz`)).status).toBe(200)
  await expect.poll(() => fake.streams()).toBe(1)
  return {
    ...command,
    dataUrl: urlOf('dataUrl'),
    managementUrl,
    status: async () => (await (await fetch(`${managementUrl}/status`)).json()) as StatusView,
    async metric(series) {
      const page = await (await fetch(`${managementUrl}/metrics`)).text()
      const lines = page.split('\n').filter((line) => series.test(line))
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
    },
  }
}

async function startShop(settings?: Readonly<Record<string, string>>) {
  const fake = await startFakeFlagsmith(documentOf('first'))
  closing.push(() => fake.close())
  return { fake, relay: await startRelay(fake, settings) }
}

/** One after the other, so that the workers get them in turn. */
async function connectTo({ dataUrl }: Pick<Relay, 'dataUrl'>, count: number): Promise<Connection[]> {
  const connections: Connection[] = []
  while (connections.length < count) {
    const connection = openConnection(dataUrl, { authorization: `Bearer ${serverKey}` })
    closing.push(() => connection.close())
    connections.push(connection)
    await bannerOf(connection)
  }
  return connections
}

async function bannerOf(connection: Connection, user = 'u'): Promise<unknown> {
  const { status, body } = await connection.post(bulk, JSON.stringify({ context: { targetingKey: user } }))
  expect(status).toBe(200)
  return (JSON.parse(body) as { readonly flags: readonly { readonly value?: unknown }[] }).flags[0]?.value
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const answered = /^switchyard_http_request_duration_seconds_count\{route="\/ofrep\/v1\/evaluate\/flags"/
const evaluations = /^switchyard_evaluations_total\{/

describe('two workers', () => {
  it('serve what one upstream connection brings, and what changes there', async () => {
    const { fake, relay } = await startShop()
    const connections = await connectTo(relay, 8)
    expect(await Promise.all(connections.map((each) => bannerOf(each)))).toEqual(connections.map(() => 'first'))
    expect(fake.streams()).toBe(1)
    expect(fake.requests.filter(({ path }) => path.startsWith('/api/v1/environment-document'))).toHaveLength(1)
    fake.publish(documentOf('second'))
    fake.announce()
    for (const connection of connections) await expect.poll(() => bannerOf(connection)).toBe('second')
    const { workers, environments } = await relay.status()
    expect(workers.map(({ worker, state, deaths }) => ({ worker, state, deaths }))).toEqual([
      { worker: 1, state: 'serving', deaths: 0 },
      { worker: 2, state: 'serving', deaths: 0 },
    ])
    for (const { revisions } of workers) expect(revisions).toEqual({ shop: environments[0].revision })
  })

  it('share the connections, and what they count is added up', async () => {
    const { relay } = await startShop()
    const connections = await connectTo(relay, 8)
    for (const connection of connections) for (let user = 0; user < 9; user += 1) await bannerOf(connection, `${user}`)
    expect(await relay.metric(answered)).toBe(80)
    expect(await relay.metric(evaluations)).toBe(80)
    expect(await relay.metric(/^switchyard_workers\{state="serving"\}/)).toBe(2)
  })

  it('count a batch of a provider once, whichever of them it comes to', async () => {
    const { relay } = await startShop()
    const connections = await connectTo(relay, 4)
    const evaluated = [{ flag: 'banner', reason: 'STATIC', count: 5 }]
    for (const connection of connections) {
      const { status } = await connection.post(
        '/switchyard/v1/usage',
        JSON.stringify({ batch: 'b', evaluations: evaluated }),
      )
      expect(status).toBe(204)
    }
    const batches = (outcome: string) =>
      relay.metric(new RegExp(`^switchyard_usage_batches_total.*outcome="${outcome}"`))
    await expect.poll(() => batches('repeated')).toBe(3)
    expect(await batches('counted')).toBe(1)
    expect(await relay.metric(/^switchyard_evaluations_total\{.*mode="in-process"/)).toBe(5)
  })

  it('give the document itself to flagd, and the ruleset to providers, the same from each', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-workers-'))
    closing.push(() => rm(folder, { recursive: true }))
    const path = join(folder, 'flags.json')
    const document = (variant: string) => ({
      flags: { a: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: variant } },
    })
    await writeFile(path, JSON.stringify(document('on')))
    const { relay } = await startShop({
      SWITCHYARD_ENVIRONMENTS__FILE__SERVER_KEYS__0: 'server-key-of-the-file',
      SWITCHYARD_ENVIRONMENTS__FILE__UPSTREAM__TYPE: 'file',
      SWITCHYARD_ENVIRONMENTS__FILE__UPSTREAM__PATH: path,
    })
    const connections = Array.from({ length: 4 }, () =>
      openConnection(relay.dataUrl, { authorization: 'Bearer server-key-of-the-file' }),
    )
    closing.push(...connections.map((each) => () => each.close()))
    const documentOfEach = async (): Promise<unknown[]> => {
      const answers: unknown[] = []
      for (const each of connections) answers.push(JSON.parse((await each.get('/flagd/v1/flags.json')).body))
      return answers
    }
    expect(await documentOfEach()).toEqual(connections.map(() => document('on')))
    await writeFile(path, JSON.stringify(document('off')))
    await expect.poll(documentOfEach).toEqual(connections.map(() => document('off')))
    const rulesets = await Promise.all(connections.map((each) => each.get('/switchyard/v1/ruleset')))
    expect(new Set(rulesets.map(({ status, body }) => `${status} ${body}`)).size).toBe(1)
    expect(rulesets[0]?.status).toBe(200)
  })

  it('open event streams by the addresses that the other one gave, and tell of changes', async () => {
    const { fake, relay } = await startShop()
    const [connection] = await connectTo(relay, 1)
    const { body } = (await connection?.post(bulk, '{"context":{"targetingKey":"u"}}')) ?? { body: '' }
    const { eventStreams } = JSON.parse(body) as { eventStreams: [{ endpoint: { requestUri: string } }] }
    const told: Promise<unknown>[] = []
    for (let stream = 0; stream < 4; stream += 1) {
      const source = new EventSource(relay.dataUrl + eventStreams[0].endpoint.requestUri)
      closing.push(() => source.close())
      await new Promise((resolve) => source.addEventListener('open', resolve))
      told.push(
        new Promise((resolve) =>
          source.addEventListener('message', ({ lastEventId }) => {
            if (lastEventId.startsWith('2-')) resolve(lastEventId)
          }),
        ),
      )
    }
    await expect.poll(() => relay.metric(/^switchyard_streams\{.*kind="ofrep"/)).toBe(4)
    fake.publish(documentOf('second'))
    fake.announce()
    // The same event everywhere: who reconnects to another worker has heard of it.
    expect(new Set(await Promise.all(told)).size).toBe(1)
  })
})

describe('a worker that is killed', () => {
  it('is replaced, and no request on the other one fails', async () => {
    const { fake, relay } = await startShop()
    const connections = await connectTo(relay, 8)
    const [killed, other] = (await relay.status()).workers
    const before = await relay.metric(answered)
    const over = new AbortController()
    const loads = connections.map(async (connection) => {
      let good = 0
      try {
        while (!over.signal.aborted || good === 0) {
          await bannerOf(connection)
          good += 1
        }
      } catch {
        return 'broken'
      }
      return 'whole'
    })
    process.kill(killed?.pid ?? 0, 'SIGKILL')
    await expect.poll(async () => (await relay.status()).workers[0]?.deaths).toBe(1)
    await expect.poll(async () => (await relay.status()).readiness.workers.serving).toBe(2)
    over.abort()
    // Each worker had four of them, in turn.
    expect((await Promise.all(loads)).filter((each) => each === 'whole')).toHaveLength(4)
    const { workers } = await relay.status()
    expect(workers[0]?.pid).not.toBe(killed?.pid)
    expect(workers[1]).toMatchObject({ pid: other?.pid, deaths: 0 })
    // Both serve, from the same port, without asking the vendor again, and no counter has fallen.
    for (const connection of await connectTo(relay, 4)) expect(await bannerOf(connection)).toBe('first')
    expect(fake.streams()).toBe(1)
    expect(await relay.metric(answered)).toBeGreaterThanOrEqual(before + 8)
    expect(await relay.metric(/^switchyard_worker_deaths_total/)).toBe(1)
  })

  it('leaves no connection without an end that was opened while it died', async () => {
    const { relay } = await startShop()
    const over = new AbortController()
    const tally = { answered: 0, cut: 0 }
    const client = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const [connection] = await connectTo(relay, 1).catch(() => [])
        if (connection === undefined) tally.cut += 1
        else tally.answered += 1
        connection?.close()
      }
    }
    // As many as keep a connection on its way to each worker all the time.
    const clients = Array.from({ length: 32 }, client)
    await expect.poll(() => tally.answered).toBeGreaterThan(100)
    for (const worker of [0, 1]) {
      const pidOf = async (): Promise<number> => (await relay.status()).workers[worker]?.pid ?? 0
      process.kill(await pidOf(), 'SIGKILL')
      await expect.poll(async () => (await relay.status()).workers[worker]?.deaths).toBe(1)
      await expect.poll(async () => (await relay.status()).readiness.workers.serving).toBe(2)
    }
    over.abort()
    await Promise.all(clients)
    // Those that the dead ones had begun to answer.
    expect(tally.cut).toBeLessThanOrEqual(2 * 32)
    relay.child.kill('SIGTERM')
    expect((await relay.finished).code).toBe(0)
  })

  it('never leaves its place to one without data', async () => {
    const { fake, relay } = await startShop()
    fake.fault = { kind: 'status', status: 500 }
    for (const { pid } of (await relay.status()).workers) process.kill(pid, 'SIGKILL')
    await expect.poll(async () => (await relay.status()).workers.map(({ deaths }) => deaths)).toEqual([1, 1])
    await expect.poll(async () => (await fetch(`${relay.managementUrl}/readyz`)).status).toBe(200)
    const [connection] = await connectTo(relay, 1)
    expect(connection && (await bannerOf(connection))).toBe('first')
  })
})

describe('a worker that hangs', () => {
  it('holds up no scrape, no change and no end of the relay, and what it had counted stays', async () => {
    const { fake, relay } = await startShop({ SWITCHYARD_SERVER__DRAIN_TIMEOUT: '10ms' })
    await connectTo(relay, 8)
    expect(await relay.metric(answered)).toBe(8)
    const [hanging, other] = (await relay.status()).workers
    process.kill(hanging?.pid ?? 0, 'SIGSTOP')
    expect(await relay.metric(answered)).toBe(8)
    for (const banner of ['second', 'third', 'fourth']) {
      const before = (await relay.status()).environments[0].revision
      fake.publish(documentOf(banner))
      fake.announce()
      const revisions = async () => {
        const { environments, workers } = await relay.status()
        return {
          isNew: environments[0].revision !== before,
          others: workers[1]?.revisions['shop'] === environments[0].revision,
        }
      }
      await expect.poll(revisions).toEqual({ isNew: true, others: true })
    }
    process.kill(hanging?.pid ?? 0, 'SIGCONT')
    const revisionsNow = async () => (await relay.status()).workers.map(({ revisions }) => revisions['shop'])
    const { environments } = await relay.status()
    await expect.poll(revisionsNow).toEqual([environments[0].revision, environments[0].revision])
    process.kill(other?.pid ?? 0, 'SIGSTOP')
    relay.child.kill('SIGTERM')
    expect((await relay.finished).code).toBe(0)
    expect(isAlive(other?.pid ?? 0)).toBe(false)
  })
})

describe('a relay with workers that is told to stop', () => {
  it('finishes what is under way on each of them', async () => {
    const { relay } = await startShop()
    const connections = await connectTo(relay, 4)
    const { workers } = await relay.status()
    const pending = await Promise.all(connections.map((each) => each.begin(bulk, '{"context":{"targetingKey":"u"}}')))
    // A signal from a terminal reaches the whole group.
    for (const { pid } of workers) process.kill(pid, 'SIGTERM')
    relay.child.kill('SIGTERM')
    await expect.poll(async () => (await fetch(`${relay.managementUrl}/readyz`)).status).toBe(503)
    expect(await Promise.all(pending.map((finish) => finish()))).toEqual(pending.map(() => 200))
    expect((await relay.finished).code).toBe(0)
    expect(workers.map(({ pid }) => isAlive(pid))).toEqual([false, false])
  })

  it('leaves no worker behind when it is killed', async () => {
    const { relay } = await startShop()
    const { workers } = await relay.status()
    relay.child.kill('SIGKILL')
    await expect.poll(() => workers.map(({ pid }) => isAlive(pid))).toEqual([false, false])
  })

  it('never starts where the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    closing.push(() => taken.close())
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const command = startCommand(['serve'], {
      SWITCHYARD_WORKERS: '2',
      SWITCHYARD_SERVER__PORT: String(port),
      SWITCHYARD_SERVER__HOST: '127.0.0.1',
      SWITCHYARD_MANAGEMENT__PORT: '0',
      SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
      SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__PATH: '/nowhere/flags.json',
    })
    closing.push(() => command.child.kill('SIGKILL'))
    const { code, stderr } = await command.finished
    expect([code, stderr]).toEqual([69, expect.stringContaining(`port ${port} on 127.0.0.1 is in use`)])
  })
})
