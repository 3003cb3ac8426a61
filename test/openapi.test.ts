/** What the planes say of themselves by OpenAPI is true: every address, every status that can be had, and every body. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { routes } from '../relay/src/http/routes.js'
import { createManagementApp, type ManagementOptions } from '../relay/src/management/app.js'
import type { SnapshotsAnswer } from '../relay/src/management/snapshots.js'
import { flagsmithDocument } from './e2e/flagsmith-document.js'
import { startTestRelay, type TestRelay } from './e2e/relay-process.js'
import { textOf } from './repository/files.js'
import { startFakeFlagsmith, type FakeFlagsmith } from './upstreams/fake-flagsmith.js'

interface Description {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: object; readonly security?: object }>>>
  >
  readonly components: { readonly headers: object }
}

type Plane = 'data' | 'management'

interface Case {
  /** As the description has it. */
  readonly route: string
  readonly status: number
  /** Where it is not the route's own. */
  readonly path?: string
  /** Authorization, unless it is the usual one; null for none. */
  readonly key?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** A text is sent as it is. */
  readonly body?: object | string
}

const [serverKey, clientKey, emptyKey, flagdKey] = ['a-server-key', 'a-client-key', 'key-without-data', 'a-flagd-key']
const token = 'a-management-token'
const single = 'POST /ofrep/v1/evaluate/flags/{key}'
const flagd = 'GET /flagd/v1/flags.json'
const bulk = 'POST /ofrep/v1/evaluate/flags'
const context = { context: { targetingKey: 'user-1', plan: 'gold' } }
const long = { context: { targetingKey: 'x'.repeat(2_000) } }
const banner = '/ofrep/v1/evaluate/flags/banner'
const usage = { batch: 'b1', evaluations: [{ flag: 'banner', reason: 'STATIC', count: 2 }] }

const dataCases: readonly Case[] = [
  { route: single, status: 200, path: banner, body: context },
  { route: single, status: 200, path: banner, body: context, key: clientKey },
  { route: single, status: 400, path: banner, body: { context: [] } },
  { route: single, status: 400, path: '/ofrep/v1/evaluate/flags/broken', body: context, key: flagdKey },
  { route: single, status: 401, path: banner, body: context, key: null },
  { route: single, status: 404, path: '/ofrep/v1/evaluate/flags/none', body: context },
  { route: single, status: 413, path: banner, body: long },
  { route: single, status: 415, path: banner, body: context, headers: { 'content-type': 'text/plain' } },
  { route: single, status: 503, path: banner, body: context, key: emptyKey },
  { route: bulk, status: 200, body: context },
  { route: bulk, status: 200, body: { context: null }, key: clientKey },
  { route: bulk, status: 304, body: context, headers: { 'if-none-match': '*' } },
  { route: bulk, status: 400, body: '[' },
  { route: bulk, status: 401, body: context, key: 'unknown' },
  { route: bulk, status: 413, body: long },
  { route: bulk, status: 415, body: context, headers: { 'content-encoding': 'gzip' } },
  { route: bulk, status: 503, body: context, key: emptyKey },
  { route: 'GET /ofrep/v1/events', status: 401, key: null },
  { route: 'GET /ofrep/v1/events', status: 200 },
  { route: 'GET /ofrep/v1/events', status: 429 },
  { route: 'GET /switchyard/v1/ruleset', status: 200 },
  { route: 'GET /switchyard/v1/ruleset', status: 304, headers: { 'if-none-match': '*' } },
  { route: 'GET /switchyard/v1/ruleset', status: 401, key: null },
  { route: 'GET /switchyard/v1/ruleset', status: 403, key: clientKey },
  { route: 'GET /switchyard/v1/ruleset', status: 406, headers: { 'switchyard-ruleset': '9' } },
  { route: 'GET /switchyard/v1/ruleset', status: 503, key: emptyKey },
  { route: 'GET /switchyard/v1/stream', status: 200, key: 'another-server-key' },
  { route: 'GET /switchyard/v1/stream', status: 429, key: 'another-server-key' },
  { route: 'GET /switchyard/v1/stream', status: 401, key: null },
  { route: 'GET /switchyard/v1/stream', status: 403, key: clientKey },
  { route: 'GET /switchyard/v1/stream', status: 406, headers: { 'switchyard-ruleset': '9' } },
  { route: 'GET /switchyard/v1/stream', status: 503, key: emptyKey },
  { route: 'POST /switchyard/v1/usage', status: 204, body: usage },
  { route: 'POST /switchyard/v1/usage', status: 400, body: { batch: '' } },
  { route: 'POST /switchyard/v1/usage', status: 401, body: usage, key: null },
  { route: 'POST /switchyard/v1/usage', status: 403, body: usage, key: clientKey },
  { route: 'POST /switchyard/v1/usage', status: 413, body: long },
  { route: 'POST /switchyard/v1/usage', status: 415, body: usage, headers: { 'content-type': 'text/plain' } },
  { route: 'POST /switchyard/v1/usage', status: 503, body: usage, key: emptyKey },
  { route: flagd, status: 200, key: flagdKey },
  { route: flagd, status: 304, key: flagdKey, headers: { 'if-none-match': '*' } },
  { route: flagd, status: 401, key: null },
  { route: flagd, status: 403, key: clientKey },
  { route: flagd, status: 404 },
  { route: flagd, status: 503, key: emptyKey },
  { route: 'GET /healthz', status: 200, key: null },
  { route: 'GET /openapi.json', status: 200, key: null },
]

