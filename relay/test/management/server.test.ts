import type { Server } from 'node:http'
import request from 'supertest'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { createEnvironment } from '../../src/environments/create-environment.js'
import type { RunningEnvironment } from '../../src/environments/running-environment.js'
import { keepSnapshots, type SnapshotKeeper } from '../../src/environments/keep-snapshots.js'
import { readEnvironment } from '../../src/environments/read-environment.js'
import type { ManagementOptions } from '../../src/management/app.js'
import { createManagementServer } from '../../src/management/server.js'
import { RelayError } from '../../src/relay-error.js'
import { createLogger } from '../../src/telemetry/logger.js'
import { createMetrics } from '../../src/telemetry/metrics.js'
import { createRefusalCounts } from '../../src/telemetry/refusal-counts.js'
import { createRequestDurations } from '../../src/telemetry/request-durations.js'
import type { WorkerReading } from '../../src/telemetry/worker-reading.js'
import { createUsageLane } from '../../src/usage/usage-lane.js'
import type { SourceSink } from '../../src/vendors/source.js'
import { documentOf, plainVendor } from '../environments/plain-vendor.js'
import { noReloads } from '../reload/no-reloads.js'

const nowMs = Date.UTC(2026, 0, 31, 12)
const logger = createLogger({ level: 'error', format: 'json', destination: { write: () => {} }, now: () => nowMs })
const abort = new AbortController()

function environmentOf(name: string): { environment: RunningEnvironment; sink: SourceSink; keeper: SnapshotKeeper } {
  let sink: SourceSink | undefined
  const run = async (given: SourceSink): Promise<void> => {
    sink = given
  }
  const environment = createEnvironment({
    name,
    vendor: plainVendor,
    source: { description: 'test', run },
    now: () => nowMs,
    logger,
  })
  void environment.run(abort.signal)
  if (sink === undefined) throw new Error('the source was not run')
  const line = { vendor: 'plain', upstream: 'test', name }
  const keeper = keepSnapshots({ environment, line, stores: [], now: () => nowMs, logger })
  onTestFinished(() => keeper.close(0))
  return { environment, sink, keeper }
}

const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

interface StartOptions extends Partial<ManagementOptions> {
  readonly isDraining?: boolean
  readonly workers?: readonly WorkerReading[]
}

const key = { audience: 'server', masked: '....cdef', validUntil: null, isExpired: false } as const

function start({ workers, ...options }: StartOptions = {}) {
  const shop = environmentOf('shop')
  const blog = environmentOf('blog')
  const extra = environmentOf('extra')
  const usage = createUsageLane()
  const environments = [
    { ...shop, required: true, keys: [key] },
    { ...blog, required: true, keys: [] },
    { ...extra, required: false, keys: [] },
  ]
  const server = createManagementServer({
    isExposed: false,
    isHostAllowed: (name) => ['localhost', '127.0.0.1', '::1'].includes(name),
    status: {
      version: '1.2.3',
      startedAtMs: nowMs - 90_000,
      now: () => nowMs,
      environments,
      usage,
      ...(workers === undefined ? {} : { workers: () => workers }),
      isDraining: () => options.isDraining === true,
      allowsChanges: false,
      reloads: () => noReloads,
    },
    metrics: () =>
      createMetrics({
        version: '1.2.3',
        requests: createRequestDurations(),
        refusals: createRefusalCounts(),
        reloads: () => noReloads,
        cache: () => ({ hits: 0, misses: 0, entries: 0, bytes: 0 }),
        environments: () =>
          environments.map(({ environment }) =>
            readEnvironment(
              environment,
              { streams: [], usage: usage.read(environment.name), role: null, stores: [], keyDates: [] },
              nowMs,
            ),
          ),
      }),
    logger,
    ...options,
  })
  server.listen(0, '127.0.0.1')
  servers.push(server)
  return { ask: request(server), shop, blog, extra, usage }
}

