import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../../../test/upstreams/faults.js'
import type { FakeRequest } from '../../../../test/upstreams/fake-cloudbees.js'
import { configuration, distinctId, eventually, run, start, startFake, stopAll } from './running.js'

afterEach(stopAll)

const buid = '5E63E7513765B5099836A21E0A62F1F4'

/** Method and path, without the query. */
function asked({ method, path }: FakeRequest): string {
  return `${method} ${path.replace(/\?.*/, '')}`
}

const file = `GET /conf/0f8fad5b-d9cb-469f-a165-70867728950e/${buid}`
const made = `POST /device/get_configuration/0f8fad5b-d9cb-469f-a165-70867728950e/${buid}`

describe('the CloudBees source', () => {
  it('asks the CDN for the file of its key and SDK', async () => {
    const { fake, running } = await start()
    expect(fake.requests[0]?.path).toBe(`/conf/${fake.environmentKey}/${buid}?distinct_id=${distinctId}`)
    expect(fake.requests[0]?.headers).toMatchObject({ 'accept-encoding': 'gzip' })
    expect(fake.requests[0]?.headers['if-none-match']).toBeUndefined()
    expect(running.value()).toBe('a')
    expect(running.environment.status()).toMatchObject({ upstream: fake.baseUrl, vendor: 'cloudbees' })
  })

  it('asks for the file of another SDK', async () => {
    const { fake } = await start({ platform: 'Go', sdkVersion: '6.0.2', apiVersion: '1.8.0' })
    expect(fake.requests[0]?.path).toContain('/C2105F28CC4922470CA2B819AABC9832?')
  })

  it('asks with the validator it was given, and takes 304 for good news', async () => {
    const { fake, running } = await start()
    await eventually(() => running.environment.activity.fetches.unchanged).toBeGreaterThan(1)
    expect(fake.requests[1]?.headers['if-none-match']).toBe('"1"')
    expect(fake.requests[1]?.status()).toBe(304)
    expect(running.environment.activity.fetches).toMatchObject({ document: 1, refused: 0, failed: 0 })
    expect(running.environment.status().state).toBe('fresh')
  })

  it('takes the same configuration for unchanged where there is no validator', async () => {
    const fake = await startFake()
    fake.hasValidators = false
    const { environment } = run(fake)
    await eventually(() => environment.activity.fetches.unchanged).toBeGreaterThan(1)
    expect(environment.activity.fetches.document).toBe(1)
    expect(new Set(fake.requests.map(({ headers }) => headers['if-none-match']))).toEqual(new Set([undefined]))
  })

  it('serves the next configuration, an empty one too', async () => {
    const { fake, running } = await start()
    fake.publish(configuration('b'))
    await eventually(() => running.value()).toBe('b')
    fake.publish({ experiments: [], targetGroups: [] })
    await eventually(() => running.environment.status().flagCount).toBe(0)
  })

  it('takes "not modified" for news only when it asked for changes', async () => {
    const fake = await startFake()
    fake.fault = { kind: 'unaskedNotModified' }
    const { environment, error } = run(fake)
    await eventually(error).toBe('UPSTREAM_MALFORMED')
    expect(environment.status().state).toBe('waiting')
  })
})

/** The ways of the CDN to say that there is no such file. */
const absences: [string, Fault][] = [
  ['status 404', { kind: 'status', status: 404 }],
  ['status 403', { kind: 'status', status: 403 }],
  ['result 404', { kind: 'body', body: '{"result":404}' }],
  ['result 404 as text', { kind: 'body', body: '{"result":"404"}' }],
]

