/**
 * What a client key can never get, asked of every route there is, with every method: rules, segments, other identities, flags that are for
 * servers only, the ruleset and its stream. A route that is added without a line here fails.
 */
import { describe, expect, it } from 'vitest'
import type { Flag, Outcome, Ruleset } from '@switchyard/engine'
import { routes } from '../../src/http/routes.js'
import { dataPlaneDescription } from '../../src/openapi/data-plane.js'
import { clientKey, serverKey, startPlane, type TestPlane } from './plane.js'
import { readStream } from './read-stream.js'

/** Recognised wherever it turns up: a client key must never be told a text with it. */
const mark = 'confidential'

const error = (errorCode: NonNullable<Outcome['errorCode']>, details: string): Flag => ({
  outcomes: [{ reason: 'ERROR', errorCode, errorDetails: `${details}, says the ${mark}-rule` }],
  decide: 0,
})

const ruleset: Partial<Ruleset> = {
  flags: {
    open: {
      outcomes: [
        { value: 'red', variant: 'red', reason: 'TARGETING_MATCH', serverMetadata: { segment: `${mark}-segment` } },
        { value: 'blue', variant: 'blue', reason: 'SPLIT', serverMetadata: { rule: `${mark}-rule` } },
        { value: 'green', variant: 'green', reason: 'DEFAULT' },
      ],
      decide: {
        targets: {
          rules: [
            { when: ['segment', `${mark}-segment`], then: 0, name: `${mark}-rule` },
            { when: ['eq', ['attr', 'mail'], `${mark}@example.com`], then: 1 },
          ],
          else: 2,
        },
      },
    },
    [`${mark}-for-servers`]: {
      audience: 'server',
      outcomes: [{ value: `${mark}-value`, variant: 'on', reason: 'STATIC' }],
      decide: 0,
    },
    [`${mark}-internal`]: {
      audience: 'internal',
      outcomes: [{ value: `${mark}-value`, variant: 'on', reason: 'STATIC' }],
      decide: 0,
    },
    [`${mark}-hidden`]: { outcomes: [{ value: `${mark}-value`, reason: 'STATIC', hidden: true }], decide: 0 },
    general: error('GENERAL', 'it went wrong'),
    unparsable: error('PARSE_ERROR', 'it cannot be read'),
    mismatch: error('TYPE_MISMATCH', 'it is no number'),
    keyless: error('TARGETING_KEY_MISSING', 'there is no key'),
    invalid: error('INVALID_CONTEXT', 'there is no plan'),
    gone: error('FLAG_NOT_FOUND', 'it is archived'),
  },
  segments: { [`${mark}-segment`]: { name: `${mark}-segment`, when: ['eq', ['attr', 'plan'], `${mark}-plan`] } },
  targets: { [`${mark}-identity`]: { open: 1 } },
}

/** What a client key is answered, by method and template; every other method is answered 405, and OPTIONS 204 everywhere. */
const expected: Readonly<Record<string, number>> = {
  'POST /ofrep/v1/evaluate/flags': 200,
  'POST /ofrep/v1/evaluate/flags/{key}': 200,
  'GET /ofrep/v1/events': 200,
  'HEAD /ofrep/v1/events': 200,
  'GET /switchyard/v1/ruleset': 403,
  'HEAD /switchyard/v1/ruleset': 403,
  'GET /switchyard/v1/stream': 403,
  'HEAD /switchyard/v1/stream': 403,
  'POST /switchyard/v1/usage': 403,
  'GET /flagd/v1/flags.json': 403,
  'HEAD /flagd/v1/flags.json': 403,
  'GET /openapi.json': 200,
  'HEAD /openapi.json': 200,
  'GET /healthz': 200,
  'HEAD /healthz': 200,
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const templates = [...new Set(routes.map(({ template }) => template))]
const walk = templates.flatMap((template) => methods.map((method) => ({ method, template })))

/** Ways of presenting a key. */
const presentations: readonly ((key: string) => Record<string, string>)[] = [
  (key) => ({ authorization: `Bearer ${key}` }),
  (key) => ({ 'x-api-key': key }),
]

async function start(): Promise<TestPlane> {
  const plane = await startPlane()
  plane.shop.vendor = 'flagd'
  plane.shop.original = JSON.stringify({ flags: { [`${mark}-flag`]: {} } })
  plane.shop.serve(ruleset)
  return plane
}

interface Told {
  readonly status: number
  /** Everything that came: headers and body. */
  readonly text: string
}

async function ask(plane: TestPlane, { method, path, headers, body }: Asked): Promise<Told> {
  if (method === 'GET' && path.startsWith('/ofrep/v1/events')) {
    const stream = await readStream(plane.url + path, headers)
    const sequence = plane.shop.served?.sequence ?? 0
    plane.shop.serve({ ...ruleset, metadata: { flagSetId: `number ${sequence}` } })
    while (stream.events.length === 0) await new Promise(setImmediate)
    return { status: stream.status, text: JSON.stringify(stream.headers) + stream.text() }
  }
  const sent = method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}
  const answer = await fetch(plane.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...sent,
  })
  return { status: answer.status, text: JSON.stringify([...answer.headers]) + (await answer.text()) }
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body?: unknown
}

