import { readFileSync } from 'node:fs'
import { compile, normalizeContext, vendors } from '@switchyard/engine'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Evaluate, type FakeFlagbase, type RawRuleset, startFakeFlagbase } from './fake-flagbase.js'

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/flagbase/${name}`, import.meta.url), 'utf8'))
}

interface Exchange {
  readonly name: string
  readonly service: 'poller' | 'api'
  readonly request: {
    readonly method: 'GET' | 'POST' | 'HEAD' | 'OPTIONS'
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string | null
  }
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: unknown
  }
}

const ruleset = readFixture('ruleset-production.json') as RawRuleset & {
  readonly data: readonly { readonly attributes: { readonly flagKey: string } }[]
}
const exchanges = (readFixture('http-exchanges.json') as readonly Exchange[]).filter(
  ({ service }) => service === 'poller',
)
const evaluations = readFixture('evaluations-production.json') as readonly {
  readonly context: object
  /** Of the whole answer. */
  readonly etag: string
}[]

/** The engine stands in for the server: the recorded validators are digests of what that one answered. */
function createEvaluate(): Evaluate {
  const decoded = vendors.get('flagbase')?.decode(ruleset)
  if (decoded?.ok !== true) throw new Error('the recorded ruleset is not read')
  const translation = vendors.get('flagbase')?.translate(decoded.document)
  if (translation === undefined) throw new Error('the recorded ruleset is not translated')
  const { snapshot } = compile(translation.ruleset)
  return ({ identifier, traits }) =>
    ruleset.data.map(({ attributes: { flagKey } }) => {
      const context = normalizeContext({ ...(traits as object | undefined), targetingKey: identifier })
      const { variant = '', metadata } = snapshot.evaluate(flagKey, context, { nowMs: 0, random: () => 0 })
      return { flagKey, variationKey: variant, reason: String(metadata['flagbaseReason']) }
    })
}

/** What exactly the raw ruleset's validator is a digest of is not known, so the fake has one of its own. */
const recordedValidator =
  exchanges.find(({ name }) => name === 'raw ruleset with server key')?.response.headers['etag'] ?? ''
/** How the transport frames a body, and a length that follows from words of Go's that are not imitated. */
const notImitated = ['transfer-encoding', 'content-length']

let fake: FakeFlagbase
let validator: string

beforeAll(async () => {
  fake = await startFakeFlagbase(ruleset, createEvaluate())
  const { headers, body } = await request(fake.baseUrl, { headers: { 'x-sdk-key': fake.serverKey } })
  await body.dump()
  validator = String(headers['etag'])
})

afterAll(() => fake.close())

/** What stands for something else in the recording, put in its place. */
function inPlace(text: string): string {
  return text
    .replaceAll('<server key>', fake.serverKey)
    .replaceAll('<client key>', fake.clientKey)
    .replaceAll(recordedValidator, validator)
}

describe("the fake of Flagbase's poller", () => {
  it('stands for sixteen recorded exchanges', () => {
    expect(exchanges).toHaveLength(16)
    expect(validator).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each(exchanges)('answers as recorded: $name', async ({ request: asked, response: recorded }) => {
    const answer = await request(`${fake.baseUrl}${asked.path}`, {
      method: asked.method,
      headers: JSON.parse(inPlace(JSON.stringify(asked.headers))) as Record<string, string>,
      body: asked.body,
    })
    const text = await answer.body.text()
    expect(answer.statusCode).toBe(recorded.status)
    const expected = Object.entries(recorded.headers).filter(([name]) => !notImitated.includes(name))
    expect(answer.headers).toMatchObject(Object.fromEntries(expected.map(([name, value]) => [name, inPlace(value)])))
    expect(comparable(answer.statusCode, shortened(text))).toEqual(comparable(recorded.status, recorded.body))
  })

  it('answers every recorded context with the recorded validator', async () => {
    expect(evaluations).toHaveLength(129)
    for (const { context, etag } of evaluations) {
      const headers = { 'x-sdk-key': fake.clientKey }
      const answer = await request(fake.baseUrl, { method: 'POST', headers, body: JSON.stringify(context) })
      await answer.body.dump()
      expect([context, answer.headers['etag']]).toEqual([context, etag])
    }
  })
})

/** A body as the recording shows it: lists end after their first item. */
function shortened(text: string): unknown {
  if (!text.startsWith('{')) return text === '' ? null : text
  const body = JSON.parse(text) as { readonly data?: readonly unknown[] }
  return body.data === undefined ? body : { data: [body.data[0], `... ${body.data.length - 1} more`] }
}

/** Without the messages of status 400, which are those of Go's JSON decoder. */
function comparable(status: number, body: unknown): unknown {
  if (status !== 400) return body
  const { errors } = body as { readonly errors: readonly { readonly code: string }[] }
  return errors.map(({ code }) => code)
}