const noEnvironment = { environment: 'none' }
const prod = { environment: 'prod' }

const managementCases: readonly Case[] = [
  { route: 'GET /livez', status: 200, key: null },
  { route: 'GET /readyz', status: 200, key: null },
  { route: 'GET /readyz', status: 400, path: '/readyz?fail-on=old', key: null },
  { route: 'GET /metrics', status: 200, key: null },
  { route: 'GET /status', status: 200 },
  { route: 'GET /status', status: 401, key: null },
  { route: 'GET /', status: 200 },
  { route: 'GET /', status: 401, key: null },
  { route: 'GET /openapi.json', status: 200 },
  { route: 'GET /openapi.json', status: 401, key: null },
  { route: 'GET /flags', status: 200, path: '/flags?environment=prod&search=b' },
  { route: 'GET /flags', status: 400 },
  { route: 'GET /flags', status: 401, key: 'wrong' },
  { route: 'GET /flags', status: 404, path: '/flags?environment=none' },
  { route: 'GET /flags', status: 503, path: '/flags?environment=empty' },
  { route: 'GET /flag', status: 200, path: '/flag?environment=prod&key=banner' },
  { route: 'GET /flag', status: 400, path: '/flag?environment=prod' },
  { route: 'GET /flag', status: 401, key: null },
  { route: 'GET /flag', status: 404, path: '/flag?environment=prod&key=none' },
  { route: 'GET /flag', status: 503, path: '/flag?environment=empty&key=none' },
  {
    route: 'POST /explain',
    status: 200,
    body: { ...prod, ...context, flag: 'banner', text: true, now: '2026-01-31T12:00:00Z' },
  },
  { route: 'POST /explain', status: 200, body: { ...prod, redact: true } },
  { route: 'POST /explain', status: 400, body: { ...prod, flags: [] } },
  { route: 'POST /explain', status: 401, body: prod, key: null },
  { route: 'POST /explain', status: 404, body: noEnvironment },
  { route: 'POST /explain', status: 413, body: { ...prod, context: { text: 'x'.repeat(1_100_000) } } },
  { route: 'POST /explain', status: 415, body: prod, headers: { 'content-type': 'text/plain' } },
  { route: 'POST /explain', status: 503, body: { environment: 'empty' } },
  { route: 'GET /snapshots', status: 200, path: '/snapshots?environment=prod' },
  { route: 'GET /snapshots', status: 400 },
  { route: 'GET /snapshots', status: 401, key: null },
  { route: 'GET /snapshots', status: 404, path: '/snapshots?environment=none' },
  { route: 'POST /snapshots/activate', status: 200, body: { ...prod, snapshot: 'latest' } },
  { route: 'POST /snapshots/activate', status: 400, body: prod },
  { route: 'POST /snapshots/activate', status: 401, body: prod, key: null },
  { route: 'POST /snapshots/activate', status: 403, body: prod, headers: { origin: 'https://elsewhere.example' } },
  { route: 'POST /snapshots/activate', status: 404, body: { ...prod, snapshot: 'none' } },
  { route: 'POST /snapshots/confirm', status: 400, body: prod },
  { route: 'POST /snapshots/confirm', status: 401, body: prod, key: null },
  { route: 'POST /snapshots/confirm', status: 403, body: prod, headers: { origin: 'https://elsewhere.example' } },
  { route: 'POST /snapshots/confirm', status: 404, body: { ...noEnvironment, revision: 'x' } },
  { route: 'POST /snapshots/confirm', status: 409, body: { ...prod, revision: 'x' } },
]

