import {
  OpenFeature,
  ProviderEvents,
  ProviderStatus,
  type Client,
  type EvaluationContext,
  type EventDetails,
} from '@openfeature/server-sdk'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { SwitchyardProvider, type SwitchyardProviderOptions } from '../../src/server/index.js'
import { json, startScriptedServer, type Answer, type ScriptedServer } from './scripted-server.js'

const empty = json(200, { flags: [] })
const flag =
  (members: object): Answer =>
  (request, response) =>
    request.path.endsWith('/flags')
      ? empty(request, response)
      : json(200, { key: decodeURIComponent(request.path.split('/').at(-1) ?? ''), reason: 'STATIC', ...members })(
          request,
          response,
        )

let server: ScriptedServer | undefined

async function serve(answer: Answer): Promise<ScriptedServer> {
  server = await startScriptedServer(answer)
  return server
}

let domains = 0

function cyclic(): object {
  const context: { targetingKey: string; self?: object } = { targetingKey: 'u' }
  context.self = context
  return context
}

async function connect(
  url: string,
  options: Partial<SwitchyardProviderOptions> = {},
): Promise<{ client: Client; events: string[] }> {
  const domain = `remote-${domains++}`
  const events: string[] = []
  const client = OpenFeature.getClient(domain)
  for (const event of Object.values(ProviderEvents)) {
    client.addHandler(event, (details?: EventDetails) => events.push(`${event} ${details?.message ?? ''}`.trim()))
  }
  await OpenFeature.setProviderAndWait(domain, new SwitchyardProvider({ url, mode: 'remote', ...options })).catch(
    () => undefined,
  )
  return { client, events }
}

afterEach(async () => {
  await OpenFeature.clearProviders()
  await server?.close()
  server = undefined
})

