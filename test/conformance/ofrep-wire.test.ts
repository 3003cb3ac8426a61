import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { ingest } from '../../relay/src/environments/ingest.js'
import {
  breakableClock,
  bulkPath,
  clientKey,
  serverKey,
  startPlane,
  waitingKey,
  type TestPlane,
} from '../../relay/test/http/plane.js'
import { readOfrepDocument, repairs, type Repair } from './ofrep-document.js'

const document = readOfrepDocument()

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

async function post(
  plane: TestPlane,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await request(plane.url + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${serverKey}`, ...headers },
  })
  const bytes = Buffer.from(await answer.body.arrayBuffer())
  const text = answer.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
  return { status: answer.statusCode, headers: answer.headers, text: text.toString() }
}

/** What is wrong with the body by the document; nothing where all is well. */
function problemsOf(operationId: string, { status, text }: Answer): unknown {
  const validate = document.bodies.get(operationId)?.get(status)
  if (validate === undefined) return `the document has no status ${status}`
  if (validate === null) return status === 304 && text !== '' ? 'there is a body' : null
  return validate(JSON.parse(text)) ? null : validate.errors
}

describe('the document', () => {
  it.each(repairs)('is wrong as it is written: $why', (repair: Repair) => {
    const others = repairs.filter((other) => other !== repair)
    expect(readOfrepDocument(others).schema(repair.schema)(repair.value)).toBe(repair.isRefused)
    expect(document.schema(repair.schema)(repair.value)).toBe(!repair.isRefused)
  })

  it('refuses values without a type, keys that are none and metadata that are not flat', () => {
    const isSuccess = document.schema('evaluationSuccess')
    expect(isSuccess({ key: 'a', reason: 'STATIC', value: 1.5 })).toBe(true)
    expect(isSuccess({ reason: 'STATIC', value: 1 })).toBe(false)
    expect(isSuccess({ key: 'a', value: 1 })).toBe(false)
    expect(isSuccess({ key: 'a', reason: 'STATIC', value: 1, metadata: { a: {} } })).toBe(false)
  })
})

/** One request for each status that the relay gives, and what it has to have besides what the document says. */
interface Case {
  readonly name: string
  readonly operationId: 'evaluateFlag' | 'evaluateFlagsBulk'
  readonly path: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
  readonly isClockBroken?: true
  readonly status: number
  readonly answer?: object
  readonly answerHeaders?: Record<string, unknown>
}

const single = (key: string) => ({ operationId: 'evaluateFlag', path: `${bulkPath}/${key}` }) as const
const bulk = { operationId: 'evaluateFlagsBulk', path: bulkPath } as const
const context = { targetingKey: 'user-123', email: 'user@example.com', plan: 'gold', country: 'CA' }
const quoted = expect.stringMatching(/^"[\w-]+"$/)

const cases: readonly Case[] = [
  { name: 'a value', ...single('plain'), status: 200, answer: { key: 'plain', value: true } },
  { name: 'an object', ...single('a%2Fb%20c%25'), status: 200, answer: { value: { deep: [1, null] } } },
  { name: 'a number', ...single('keyed'), body: { context }, status: 200, answer: { value: 1.5 } },
  { name: 'a code default', ...single('off'), status: 200, answer: { key: 'off', reason: 'DISABLED', variant: 'off' } },
  { name: 'a context that does not do', ...single('keyed'), status: 400, answer: { key: 'keyed' } },
  { name: 'a flag that does not work', ...single('broken'), status: 400, answer: { errorCode: 'PARSE_ERROR' } },
  { name: 'a body that is not JSON', ...single('plain'), body: '{', status: 400, answer: { key: 'plain' } },
  { name: 'a key that is not encoded', ...single('%zz'), status: 400, answer: { key: '%zz' } },
  { name: 'no such flag', ...single('none'), status: 404, answer: { key: 'none', errorCode: 'FLAG_NOT_FOUND' } },
  { name: 'no key', ...single('plain'), headers: { authorization: '' }, status: 401 },
  { name: 'a mistake of ours', ...single('plain'), isClockBroken: true, status: 500, answer: { key: 'plain' } },
  { name: 'all flags', ...bulk, body: { context }, status: 200, answerHeaders: { etag: quoted } },
  { name: 'all flags for a client', ...bulk, headers: { authorization: `bearer ${clientKey}` }, status: 200 },
  { name: 'no context', ...bulk, body: '', status: 200, answer: { metadata: { flagSetId: 'shop' } } },
  {
    name: 'a refetch that an event asked for',
    ...bulk,
    path: `${bulkPath}?flagConfigEtag=%22e1%22&flagConfigLastModified=5`,
    status: 200,
  },
  {
    name: 'what the client has',
    ...bulk,
    headers: { 'if-none-match': '*' },
    status: 304,
    answerHeaders: { etag: quoted },
  },
  {
    name: 'a context that is none',
    ...bulk,
    body: { context: 1 },
    status: 400,
    answer: { errorCode: 'INVALID_CONTEXT' },
  },
  { name: 'an unknown key', ...bulk, headers: { authorization: 'Bearer x' }, status: 401 },
  {
    name: 'a mistake of ours',
    ...bulk,
    isClockBroken: true,
    status: 500,
    answer: { errorDetails: expect.any(String) },
  },
]

describe('an answer', () => {
  it.each(cases)('of $operationId to $name has status $status and its body', async (asked) => {
    const clock = breakableClock()
    const plane = await startPlane({ now: clock.now })
    if (asked.isClockBroken) clock.breakWith('broken')
    const answer = await post(plane, asked.path, asked.body ?? {}, asked.headers)
    expect(answer.status).toBe(asked.status)
    expect(problemsOf(asked.operationId, answer)).toBe(null)
    if (asked.answer !== undefined) expect(JSON.parse(answer.text)).toMatchObject(asked.answer)
    if (asked.answerHeaders !== undefined) expect(answer.headers).toMatchObject(asked.answerHeaders)
    const type = answer.status === 304 ? undefined : 'application/json'
    expect(answer.headers['content-type']).toBe(type)
  })

  /** Statuses of the document that the relay never gives. */
  const neverGiven: readonly (readonly [status: number, why: string])[] = [
    [403, 'a key opens an environment or it does not: there is nothing that one is known for and may not'],
    [429, 'requests are not limited'],
  ]

  it('exists for every status of the document but those that are never given', () => {
    const given = new Set(cases.map(({ operationId, status }) => `${operationId} ${status}`))
    const missing = [...document.bodies].flatMap(([operationId, bodies]) =>
      [...bodies.keys()].filter((status) => !given.has(`${operationId} ${status}`)),
    )
    expect(new Set(missing)).toEqual(new Set(neverGiven.map(([status]) => status)))
  })

  it.each([
    ['the key has no data yet', { authorization: `Bearer ${waitingKey}` }, '{}', 503],
    ['the body is too long', {}, ' '.repeat(2 ** 20 + 1), 413],
    ['the body is something else', { 'content-type': 'text/plain' }, 'hello', 415],
  ])('has an OFREP error where the document is silent: %s', async (_, headers, body, status) => {
    const plane = await startPlane()
    const one = await post(plane, `${bulkPath}/plain`, body, headers)
    const all = await post(plane, bulkPath, body, headers)
    expect([one.status, all.status]).toEqual([status, status])
    expect(document.schema('evaluationFailure')(JSON.parse(one.text))).toBe(true)
    expect(document.schema('bulkEvaluationFailure')(JSON.parse(all.text))).toBe(true)
  })

  it('says when to come back in seconds, which is the one form that all clients read', async () => {
    const plane = await startPlane()
    const { headers } = await post(plane, bulkPath, {}, { authorization: `Bearer ${waitingKey}` })
    expect(headers['retry-after']).toMatch(/^[1-9]\d*$/)
  })

  it.each(['plain', 'keyed', 'broken', 'none', '%'])(
    'to the single evaluation of %s carries the key and, unless it succeeds, an error code',
    async (key) => {
      const plane = await startPlane()
      const { status, text } = await post(plane, `${bulkPath}/${key}`, {})
      const body: object = JSON.parse(text)
      expect(body).toHaveProperty('key', key)
      expect(Object.hasOwn(body, 'errorCode')).toBe(status !== 200)
      expect([200, 400, 404]).toContain(status)
    },
  )
})

interface Item {
  readonly key: string
  readonly metadata?: object
}

interface VendorDocument {
  readonly vendor: string
  readonly document: unknown
}

function fixture(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8'))
}

const documents: readonly VendorDocument[] = [
  { vendor: 'flagsmith', document: fixture('flagsmith/environment-shop-production.json') },
  { vendor: 'featbit', document: fixture('featbit/payload-core.json') },
  { vendor: 'flagbase', document: fixture('flagbase/ruleset-production.json') },
  { vendor: 'cloudbees', document: fixture('cloudbees/documents/doc1-rox-c-production-sample/envelope.json') },
  { vendor: 'flagd', document: (fixture('flagd/resolution.json') as { document: unknown }).document },
]

describe('the flags of every vendor', () => {
  it.each(documents)('are answered in the shape of the document: $vendor', async ({ vendor, document: given }) => {
    const ingestion = ingest(given, {})
    if (!ingestion.ok) throw new Error(ingestion.message)
    expect(ingestion.vendor.name).toBe(vendor)
    const plane = await startPlane()
    plane.shop.serve(ingestion.snapshot.ruleset)
    for (const asked of [{ context }, {}, { context: { targetingKey: 'u1' } }]) {
      const all = await post(plane, bulkPath, asked, { 'accept-encoding': 'gzip' })
      expect(problemsOf('evaluateFlagsBulk', all)).toBe(null)
      const { flags } = JSON.parse(all.text) as { flags: Item[] }
      expect(flags.length).toBeGreaterThan(5)
      expect(flags.map(({ key }) => key)).toEqual(flags.map(({ key }) => key).sort())
      for (const item of flags) {
        const one = await post(plane, `${bulkPath}/${encodeURIComponent(item.key)}`, asked)
        expect(problemsOf('evaluateFlag', one)).toBe(null)
        expect(JSON.parse(one.text)).toEqual(item)
      }
    }
  })
})