describe('a client key', () => {
  it('has a line here for each route, and each route has one in the description', () => {
    const known = routes.flatMap(({ method, template }) =>
      method === 'GET' ? [`GET ${template}`, `HEAD ${template}`] : [`${method} ${template}`],
    )
    expect(Object.keys(expected).toSorted()).toEqual(known.toSorted())
    const { paths } = JSON.parse(dataPlaneDescription) as { paths: object }
    expect(Object.keys(paths).toSorted()).toEqual(templates.toSorted())
  })

  it.each(walk)('is told nothing that is not for it by $method $template', async ({ method, template }) => {
    const plane = await start()
    const status = method === 'OPTIONS' ? 204 : (expected[`${method} ${template}`] ?? 405)
    for (const present of presentations) {
      const path = template.replace('{key}', 'open')
      const told = await ask(plane, { method, path, headers: present(clientKey) })
      expect([told.status, told.text.includes(mark)]).toEqual([status, false])
      const { revision = '?' } = plane.shop.served?.snapshot.ruleset ?? {}
      expect(told.text).not.toContain(revision)
    }
  })

  it('is told less than a server key, so that there is something to hide', async () => {
    const plane = await start()
    const paths = ['/switchyard/v1/ruleset', '/flagd/v1/flags.json']
    const headers = { authorization: `Bearer ${serverKey}` }
    for (const path of paths) expect((await ask(plane, { method: 'GET', path, headers })).text).toContain(mark)
    const bulk = { method: 'POST', path: '/ofrep/v1/evaluate/flags', headers }
    expect((await ask(plane, bulk)).text).toContain(`${mark}-for-servers`)
  })

  it.each(['?format=1', '?token=x', '?key=x', '?audience=server', '?environment=blog'])(
    'gets no more of the ruleset with %s, or with headers that ask for it',
    async (query) => {
      const plane = await start()
      const headers = {
        authorization: `Bearer ${clientKey}`,
        accept: 'application/vnd.switchyard.ruleset+json',
        'if-none-match': '*',
      }
      for (const path of ['/switchyard/v1/ruleset', '/switchyard/v1/stream', '/flagd/v1/flags.json']) {
        const told = await ask(plane, { method: 'GET', path: path + query, headers })
        expect([told.status, told.text.includes(mark)]).toEqual([403, false])
      }
    },
  )

  it('cannot tell a flag for servers, an internal or a hidden one from one that does not exist', async () => {
    const plane = await start()
    const single = async (key: string): Promise<string> => {
      const path = `/ofrep/v1/evaluate/flags/${key}`
      const { status, text } = await ask(plane, { method: 'POST', path, headers: { 'x-api-key': clientKey } })
      const body = text.slice(text.indexOf(']]') + 2)
      return `${status} ${body.replaceAll(key, 'KEY')}`
    }
    const none = await single('nothing-like-it')
    expect(none).toMatch(/^404 /)
    for (const kind of ['for-servers', 'internal', 'hidden']) expect(await single(`${mark}-${kind}`)).toBe(none)
  })

  it('is told by an error no more than its code, singly and in bulk', async () => {
    const plane = await start()
    const headers = { authorization: `Bearer ${clientKey}` }
    const details = new Map([
      ['general', 'the flag cannot be evaluated'],
      ['unparsable', 'the flag cannot be evaluated'],
      ['mismatch', 'the flag cannot be evaluated'],
      ['invalid', 'the flag cannot be evaluated'],
      ['keyless', 'a targeting key is needed'],
      ['gone', 'flag "gone" not found'],
    ])
    const bulk = await ask(plane, { method: 'POST', path: '/ofrep/v1/evaluate/flags', headers })
    for (const [flag, errorDetails] of details) {
      const { text } = await ask(plane, { method: 'POST', path: `/ofrep/v1/evaluate/flags/${flag}`, headers })
      expect(JSON.parse(text.slice(text.indexOf(']]') + 2))).toMatchObject({ key: flag, errorDetails })
      if (flag !== 'gone') expect(bulk.text).toContain(JSON.stringify(errorDetails).slice(1, -1))
    }
    expect(bulk.text).not.toContain(mark)
  })

  it('is told of the identity that it asks for, and nothing by which another one could be found', async () => {
    const plane = await start()
    const headers = { authorization: `Bearer ${clientKey}` }
    const path = '/ofrep/v1/evaluate/flags/open'
    const asking = async (context: object): Promise<unknown> => {
      const { text } = await ask(plane, { method: 'POST', path, headers, body: { context } })
      return JSON.parse(text.slice(text.indexOf(']]') + 2))
    }
    const stranger = await asking({ targetingKey: 'somebody' })
    expect(stranger).toMatchObject({ value: 'green' })
    // Whoever knows an identifier can ask for its answer; what decided is not told.
    const known = await asking({ targetingKey: `${mark}-identity` })
    expect(known).toMatchObject({ value: 'blue' })
    expect(JSON.stringify(known)).not.toContain(mark)
  })

  it('opens no door of another environment', async () => {
    const plane = await start()
    plane.blog.serve({ flags: { [`${mark}-of-blog`]: { outcomes: [{ value: 1, reason: 'STATIC' }], decide: 0 } } })
    const headers = { authorization: `Bearer ${clientKey}` }
    for (const path of ['/ofrep/v1/evaluate/flags', '/ofrep/v1/evaluate/flags?environment=blog']) {
      const told = await ask(plane, { method: 'POST', path, headers, body: { environment: 'blog', context: {} } })
      expect(told.text).not.toContain(mark)
    }
  })
})
