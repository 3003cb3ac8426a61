import { connect, type AddressInfo } from 'node:net'
import { renderExplanation } from '@switchyard/engine'
import { describe, expect, it } from 'vitest'
import { startPlane, type PlaneOptions } from './start-plane.js'

const rule = { if: [{ ends_with: [{ var: 'email' }, '@corp.example'] }, 'on', 'off'] }
const clock = { if: [{ '>=': [{ var: '$flagd.timestamp' }, 1_800_000_000] }, 'on', 'off'] }
const flagOf = (targeting?: object) => ({
  state: 'ENABLED',
  variants: { on: true, off: false },
  defaultVariant: 'off',
  ...(targeting === undefined ? {} : { targeting }),
})
const document = { flags: { banner: flagOf(rule), later: flagOf(clock), plain: flagOf() } }

const start = (documents: PlaneOptions['documents'] = { shop: document }, token?: string) =>
  startPlane({ documents, token })

const context = { targetingKey: 'user-1', email: 'ada@corp.example' }

describe('POST /explain', () => {
  it('says why a flag answers what it answers, of which revision', async () => {
    const { ask, revision } = await start()
    const { status, headers, body } = await ask.post('/explain').send({ flag: 'banner', context })
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(Object.keys(body)).toEqual(['revision', 'environment', 'explanations'])
    expect([body.revision, body.environment]).toEqual([revision, 'shop'])
    expect(body.explanations.map(renderExplanation)).toEqual([
      `banner = true, variant on, reason TARGETING_MATCH
  metadata: flagSetId "shop"
  Rule 1 matches:
    yes  email ends with "@corp.example" (email: "ada@corp.example")
    Answer: variant on.
`,
    ])
  })

  it('explains all flags where none is named, and several in the order in which they are named, once each', async () => {
    const { ask } = await start()
    const keysOf = async (body: object) =>
      (await ask.post('/explain').send(body)).body.explanations.map(({ flagKey }: { flagKey: string }) => flagKey)
    expect(await keysOf({})).toEqual(['banner', 'later', 'plain'])
    expect(await keysOf({ flag: ['plain', 'banner', 'plain'] })).toEqual(['plain', 'banner'])
    expect(await keysOf({ flag: [] })).toEqual([])
  })

  it('reads the clock that it is given, or its own', async () => {
    const { ask } = await start()
    const answerAt = async (more: object) =>
      (await ask.post('/explain').send({ flag: 'later', ...more })).body.explanations[0].outcome.value
    expect(await answerAt({})).toBe(false)
    expect(await answerAt({ now: '2027-06-01T00:00:00+02:00' })).toBe(true)
  })

  it('leaves out the values of the context when it is told to', async () => {
    const { text } = await (await start()).ask.post('/explain').send({ context, redact: true })
    expect(text).not.toContain('ada@corp.example')
    expect(text).toContain('"value":"<string>"')
  })

  it('explains what a request would be answered: reserved attributes are left out', async () => {
    const flags = { banner: flagOf({ if: [{ '==': [{ var: '$flagd.flagKey' }, 'banner'] }, 'on', 'off'] }) }
    const { body } = await (
      await start({ shop: { flags } })
    ).ask
      .post('/explain')
      .send({ context: { $flagd: { flagKey: 'other' } } })
    expect(body.explanations[0].outcome.value).toBe(true)
    expect(JSON.stringify(body)).not.toContain('other')
  })

  it('takes the environment by its name where there are several', async () => {
    const { ask } = await start({ shop: document, blog: { flags: { post: flagOf() } } })
    const { body } = await ask.post('/explain').send({ environment: 'blog' })
    expect([body.environment, body.explanations.length]).toEqual(['blog', 1])
  })

  it.each<[string, object, number, string, string]>([
    [
      'an environment that does not exist',
      { environment: 'x' },
      404,
      'ENVIRONMENT_NOT_FOUND',
      'there are shop, blog, late',
    ],
    ['no environment among several', {}, 400, 'INVALID_REQUEST', 'environment is missing: there are shop, blog, late'],
    ['an environment without data', { environment: 'late' }, 503, 'PROVIDER_NOT_READY', 'late has no data yet'],
    [
      'a flag that does not exist',
      { environment: 'shop', flag: ['banner', 'x'] },
      404,
      'FLAG_NOT_FOUND',
      'flag "x" not found',
    ],
    [
      'a flag named after what objects have',
      { environment: 'shop', flag: 'toString' },
      404,
      'FLAG_NOT_FOUND',
      'toString',
    ],
    [
      'a misspelt member',
      { flags: 'banner' },
      400,
      'INVALID_REQUEST',
      '"flags": known are environment, flag, context, now',
    ],
    ['a flag key that is no text', { flag: [1] }, 400, 'INVALID_REQUEST', 'flag is neither'],
    ['a context that is no object', { context: [] }, 400, 'INVALID_REQUEST', 'context is not an object'],
    [
      'a targeting key that is no text',
      { context: { targetingKey: 1 } },
      400,
      'INVALID_REQUEST',
      'targetingKey is not',
    ],
    ['a time without a zone', { now: '2026-01-31T12:00:00' }, 400, 'INVALID_REQUEST', 'now is not a time'],
    ['the 13th month', { now: '2026-13-01T00:00:00Z' }, 400, 'INVALID_REQUEST', 'now is not a time'],
    ['redact as text', { redact: 'yes' }, 400, 'INVALID_REQUEST', 'redact is neither true nor false'],
    ['a list', [], 400, 'INVALID_REQUEST', 'the body is not a JSON object'],
  ])('refuses %s', async (_name, body, status, code, message) => {
    const { ask } = await start({ shop: document, blog: document, late: null })
    const response = await ask.post('/explain').send(body)
    expect([response.status, response.body.error.code]).toEqual([status, code])
    expect(response.body.error.message).toContain(message)
  })

  it('refuses more flags than anybody reads', async () => {
    const flags = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`flag-${index}`, flagOf()]))
    const { ask } = await start({ shop: { flags } })
    const response = await ask.post('/explain').send({})
    expect([response.status, response.body.error.message]).toEqual([
      400,
      'at most 200 flags are explained at once, and these are 201: name some as "flag"',
    ])
    expect((await ask.post('/explain').send({ flag: Object.keys(flags).slice(1) })).status).toBe(200)
  })

  it.each<[string, string, string, number, string]>([
    [
      'a body of more than 1 MiB',
      'application/json',
      `{"flag":"${'x'.repeat(1_048_576)}"}`,
      413,
      'longer than the 1048576',
    ],
    ['a body that is no JSON', 'application/json', '{"flag": ada@corp.example', 400, 'the body is not JSON'],
    ['a form', 'application/x-www-form-urlencoded', 'flag=banner', 415, 'the body must be application/json'],
    ['plain text, which pages of other origins may send', 'text/plain', '{}', 415, 'the body must be application/json'],
    ['another charset', 'application/json; charset=latin1', '{}', 415, 'the body must be UTF-8, not compressed'],
  ])('refuses %s', async (_name, type, body, status, message) => {
    const response = await (await start()).ask.post('/explain').set('content-type', type).send(body)
    expect([response.status, response.body.error.code]).toEqual([status, 'INVALID_REQUEST'])
    expect(response.body.error.message).toContain(message)
    expect(response.text).not.toContain('ada')
  })

  it('refuses a compressed body and one that is not there', async () => {
    const { ask } = await start()
    const zipped = await ask
      .post('/explain')
      .set('content-encoding', 'gzip')
      .set('content-type', 'application/json')
      .send('{}')
    expect([zipped.status, (await ask.post('/explain')).status]).toEqual([415, 415])
  })

  it('answers POST only', async () => {
    const response = await (await start()).ask.get('/explain')
    expect([response.status, response.headers.allow, response.body.error.message]).toEqual([
      405,
      'POST',
      '/explain answers POST, not GET',
    ])
  })

  it('wants the token as the status does', async () => {
    const { ask } = await start({ shop: document }, 'sesame')
    expect((await ask.post('/explain').send({})).status).toBe(401)
    expect((await ask.post('/explain').set('authorization', 'Bearer sesame').send({})).status).toBe(200)
  })

  it('does not log who goes away in the middle as a mistake', async () => {
    const { ask, server, lines } = await start()
    await ask.post('/explain').send({})
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(
      'POST /explain HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
    )
    await new Promise((resolve) => socket.once('connect', resolve))
    await ask.post('/explain').send({})
    socket.destroy()
    await new Promise((resolve) => socket.once('close', resolve))
    await ask.post('/explain').send({})
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })

  it('logs nothing of the context', async () => {
    const { ask, lines } = await start()
    await ask.post('/explain').send({ context })
    await ask.post('/explain').send({ context: { targetingKey: ['ada@corp.example'] } })
    expect(lines.join('')).not.toContain('corp.example')
  })
})