describe('a configuration that the CDN does not have', () => {
  it.each(absences)('is asked of the API: %s', async (_row, absence) => {
    const fake = await startFake()
    fake.fault = absence
    const { environment, value } = run(fake)
    await eventually(() => value()).toBe('a')
    expect(fake.requests.slice(0, 2).map(asked)).toEqual([file, made])
    await eventually(() => environment.activity.fetches.unchanged).toBeGreaterThan(0)
    fake.publish(configuration('b'))
    await eventually(() => value()).toBe('b')
    expect(environment.activity.fetches.failed).toBe(0)
  })

  it('is asked of the CDN again, without the validator of what it had before', async () => {
    const { fake, running } = await start()
    fake.fault = { kind: 'status', status: 404 }
    fake.publish(configuration('b'))
    await eventually(() => running.value()).toBe('b')
    const from = fake.requests.length
    fake.fault = null
    fake.publish(configuration('c'))
    await eventually(() => running.value()).toBe('c')
    const next = fake.requests.slice(from).find((request) => asked(request) === file)
    expect(next?.headers['if-none-match']).toBeUndefined()
  })

  it.each(absences)('and that the API does not have either replaces nothing: %s', async (_row, absence) => {
    const { fake, running } = await start()
    const { served } = running.environment
    fake.fault = absence
    fake.apiFault = absence
    const code = absence.kind === 'status' && absence.status === 403 ? 'UPSTREAM_UNAUTHORIZED' : 'UPSTREAM_NOT_FOUND'
    await eventually(running.error).toBe(code)
    expect(running.environment.served).toBe(served)
    expect(running.environment.status()).toMatchObject({
      state: expect.stringMatching(/^(stale|degraded)$/),
      flagCount: 1,
    })
    fake.fault = null
    fake.apiFault = null
    await eventually(() => running.environment.status().state).toBe('fresh')
  })

  it('is asked of the API alone where there is no CDN', async () => {
    const fake = await startFake()
    const { environment, value } = run(fake, { cdn: false })
    await eventually(() => environment.activity.fetches.unchanged).toBeGreaterThan(0)
    expect(value()).toBe('a')
    expect(new Set(fake.requests.map(asked))).toEqual(new Set([made]))
    expect(environment.status().upstream).toBe(fake.apiUrl)
  })

  it('is asked of the API in the same words where that redirects within itself', async () => {
    const fake = await startFake()
    fake.apiFault = { kind: 'redirect', to: '/elsewhere' }
    run(fake, { cdn: false })
    await eventually(() => fake.requests.map(asked)).toContain('POST /elsewhere')
    expect(fake.requests[1]?.body).toBe(fake.requests[0]?.body)
    expect(fake.requests[1]?.headers['content-type']).toBe('application/json')
  })
})

/** [what happens, the fault, what it is called] */
const failures: [string, Fault, string][] = [
  ['a server error', { kind: 'status', status: 500 }, 'UPSTREAM_STATUS'],
  ['a gateway that wants a password', { kind: 'status', status: 401 }, 'UPSTREAM_UNAUTHORIZED'],
  ['too many requests', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }, 'UPSTREAM_RATE_LIMITED'],
  ['headers that come too late', { kind: 'delay', ms: 5_000 }, 'UPSTREAM_TIMEOUT'],
  ['a body that drips', { kind: 'drip', everyMs: 100 }, 'UPSTREAM_TIMEOUT'],
  ['a body that is cut', { kind: 'cut', afterBytes: 10 }, 'UPSTREAM_UNREACHABLE'],
  ['JSON that ends in the middle', { kind: 'truncated' }, 'UPSTREAM_MALFORMED'],
  ['a page instead of JSON', { kind: 'body', body: '<html>', contentType: 'text/html' }, 'UPSTREAM_MALFORMED'],
  ['an empty body', { kind: 'body', body: '' }, 'UPSTREAM_MALFORMED'],
  ['JSON that is no object', { kind: 'body', body: '[]' }, 'UPSTREAM_MALFORMED'],
  ['JSON of another kind', { kind: 'body', body: '{"flags":{}}' }, 'DOCUMENT_INVALID'],
  ['a redirect to another origin', { kind: 'redirect', to: 'http://127.0.0.1:1/' }, 'UPSTREAM_REDIRECT'],
  ['a redirect in a circle', { kind: 'redirect', to: '?again' }, 'UPSTREAM_REDIRECT'],
  ['a gzip bomb', { kind: 'gzipBomb', bytes: 64 * 1024 * 1024 }, 'UPSTREAM_TOO_LARGE'],
]