describe('the remote provider', () => {
  it('asks the relay with the key, the context and the encoded flag key', async () => {
    const { url, received } = await serve(flag({ value: true, variant: 'on', metadata: { team: 'a' } }))
    const { client } = await connect(`${url}/prefix/`, { apiKey: 'secret', headers: { 'x-tenant': 't' } })
    const details = await client.getBooleanDetails('a/b c', false, { targetingKey: 'u', when: new Date(0) })
    expect(details).toMatchObject({ value: true, variant: 'on', reason: 'STATIC', flagMetadata: { team: 'a' } })
    expect(received.at(-1)).toMatchObject({
      path: '/prefix/ofrep/v1/evaluate/flags/a%2Fb%20c',
      headers: { authorization: 'Bearer secret', 'x-tenant': 't', 'content-type': 'application/json' },
      body: '{"context":{"targetingKey":"u","when":"1970-01-01T00:00:00.000Z"}}',
    })
  })

  it.each<[string, Answer, object]>([
    [
      'a flag without a value',
      flag({ reason: 'DISABLED', variant: 'off' }),
      { value: false, reason: 'DISABLED', variant: 'off' },
    ],
    ['a value of another type', flag({ value: 'x' }), { value: false, errorCode: 'TYPE_MISMATCH' }],
    [
      'a flag that is not there',
      json(404, { key: 'f', errorCode: 'FLAG_NOT_FOUND', errorDetails: 'no f' }),
      { value: false, errorCode: 'FLAG_NOT_FOUND', errorMessage: 'no f' },
    ],
    [
      'a rule that failed',
      json(400, { key: 'f', errorCode: 'PARSE_ERROR', errorDetails: 'bad', metadata: { a: 1 } }),
      { errorCode: 'PARSE_ERROR', errorMessage: 'bad', flagMetadata: { a: 1 } },
    ],
    [
      'a missing targeting key',
      json(400, { key: 'f', errorCode: 'TARGETING_KEY_MISSING' }),
      { errorCode: 'TARGETING_KEY_MISSING' },
    ],
    [
      'an error code of another world',
      json(400, { key: 'f', errorCode: 'ODD', errorDetails: 'x' }),
      { errorCode: 'GENERAL', errorMessage: 'ODD: x' },
    ],
    [
      'an answer about another flag',
      json(200, { key: 'other', value: true, reason: 'STATIC' }),
      { value: false, errorCode: 'GENERAL', errorMessage: 'the answer is not OFREP' },
    ],
    ['an error with status 200', json(200, { key: 'f', errorCode: 'PARSE_ERROR' }), { errorCode: 'GENERAL' }],
    [
      'a page instead of an answer',
      (_request, response) => response.end('<html>'),
      { errorCode: 'GENERAL', errorMessage: 'the answer is not OFREP' },
    ],
    [
      'refused credentials',
      json(401, { errorDetails: 'unknown key' }),
      { errorCode: 'GENERAL', errorMessage: 'status 401: unknown key' },
    ],
    ['a server error', json(500, { errorDetails: 'oops' }), { errorCode: 'GENERAL', errorMessage: 'status 500: oops' }],
    ['a connection that is cut', (_request, response) => response.destroy(), { value: false, errorCode: 'GENERAL' }],
  ])('answers %s truthfully', async (_row, answer, expected) => {
    const relay = await serve(empty)
    const { client } = await connect(relay.url)
    relay.answer = answer
    expect(await client.getBooleanDetails('f', false)).toMatchObject(expected)
  })

  it('covers the body with its deadline', async () => {
    const relay = await serve(empty)
    const { client } = await connect(relay.url, { timeoutMs: 100 })
    relay.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"key":"f",')
    }
    const details = await client.getBooleanDetails('f', false)
    expect(details).toMatchObject({
      value: false,
      errorCode: 'GENERAL',
      errorMessage: expect.stringContaining('timeout') as string,
    })
  })

  it.each<[what: string, context: object, cachedContexts: number]>([
    ['with a cycle', cyclic(), 0],
    ['with a big integer', { targetingKey: 'u', id: 10n }, 0],
    [
      'with a getter that throws',
      {
        get plan() {
          throw new Error('x')
        },
      },
      0,
    ],
    ['with a cycle, where answers are kept', cyclic(), 10],
  ])('answers a context %s as one that cannot be used, and stays READY', async (_what, context, cachedContexts) => {
    const { url } = await serve(flag({ value: true }))
    const provider = new SwitchyardProvider({ url, mode: 'remote', cachedContexts })
    const events: string[] = []
    provider.events.addHandler(ProviderEvents.Error, () => void events.push('ERROR'))
    await provider.initialize(context as EvaluationContext)
    expect(await provider.resolveBooleanEvaluation('f', false, context as EvaluationContext)).toMatchObject({
      value: false,
      errorCode: 'INVALID_CONTEXT',
      errorMessage: 'the context cannot be written as JSON',
    })
    expect(await provider.resolveBooleanEvaluation('f', false, {})).toMatchObject({ value: true })
    expect(events).toEqual([])
    await provider.onClose()
  })

  it.each([413, 431])('is still READY where one question is too long (%i)', async (status) => {
    const relay = await serve(flag({ value: true }))
    const { client, events } = await connect(relay.url)
    relay.answer = json(status, { errorCode: 'GENERAL', errorDetails: 'too long' })
    expect(await client.getBooleanDetails('f', false)).toMatchObject({
      errorCode: 'GENERAL',
      errorMessage: `status ${status}: too long`,
    })
    expect(events).toEqual(['PROVIDER_READY'])
  })

  it.each(['', '.', '..', '\ud800'])('finds no flag by a key that no address can hold: %j', async (key) => {
    const { url, received } = await serve(flag({ value: true }))
    const { client } = await connect(url)
    const before = received.length
    expect(await client.getBooleanDetails(key, false)).toMatchObject({ value: false, errorCode: 'FLAG_NOT_FOUND' })
    expect(received).toHaveLength(before)
  })

  it('makes no request before the moment a 429 names, whatever becomes of the clock', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const relay = await serve(flag({ value: true }))
    const { client } = await connect(relay.url)
    relay.answer = json(429, {}, { 'retry-after': '60' })
    await client.getBooleanDetails('f', false)
    relay.answer = flag({ value: true })
    vi.setSystemTime(Date.now() + 86_400_000)
    expect(await client.getBooleanValue('f', false)).toBe(false)
    vi.setSystemTime(Date.now() - 2 * 86_400_000)
    vi.advanceTimersByTime(60_000)
    expect(await client.getBooleanValue('f', false)).toBe(true)
  })

  it('makes no request before the moment a 429 names', async () => {
    const relay = await serve(empty)
    const { client } = await connect(relay.url)
    relay.answer = json(429, {}, { 'retry-after': '60' })
    await client.getBooleanDetails('f', false)
    const sent = relay.received.length
    const details = await client.getBooleanDetails('f', false)
    expect(details).toMatchObject({
      errorCode: 'GENERAL',
      errorMessage: 'the relay asked for a pause',
    })
    expect(relay.received).toHaveLength(sent)
  })

  it('keeps its connections for requests that follow each other', async () => {
    const relay = await serve(flag({ value: true }))
    const { client } = await connect(relay.url)
    for (let i = 0; i < 20; i += 1) await client.getBooleanValue('f', false)
    expect(await relay.connections()).toBeLessThanOrEqual(2)
  })
})