/** Answers that need a story, and where it is told. */
const elsewhere: Readonly<Record<Plane, readonly string[]>> = {
  data: [
    `${single} 429: relay/test/http/overload`,
    `${bulk} 429: relay/test/http/overload`,
    'GET /ofrep/v1/events 503: relay/test/http/ofrep-events.test.ts, too many in all',
  ],
  management: [
    'GET /readyz 503: the last test of this file',
    'POST /snapshots/activate 409: relay/test/environments, a damaged snapshot',
    'POST /snapshots/confirm 200: the last test but one',
  ],
}

let folder: string
let fake: FakeFlagsmith
let relay: TestRelay
const descriptions = {} as Record<Plane, Description>
const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)

const cases = { data: dataCases, management: managementCases }
const origins = (): Record<Plane, string> => ({ data: relay.dataUrl, management: relay.managementUrl })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-openapi-'))
  fake = await startFakeFlagsmith(document('first'))
  const flagdFile = join(folder, 'flags.json')
  await writeFile(
    flagdFile,
    JSON.stringify({ flags: { broken: { state: 'ENABLED', defaultVariant: 1, variants: [] } } }),
  )
  relay = await startTestRelay({
    ENVIRONMENTS__PROD__UPSTREAM__TYPE: 'flagsmith',
    ENVIRONMENTS__PROD__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
    ENVIRONMENTS__PROD__UPSTREAM__BASE_URL: fake.baseUrl,
    ENVIRONMENTS__PROD__UPSTREAM__POLL_INTERVAL: '20ms',
    ENVIRONMENTS__PROD__SERVER_KEYS__0: serverKey,
    ENVIRONMENTS__PROD__SERVER_KEYS__1: 'another-server-key',
    ENVIRONMENTS__PROD__CLIENT_KEYS__0: clientKey,
    ENVIRONMENTS__FLAGD__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__FLAGD__UPSTREAM__PATH: flagdFile,
    ENVIRONMENTS__FLAGD__SERVER_KEYS__0: flagdKey,
    ENVIRONMENTS__EMPTY__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__EMPTY__UPSTREAM__PATH: join(folder, 'what-nobody-has-written.json'),
    ENVIRONMENTS__EMPTY__SERVER_KEYS__0: emptyKey,
    ENVIRONMENTS__EMPTY__REQUIRED: 'false',
    SERVER__MAX_BODY_BYTES: '1024',
    SERVER__STREAMS__MAX_PER_KEY: '1',
    MANAGEMENT__TOKEN: token,
    MANAGEMENT__ALLOW_CHANGES: 'true',
    SNAPSHOTS__DIRECTORY: folder,
    STATE_SECRET: 'a-secret-for-what-is-kept',
  })
  await vi.waitFor(
    async () => {
      for (const key of [serverKey, flagdKey]) {
        expect((await ask('data', { route: bulk, status: 200, body: context, key })).status).toBe(200)
      }
    },
    { timeout: 10_000 },
  )
  for (const plane of ['data', 'management'] as const) {
    const answer = await ask(plane, { route: 'GET /openapi.json', status: 200 })
    descriptions[plane] = (await answer.json()) as Description
    ajv.addSchema(closed(descriptions[plane]) as object, plane)
  }
})