describe('a failure of the CDN', () => {
  it.each(failures)('asks nobody else and keeps the last good configuration: %s', async (_row, fault, code) => {
    const { fake, running } = await start()
    const { served } = running.environment
    fake.fault = fault
    await eventually(running.error).toBe(code)
    expect(running.environment.served).toBe(served)
    expect(running.environment.status()).toMatchObject({
      state: expect.stringMatching(/^(stale|degraded)$/),
      revision: served?.revision,
    })
    expect(fake.requests.filter(({ method }) => method === 'POST')).toEqual([])
    fake.fault = null
    fake.publish(configuration('b'))
    await eventually(() => running.value()).toBe('b')
    expect(running.environment.status().state).toBe('fresh')
  })

  it('is no reason to ask sooner than it says', async () => {
    const { fake, running } = await start()
    fake.fault = { kind: 'status', status: 429, headers: { 'retry-after': '600' } }
    await eventually(running.error).toBe('UPSTREAM_RATE_LIMITED')
    const { length } = fake.requests
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(fake.requests).toHaveLength(length)
  })
})

describe('a failure of the API', () => {
  it.each(failures)('keeps the last good configuration: %s', async (_row, fault, code) => {
    const { fake, running } = await start({ cdn: false })
    const { served } = running.environment
    fake.apiFault = fault
    await eventually(running.error).toBe(code)
    expect(running.environment.served).toBe(served)
    fake.apiFault = null
    fake.publish(configuration('b'))
    await eventually(() => running.value()).toBe('b')
    expect(running.environment.status().state).toBe('fresh')
  })
})

interface Capture {
  readonly scenario: string
  readonly requests: readonly { readonly method: string; readonly url: string; readonly body?: object }[]
}

const { captures } = JSON.parse(
  readFileSync(new URL('../../../../test/fixtures/cloudbees/http-captures.json', import.meta.url), 'utf8'),
) as { readonly captures: readonly Capture[] }

/** What the CDN is told to do, by scenario; the rest of them is about other things than the way to a configuration. */
const recorded: [string, Fault | null][] = [
  ['platform-ok', null],
  ['platform-404', { kind: 'status', status: 404 }],
  ['platform-403', { kind: 'status', status: 403 }],
  ['platform-result404', { kind: 'body', body: '{"result":404}' }],
  ['platform-500', { kind: 'status', status: 500 }],
]

/** The requests of one look, as the C SDK was recorded to make them. */
function lookOf(scenario: string): Capture['requests'] {
  const requests = captures.find((capture) => capture.scenario === scenario)?.requests ?? []
  const [first] = requests
  const post = requests.find(({ url }) => url.startsWith('{api}/device/get_configuration/'))
  return [first, post].flatMap((request) => request ?? [])
}

describe('a look at CloudBees', () => {
  it.each(recorded)('is the one that the C SDK was recorded to take: %s', async (scenario, fault) => {
    const fake = await startFake()
    fake.fault = fault
    run(fake, { pollIntervalMs: 60_000, distinctId: `${distinctId}\n`, random: () => 0.999 })
    const look = lookOf(scenario)
    await eventually(() => fake.requests.length).toBe(look.length)
    const bases = { '{confCdn}': '/conf', '{api}': '' }
    const addresses = look.map(({ method, url }) => {
      return `${method} ${Object.entries(bases).reduce((path, [base, prefix]) => path.replace(base, prefix), url)}`
    })
    expect(fake.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(addresses)
    const bodies = look.flatMap(({ body }) => body ?? [])
    // Both are the application's own, and have the SDKs' defaults here.
    const applications = { app_release: '0.0', devModeSecret: 'stam' }
    expect(fake.requests.flatMap(({ body }) => (body === '' ? [] : [JSON.parse(body)]))).toEqual(
      bodies.map((body) => ({ ...body, ...applications })),
    )
  })
})