describe('starting', () => {
  it('is READY once the relay has answered', async () => {
    const { url, received } = await serve(empty)
    const { client, events } = await connect(url)
    expect(client.providerStatus).toBe(ProviderStatus.READY)
    expect(events).toEqual(['PROVIDER_READY'])
    expect(received).toHaveLength(1)
  })

  it('is READY where only the context of the start cannot be used', async () => {
    const { url } = await serve(json(400, { errorCode: 'TARGETING_KEY_MISSING', errorDetails: 'who?' }))
    const { client } = await connect(url)
    expect(client.providerStatus).toBe(ProviderStatus.READY)
  })

  it.each([429, 500, 503])('says why it is not ready: status %i, in the words of the relay', async (status) => {
    const { url } = await serve(json(status, { errorDetails: 'no data yet' }))
    const { client, events } = await connect(url)
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    expect(events[0]).toContain(`the relay cannot answer yet (status ${status}: no data yet)`)
  })

  it('is FATAL when the credentials are refused', async () => {
    const { url } = await serve(json(401, {}))
    const { client } = await connect(url)
    expect(client.providerStatus).toBe(ProviderStatus.FATAL)
  })

  it('is ERROR while the relay has no data, and READY after its first answer', async () => {
    const relay = await serve(json(503, { errorDetails: 'no data yet' }, { 'retry-after': '0' }))
    const { client, events } = await connect(relay.url)
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    relay.answer = flag({ value: true })
    expect(await client.getBooleanValue('f', false)).toBe(true)
    expect(client.providerStatus).toBe(ProviderStatus.READY)
    expect(events.at(-1)).toBe('PROVIDER_READY')
  })
})

describe('living', () => {
  it('says ERROR once when the relay is gone and READY when it is back', async () => {
    const first = await startScriptedServer(flag({ value: true }))
    const port = Number(new URL(first.url).port)
    const { client, events } = await connect(first.url)
    await first.close()
    await client.getBooleanValue('f', false)
    await client.getBooleanValue('f', false)
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    server = await startScriptedServer(flag({ value: true }), port)
    expect(await client.getBooleanValue('f', false)).toBe(true)
    expect(client.providerStatus).toBe(ProviderStatus.READY)
    expect(events.map((event) => event.split(' ')[0])).toEqual(['PROVIDER_READY', 'PROVIDER_ERROR', 'PROVIDER_READY'])
  })

  it('says STALE when the relay does, and READY when its data is fresh again', async () => {
    const relay = await serve(flag({ value: true }))
    const { client, events } = await connect(relay.url)
    relay.answer = json(200, { key: 'f', value: true, reason: 'STATIC' }, { 'switchyard-state': 'stale' })
    expect(await client.getBooleanValue('f', false)).toBe(true)
    expect(client.providerStatus).toBe(ProviderStatus.STALE)
    relay.answer = flag({ value: true })
    await client.getBooleanValue('f', false)
    expect(events.map((event) => event.split(' ')[0])).toEqual(['PROVIDER_READY', 'PROVIDER_STALE', 'PROVIDER_READY'])
  })

  it('begins anew when it is started after closing', async () => {
    const relay = await serve(empty)
    const provider = new SwitchyardProvider({ url: relay.url, mode: 'remote' })
    await provider.initialize()
    await provider.onClose()
    await provider.initialize()
    relay.answer = flag({ value: true })
    expect(await provider.resolveBooleanEvaluation('f', false, {})).toMatchObject({ value: true })
    await provider.onClose()
  })

  it('leaves no connection open after closing, and ends what is in flight', async () => {
    const relay = await serve(empty)
    const provider = new SwitchyardProvider({ url: relay.url, mode: 'remote' })
    await provider.initialize()
    let asked = (): void => undefined
    const isAsked = new Promise<void>((resolve) => (asked = resolve))
    relay.answer = () => asked()
    const inFlight = provider.resolveBooleanEvaluation('f', false, {})
    await isAsked
    await provider.onClose()
    expect(await inFlight).toMatchObject({ value: false, errorCode: 'GENERAL' })
    await expect.poll(() => relay.connections()).toBe(0)
  })
})