afterAll(async () => {
  await relay.close()
  await fake.close()
  await rm(folder, { recursive: true })
})

function document(value: string): ReturnType<typeof flagsmithDocument> {
  return flagsmithDocument([
    { name: 'banner', value },
    { name: 'broken', value: 'x' },
  ])
}

function ask(plane: Plane, { route, path, key, headers, body }: Case): Promise<Response> {
  const [method = '', template = ''] = route.split(' ')
  const bearer = key === undefined ? { data: serverKey, management: token }[plane] : key
  return fetch(origins()[plane] + (path ?? template), {
    method,
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

/** Every object has the described members only. The description leaves that open, for clients that are older than the relay. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, closed(member)]))
  const isOpen = copy['type'] === 'object' && 'properties' in copy && !('additionalProperties' in copy)
  return isOpen ? { ...copy, additionalProperties: false } : copy
}

/** What is wrong with a body by the description; the members of a path are escaped as in a JSON pointer. */
function problemsOf(plane: Plane, members: readonly (string | number)[], body: unknown): string[] {
  const pointer = members.map((member) =>
    encodeURIComponent(String(member).replaceAll('~', '~0').replaceAll('/', '~1')),
  )
  const validate = ajv.compile({ $ref: `${plane}#/${pointer.join('/')}` })
  validate(body)
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

function placeOf(route: string): string[] {
  const [method = '', path = ''] = route.split(' ')
  return ['paths', path, method.toLowerCase()]
}

const documentedRoutes = (plane: Plane): string[] =>
  Object.entries(descriptions[plane].paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )

describe.each(['data', 'management'] as const)('the description of the %s plane', (plane) => {
  it('is OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(
      structuredClone(descriptions[plane]) as unknown as Record<string, unknown>,
    )
    expect(errors ?? []).toEqual([])
    expect(valid).toBe(true)
  })

  it.each(cases[plane])('holds for $route with $status', async (one) => {
    const answer = await ask(plane, one)
    expect(answer.status).toBe(one.status)
    const response = [...placeOf(one.route), 'responses', one.status]
    const described = await isDescribed(plane, answer, response)
    expect(described).toEqual([])
    if (typeof one.body === 'object' && answer.ok) {
      const place = [...placeOf(one.route), 'requestBody', 'content', 'application/json', 'schema']
      expect(problemsOf(plane, place, one.body)).toEqual([])
    }
  })

  it('names no status that was not seen', () => {
    const seen = cases[plane].map(({ route, status }) => `${route} ${status}`)
    const described = documentedRoutes(plane).flatMap((route) => {
      const [, path = '', method = ''] = placeOf(route)
      return Object.keys(descriptions[plane].paths[path]?.[method]?.responses ?? {}).map(
        (status) => `${route} ${status}`,
      )
    })
    const excused = elsewhere[plane].map((line) => line.split(':')[0] ?? '')
    expect(described.toSorted()).toEqual([...new Set([...seen, ...excused])].toSorted())
  })
})

/** What the description does not say of an answer, or says otherwise. */
async function isDescribed(plane: Plane, answer: Response, response: readonly (string | number)[]): Promise<string[]> {
  const own = [...answer.headers.keys()].filter((name) => /^(switchyard-.*|etag|retry-after)$/.test(name))
  const known = Object.keys(descriptions[plane].components.headers).map((name) => name.toLowerCase())
  const strangers = plane === 'data' ? own.filter((name) => !known.includes(name)) : []
  const [type = ''] = (answer.headers.get('content-type') ?? '').split(';')
  if (type === 'text/event-stream') {
    open.push(answer)
    return [...strangers, ...problemsOf(plane, [...response, 'content', type, 'schema'], '')]
  }
  const text = await answer.text()
  if (text === '') return strangers
  const body: unknown = type === 'application/json' ? JSON.parse(text) : text
  return [...strangers, ...problemsOf(plane, [...response, 'content', type, 'schema'], body)]
}

/** Streams that stay open until the end, so that one more is one too many. */
const open: Response[] = []
afterAll(async () => {
  for (const stream of open) await stream.body?.cancel()
})

describe('addresses', () => {
  it('of the data plane are described, and no others', () => {
    expect(documentedRoutes('data').toSorted()).toEqual(
      routes.map(({ method, template }) => `${method} ${template}`).toSorted(),
    )
  })

  it('of the management plane are described, and no others', () => {
    const { router } = createManagementApp({} as ManagementOptions) as unknown as {
      readonly router: { readonly stack: readonly { readonly route?: { readonly path: string } }[] }
    }
    const registered = router.stack.flatMap(({ route }) => (route === undefined ? [] : [route.path]))
    const described = Object.keys(descriptions.management.paths)
    expect(described.toSorted()).toEqual([...new Set([...registered, '/livez', '/readyz'])].toSorted())
  })

  it('of the management plane are those on the page', () => {
    const [, , managementPlane = ''] = textOf('docs/endpoints.md').split('\n## ')
    const listed = [...managementPlane.matchAll(/^\| `(\/[^`]*)` +\| ([A-Z]+) +\|/gm)].map(
      ([, path, method]) => `${method} ${path}`,
    )
    expect(documentedRoutes('management').toSorted()).toEqual(listed.toSorted())
  })
})

describe('answers that need a story', () => {
  const snapshotsNow = async (): Promise<SnapshotsAnswer> => {
    const answer = await ask('management', {
      route: 'GET /snapshots',
      path: '/snapshots?environment=prod',
      status: 200,
    })
    return (await answer.json()) as SnapshotsAnswer
  }

  it('are as described: what was activated, what is held back, and its confirmation', async () => {
    await expect.poll(async () => (await snapshotsNow()).snapshots.length).toBeGreaterThan(0)
    const [first] = (await snapshotsNow()).snapshots
    const activated = await ask('management', {
      route: 'POST /snapshots/activate',
      status: 200,
      body: { ...prod, snapshot: first?.id },
    })
    expect(activated.status).toBe(200)
    fake.publish(document('second'))
    await expect.poll(async () => (await snapshotsNow()).held?.reason).toBe('activated')
    const [list, status] = await Promise.all([snapshotsNow(), ask('management', { route: 'GET /status', status: 200 })])
    expect(problemsOf('management', ['components', 'schemas', 'Snapshots'], list)).toEqual([])
    expect(problemsOf('management', ['components', 'schemas', 'Status'], await status.json())).toEqual([])
    const confirmed = await ask('management', {
      route: 'POST /snapshots/confirm',
      status: 200,
      body: { ...prod, revision: list.held?.revision },
    })
    const place = [...placeOf('POST /snapshots/confirm'), 'responses', 200]
    expect([confirmed.status, ...(await isDescribed('management', confirmed, place))]).toEqual([200])
  })

  it('are as described: a relay that is not ready', async () => {
    await rm(join(folder, 'flags.json'))
    fake.fault = { kind: 'status', status: 500 }
    const strict = { route: 'GET /readyz', path: '/readyz?fail-on=stale', status: 503 }
    await expect.poll(async () => (await ask('management', strict)).status).toBe(503)
    const place = [...placeOf('GET /readyz'), 'responses', 503]
    expect(await isDescribed('management', await ask('management', strict), place)).toEqual([])
  })
})