describe('the management plane', () => {
  it('refuses a condition of readiness that it does not know, whatever its state', async () => {
    for (const query of ['fail-on=bogus', 'fail-on=', 'fail-on=stale&fail-on=old']) {
      const response = await start().ask.get(`/readyz?${query}`)
      expect([response.status, response.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
      expect(response.body.error.message).toContain('use fail-on=stale')
    }
    expect((await start().ask.get('/readyz?fail-on=stale')).status).toBe(503)
  })

  it('lives', async () => {
    const response = await start().ask.get('/livez')
    expect(response.status).toBe(200)
    expect(response.body).toEqual({ status: 'alive' })
  })

  it('is ready when every required environment has data, of any age', async () => {
    const { ask, shop, blog } = start()
    expect((await ask.get('/readyz')).body).toEqual({ status: 'waiting', waiting: ['shop', 'blog'] })
    shop.sink.document(documentOf({ a: 1 }), {})
    const waiting = await ask.get('/readyz')
    expect([waiting.status, waiting.body]).toEqual([503, { status: 'waiting', waiting: ['blog'] }])
    blog.sink.document(documentOf({ a: 1 }), {})
    blog.sink.failed(new RelayError('UPSTREAM_TIMEOUT', 'slow', { retryable: true }))
    const ready = await ask.get('/readyz')
    expect([ready.status, ready.body]).toEqual([200, { status: 'ready', waiting: [] }])
  })

  it('is ready only while a worker serves what it has, and says how each of them is', async () => {
    let held: string | null = null
    const worker = { number: 1, pid: 7, state: 'starting', sinceMs: nowMs, deaths: 2 } as const
    const counted = { requests: 9, cpuSeconds: 1.5, residentBytes: 2_000 }
    const workers = [{ ...worker, ...counted, revisionOf: () => held, state: 'starting' as WorkerReading['state'] }]
    const [first] = workers
    if (first === undefined) throw new Error('there is one')
    let refreshed = 0
    const refresh = async (): Promise<void> => void (refreshed += 1)
    const { ask, shop, blog } = start({ workers, refresh })
    const readiness = async () => {
      const { status, body } = await ask.get('/readyz')
      return [status, body.status, body.workers.serving]
    }
    for (const { sink } of [shop, blog]) sink.document(documentOf({ a: 1 }), {})
    expect(await readiness()).toEqual([503, 'waiting', 0])
    first.state = 'serving'
    expect(await readiness()).toEqual([503, 'waiting', 0])
    held = shop.environment.served?.revision ?? null
    expect(await readiness()).toEqual([200, 'ready', 1])
    // A probe is answered without asking anybody.
    expect(refreshed).toBe(0)
    const { body } = await ask.get('/status')
    expect(refreshed).toBe(1)
    expect(body.readiness.workers).toEqual({ serving: 1, configured: 1 })
    expect(body.workers).toEqual([
      {
        worker: 1,
        pid: 7,
        state: 'serving',
        since: '2026-01-31T12:00:00.000Z',
        deaths: 2,
        ...counted,
        revisions: { shop: held, blog: held, extra: held },
      },
    ])
  })

  it('is not ready any more once the relay is about to stop', async () => {
    const { ask, shop, blog } = start({ isDraining: true })
    shop.sink.document(documentOf({ a: 1 }), {})
    blog.sink.document(documentOf({ a: 1 }), {})
    const response = await ask.get('/readyz')
    expect([response.status, response.body]).toEqual([503, { status: 'draining', waiting: [] }])
    expect((await ask.get('/livez')).status).toBe(200)
  })

  it('tells the status of each environment', async () => {
    const { ask, shop, usage } = start()
    shop.sink.document({ ...documentOf({ a: 1, b: 2 }), warning: 'odd' }, {})
    shop.sink.failed(new RelayError('UPSTREAM_TIMEOUT', 'slow', { retryable: true }))
    const { served } = shop.environment
    if (served === null) throw new Error('nothing is served')
    shop.environment.usage.countRequest()
    shop.environment.usage.countAll(served, served.snapshot.evaluateAll({}, { nowMs, random: Math.random }, 'server'))
    const told = [{ flagKey: 'a', variant: '1', reason: 'STATIC', count: 40 }]
    usage.accept('shop', served.snapshot, { key: 'k', evaluations: told })
    const { body } = await ask.get('/status')
    expect(body).toMatchObject({
      version: '1.2.3',
      node: process.versions.node,
      startedAt: '2026-01-31T11:58:30.000Z',
      uptimeSeconds: 90,
      readiness: { status: 'waiting', waiting: ['blog'] },
      allowsChanges: false,
    })
    expect(body.environments).toHaveLength(3)
    expect(body.environments[0]).toEqual({
      name: 'shop',
      vendor: 'plain',
      upstream: 'test',
      required: true,
      state: 'stale',
      stateSince: '2026-01-31T12:00:00.000Z',
      revision: served.revision,
      sequence: 1,
      servedSince: '2026-01-31T12:00:00.000Z',
      confirmedAt: '2026-01-31T12:00:00.000Z',
      lastError: { code: 'UPSTREAM_TIMEOUT', message: 'slow', at: '2026-01-31T12:00:00.000Z' },
      held: null,
      activated: null,
      stores: [],
      counts: {
        flags: 2,
        requests: 1,
        evaluations: 2,
        inProcessEvaluations: 40,
        diagnostics: 1,
        fetches: { document: 1, unchanged: 0, refused: 0, failed: 1 },
      },
      diagnostics: [{ severity: 'warning', code: 'INVALID_VALUE', path: [], message: 'odd' }],
      keys: [key],
    })
    expect(body.environments[1]).toMatchObject({
      state: 'waiting',
      revision: null,
      servedSince: null,
      confirmedAt: null,
      lastError: null,
    })
  })

  it('serves the metrics', async () => {
    const response = await start().ask.get('/metrics')
    expect(response.status).toBe(200)
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(response.text).toContain('switchyard_environment_state{environment="blog",state="waiting"} 1')
  })

  it.each(['/livez', '/readyz', '/metrics', '/status'])('answers HEAD %s, and 405 to other methods', async (path) => {
    const { ask } = start()
    expect((await ask.head(path)).text).toBeUndefined()
    const response = await ask.post(path)
    expect(response.status).toBe(405)
    expect(response.headers.allow).toBe('GET, HEAD')
    expect(response.body).toEqual({
      error: { code: 'METHOD_NOT_ALLOWED', message: `${path} answers GET and HEAD, not POST` },
    })
  })

  it.each([
    ['/nothing', 404, 'NOT_FOUND'],
    ['/%E0%A4%A', 404, 'NOT_FOUND'],
  ])('answers %s with JSON', async (path, status, code) => {
    const response = await start().ask.get(path)
    expect([response.status, response.body.error.code]).toEqual([status, code])
  })

  it('answers with JSON when it fails, and says nothing of the inside', async () => {
    const { ask } = start({
      metrics: () => Promise.reject(new Error('inside')),
    })
    const response = await ask.get('/metrics')
    expect(response.status).toBe(500)
    expect(response.body.error.code).toBe('INTERNAL')
    expect(response.text).not.toContain('inside')
  })

  it('does not name its framework, and lets nothing be cached', async () => {
    const { ask } = start()
    for (const path of ['/livez', '/status', '/metrics', '/nothing']) {
      const { headers } = await ask.get(path)
      expect([headers['x-powered-by'], headers['etag'], headers['cache-control']]).toEqual([
        undefined,
        undefined,
        'no-store',
      ])
    }
  })

  it.each(['localhost', 'localhost:8081', 'LOCALHOST', '127.0.0.1:1', '[::1]:8081'])(
    'answers to the host %s',
    async (host) => {
      expect((await start().ask.get('/status').set('host', host)).status).toBe(200)
    },
  )

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:8081', ''])(
    'refuses the host %j, by which a web page could reach it',
    async (host) => {
      for (const path of ['/status', '/metrics', '/livez', '/nothing']) {
        const response = await start().ask.get(path).set('host', host)
        expect([response.status, response.body.error.code]).toEqual([403, 'HOST_NOT_ALLOWED'])
      }
    },
  )

  it('wants the token for everything but liveness, readiness and metrics when others can reach it', async () => {
    const { ask } = start({ isExposed: true, isToken: (token) => token === 'sesame' })
    for (const path of ['/livez', '/metrics'])
      expect((await ask.get(path).set('host', 'relay.example')).status).toBe(200)
    for (const authorization of ['', 'Bearer wrong', 'Basic sesame', basic('sesame:'), basic('a:wrong'), 'sesame']) {
      const response = await ask.get('/status').set('authorization', authorization)
      expect([response.status, response.headers['www-authenticate']]).toEqual([
        401,
        'Bearer, Basic realm="Switchyard", charset="UTF-8"',
      ])
    }
    expect((await ask.get('/nothing')).status).toBe(401)
    expect((await ask.get('/status').set('host', 'relay.example').set('authorization', 'bearer sesame')).status).toBe(
      200,
    )
  })

  it('takes the token as the password of anybody, as browsers send it', async () => {
    const { ask } = start({ isExposed: true, isToken: (token) => token === 's:same' })
    for (const name of ['', 'ada', 'Ada Lövelace']) {
      expect((await ask.get('/status').set('authorization', basic(`${name}:s:same`))).status).toBe(200)
    }
  })

  it.each([
    ['a page elsewhere', { 'sec-fetch-site': 'cross-site', origin: 'http://evil.example' }, 403],
    ['a page of another port here', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }, 403],
    ['an older browser elsewhere', { origin: 'http://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['our page', { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1' }, 200],
    ['our page in an older browser', { origin: 'http://127.0.0.1', host: '127.0.0.1' }, 200],
    ['what is no browser', {}, 200],
  ])('answers questions with a body from %s', async (_from, headers: Record<string, string>, status) => {
    const { ask, shop } = start()
    shop.sink.document(documentOf({ a: 1 }), {})
    const response = await ask.post('/explain').set(headers).send({ environment: 'shop' })
    expect([response.status, response.body.error?.code]).toEqual([
      status,
      status === 403 ? 'ORIGIN_NOT_ALLOWED' : undefined,
    ])
  })

  it.each(['/snapshots/activate', '/snapshots/confirm'])('refuses POST %s unless changes are allowed', async (path) => {
    const { status, body } = await start().ask.post(path).send({ environment: 'shop', snapshot: 'latest' })
    expect([status, body.error.code]).toEqual([403, 'CHANGES_NOT_ALLOWED'])
  })
})
