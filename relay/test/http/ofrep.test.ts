import type { Flag } from '@switchyard/engine'
import { describe, expect, it } from 'vitest'
import { breakableClock, bulkPath, clientKey, post, serverKey, startPlane, waitingKey } from './plane.js'

const now = Date.UTC(2026, 0, 1)
const outcomes = [{ value: true, reason: 'STATIC' }] as const
const metadata = { flagSetId: 'shop' }
const asClient = { authorization: `Bearer ${clientKey}` }

describe('a single evaluation', () => {
  it.each([
    {
      name: 'a flag without rules',
      key: 'plain',
      status: 200,
      answer: { key: 'plain', value: true, reason: 'STATIC', variant: 'on', metadata },
    },
    {
      name: 'a flag that looks at the context',
      key: 'targeted',
      context: { plan: 'gold' },
      status: 200,
      answer: {
        key: 'targeted',
        value: 'gold',
        reason: 'TARGETING_MATCH',
        variant: 'gold',
        metadata: { ...metadata, rule: 'gold members' },
      },
    },
    {
      name: 'the same flag to a client, without the names of rules',
      key: 'targeted',
      context: { plan: 'gold' },
      headers: asClient,
      status: 200,
      answer: { key: 'targeted', value: 'gold', reason: 'TARGETING_MATCH', variant: 'gold', metadata },
    },
    {
      name: 'a disabled flag, which leaves the value to the code',
      key: 'off',
      status: 200,
      answer: { key: 'off', reason: 'DISABLED', variant: 'off', metadata },
    },
    {
      name: 'a flag that lacks the targeting key',
      key: 'keyed',
      status: 400,
      answer: { key: 'keyed', errorCode: 'TARGETING_KEY_MISSING', errorDetails: 'needs a targeting key', metadata },
    },
    {
      name: 'a broken flag',
      key: 'broken',
      status: 400,
      answer: { key: 'broken', errorCode: 'PARSE_ERROR', errorDetails: expect.any(String), metadata },
    },
    {
      name: 'a flag that the vendor knows and calls not found',
      key: 'archived',
      status: 404,
      answer: { key: 'archived', errorCode: 'FLAG_NOT_FOUND', errorDetails: 'the flag is archived', metadata },
    },
    {
      name: 'a flag that does not exist',
      key: 'none',
      status: 404,
      answer: { key: 'none', errorCode: 'FLAG_NOT_FOUND', errorDetails: 'flag "none" not found', metadata },
    },
    {
      name: 'a flag called like a member of every object',
      key: 'constructor',
      status: 404,
      answer: {
        key: 'constructor',
        errorCode: 'FLAG_NOT_FOUND',
        errorDetails: 'flag "constructor" not found',
        metadata,
      },
    },
  ])('answers $name', async ({ key, context = {}, headers = {}, status, answer }) => {
    const plane = await startPlane()
    const response = await post(plane, `${bulkPath}/${key}`, { context }, headers)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual(answer)
  })

  it.each([
    ['hidden', serverKey],
    ['hidden', clientKey],
    ['secret', clientKey],
    ['internal', serverKey],
  ])('hides the flag %s from %s as if it did not exist', async (key, asking) => {
    const plane = await startPlane()
    const ask = async (): Promise<string> => {
      const response = await post(plane, `${bulkPath}/${key}`, {}, { authorization: `Bearer ${asking}` })
      return `${response.status} ${response.headers.get('content-length')} ${await response.text()}`
    }
    const hidden = await ask()
    plane.shop.serve({ flags: {}, metadata })
    expect(hidden).toBe(await ask())
    expect(hidden).toMatch(/^404 /)
  })

  it('hides flags in the same way where the set has no metadata', async () => {
    const plane = await startPlane()
    plane.shop.serve({ flags: { hidden: { outcomes: [{ reason: 'STATIC', hidden: true }], decide: 0 } } })
    const bodies = await Promise.all(
      ['hidden', 'absent'].map(async (key) => (await post(plane, `${bulkPath}/${key}`)).text()),
    )
    expect(bodies[0]?.replaceAll('hidden', 'absent')).toBe(bodies[1])
  })

  it('decodes the flag key and accepts a slash at the end', async () => {
    const plane = await startPlane()
    for (const path of ['a%2Fb%20c%25', 'a%2Fb%20c%25/', 'a/b%20c%25', 'a%2fb%20c%25?env=dev']) {
      const response = await post(plane, `${bulkPath}/${path}`)
      expect(await response.json()).toMatchObject({ key: 'a/b c%', value: { deep: [1, null] } })
    }
  })

  it.each(['%', 'a%2', '%zz', '%ff', '%C3%28'])('refuses the malformed flag key %s', async (encoded) => {
    const plane = await startPlane()
    const response = await post(plane, `${bulkPath}/${encoded}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ key: encoded, errorCode: 'GENERAL', errorDetails: expect.any(String) })
  })
})

describe('a bulk evaluation', () => {
  it('answers the flags that the key may see, sorted, with the metadata of the set', async () => {
    const plane = await startPlane({ streams: { advertise: false } })
    const ask = async (key: string): Promise<{ keys: string[]; rest: object }> => {
      const response = await post(plane, bulkPath, {}, { authorization: `Bearer ${key}` })
      expect(response.status).toBe(200)
      const { flags, ...rest } = (await response.json()) as { flags: { key: string }[] }
      return { keys: flags.map(({ key }) => key), rest }
    }
    const forAll = ['a/b c%', 'archived', 'broken', 'keyed', 'off', 'plain', 'targeted']
    const rest = { metadata: { ...metadata, switchyardState: 'fresh' } }
    expect(await ask(clientKey)).toEqual({ keys: forAll, rest })
    expect(await ask(serverKey)).toEqual({ keys: [...forAll, 'secret'].sort(), rest })
  })

  it('has the same items as single evaluations', async () => {
    const plane = await startPlane()
    const body = { context: { targetingKey: 'u', plan: 'gold' } }
    const bulk = (await (await post(plane, bulkPath, body)).json()) as { flags: { key: string }[] }
    for (const item of bulk.flags) {
      const single = await post(plane, `${bulkPath}/${encodeURIComponent(item.key)}`, body)
      expect(await single.json()).toEqual(item)
    }
  })

  it('has no metadata but the state where the set has none', async () => {
    const plane = await startPlane({ streams: { advertise: false } })
    plane.shop.serve({ flags: {} })
    const response = await post(plane, `${bulkPath}/`)
    expect(await response.text()).toBe('{"flags":[],"metadata":{"switchyardState":"fresh"}}')
  })

  it('counts the answers that were given', async () => {
    const plane = await startPlane()
    await post(plane, bulkPath, {}, asClient)
    await post(plane, `${bulkPath}/plain`)
    await post(plane, `${bulkPath}/none`)
    await post(plane, `${bulkPath}/hidden`)
    const inBulk = ['a/b c%', 'archived', 'broken', 'keyed', 'off', 'plain', 'targeted']
    expect(plane.shop.counted).toEqual([...inBulk, 'plain', 'none'])
  })
})

describe('the context of a request', () => {
  const empty = { key: 'keyed', errorCode: 'TARGETING_KEY_MISSING' }
  it.each([
    ['an empty body', ''],
    ['white space', ' \n'],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['a context that is null', '{"context":null}'],
    ['an empty context', '{"context":{}}'],
    ['a targeting key that is null', '{"context":{"targetingKey":null}}'],
    ['members that are not the context', '{"targetingKey":"u"}'],
  ])('is empty for %s', async (_, body) => {
    const plane = await startPlane()
    const single = await post(plane, `${bulkPath}/keyed`, body)
    expect(await single.json()).toMatchObject(empty)
    const bulk = await post(plane, bulkPath, body)
    expect(await bulk.json()).toMatchObject({ flags: expect.arrayContaining([expect.objectContaining(empty)]) })
  })

  it.each([
    ['text that is not JSON', '{"context":', 'the body is not JSON'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'the body is not UTF-8'],
    ['a list', '[]', 'the body is not a JSON object'],
    ['text', '"context"', 'the body is not a JSON object'],
    ['a context that is text', '{"context":"u"}', 'context is not an object'],
    ['a context that is a list', '{"context":[]}', 'context is not an object'],
    ['a context that is a boolean', '{"context":false}', 'context is not an object'],
    ['a targeting key that is a number', '{"context":{"targetingKey":7}}', 'context.targetingKey is not a string'],
    ['a targeting key that is a list', '{"context":{"targetingKey":["u"]}}', 'context.targetingKey is not a string'],
  ])('refuses %s', async (_, body, errorDetails) => {
    const plane = await startPlane()
    const ask = async (path: string): Promise<{ status: number; body: unknown }> => {
      const headers = { authorization: `Bearer ${serverKey}`, 'content-type': 'application/json' }
      const response = await fetch(plane.url + path, { method: 'POST', body, headers })
      return { status: response.status, body: await response.json() }
    }
    const error = { errorCode: 'INVALID_CONTEXT', errorDetails }
    expect(await ask(bulkPath)).toEqual({ status: 400, body: error })
    expect(await ask(`${bulkPath}/plain`)).toEqual({ status: 400, body: { key: 'plain', ...error } })
  })

  it('never brings the attributes that are reserved for programs in the same process', async () => {
    const plane = await startPlane()
    const has = (name: string) => ({
      outcomes: [
        { value: true, reason: 'TARGETING_MATCH' as const },
        { value: false, reason: 'DEFAULT' as const },
      ],
      decide: { rules: [{ when: ['has', name] as const, then: 0 }], else: 1 },
    })
    plane.shop.serve({
      flags: {
        identity: has('$flagsmith.identityKey'),
        flagd: has('$flagd'),
        free: has('plan'),
        odd: has('__proto__'),
      },
    })
    const reserved = '"$flagsmith.identityKey":"somebody else","$flagd":{"timestamp":1}'
    const context = `{${reserved},"plan":"gold","__proto__":{"a":1}}`
    const response = await post(plane, bulkPath, `{"context":${context}}`)
    const { flags } = (await response.json()) as { flags: { key: string; value: boolean }[] }
    expect(Object.fromEntries(flags.map(({ key, value }) => [key, value]))).toEqual({
      identity: false,
      flagd: false,
      free: true,
      odd: true,
    })
  })

  it('may be nested as deep as a body is long', async () => {
    const plane = await startPlane()
    const response = await post(plane, bulkPath, `{"context":{"a":${'['.repeat(400_000)}${']'.repeat(400_000)}}}`)
    expect(response.status).toBe(200)
  })
})

describe('the key of a request', () => {
  it.each<[name: string, headers: Record<string, string>, status: number]>([
    ['a bearer token', { authorization: `Bearer ${serverKey}` }, 200],
    ['a bearer token in other letters', { authorization: `bEARER  ${serverKey}` }, 200],
    ['an API key', { 'x-api-key': serverKey }, 200],
    ['an API key beside credentials of another scheme', { authorization: 'Basic YTpi', 'x-api-key': serverKey }, 200],
    ['a bearer token beside an API key', { authorization: `Bearer ${serverKey}`, 'x-api-key': 'wrong' }, 200],
    ['a wrong bearer token beside an API key', { authorization: 'Bearer wrong', 'x-api-key': serverKey }, 401],
    ['nothing', {}, 401],
    ['an empty API key', { 'x-api-key': '' }, 401],
    ['an unknown key', { 'x-api-key': 'wrong' }, 401],
    ['the beginning of a key', { 'x-api-key': serverKey.slice(0, -1) }, 401],
    ['the key of an environment without data', { 'x-api-key': waitingKey }, 503],
  ])('may be %s', async (_, headers, status) => {
    const plane = await startPlane()
    for (const path of [bulkPath, `${bulkPath}/plain`]) {
      const response = await fetch(plane.url + path, { method: 'POST', headers })
      expect(response.status).toBe(status)
    }
  })

  it('is told apart from a missing one, and never repeated', async () => {
    const plane = await startPlane()
    const ask = async (path: string, headers: Record<string, string>): Promise<[string | null, unknown]> => {
      const response = await fetch(plane.url + path, { method: 'POST', headers })
      return [response.headers.get('www-authenticate'), await response.json()]
    }
    const missing = { errorCode: 'GENERAL', errorDetails: expect.stringContaining('a key is needed') }
    const unknown = { errorCode: 'GENERAL', errorDetails: 'the key is not known here' }
    expect(await ask(bulkPath, {})).toEqual(['Bearer', missing])
    expect(await ask(`${bulkPath}/plain`, {})).toEqual(['Bearer', { key: 'plain', ...missing }])
    expect(await ask(bulkPath, { 'x-api-key': 'guess' })).toEqual(['Bearer', unknown])
  })

  it('that is known waits for data instead of being refused', async () => {
    const plane = await startPlane()
    const response = await post(plane, `${bulkPath}/plain`, {}, { authorization: `Bearer ${waitingKey}` })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(response.headers.get('switchyard-state')).toBe('waiting')
    expect(await response.json()).toEqual({ key: 'plain', errorCode: 'GENERAL', errorDetails: expect.any(String) })
    plane.blog.serve({ flags: {} })
    const later = await post(plane, bulkPath, {}, { authorization: `Bearer ${waitingKey}` })
    expect(later.status).toBe(200)
  })
})

describe('an answer', () => {
  it('says whether its data are fresh', async () => {
    const plane = await startPlane()
    const ask = async (): Promise<string | null> => {
      const response = await post(plane, bulkPath)
      return response.headers.get('switchyard-state')
    }
    expect(await ask()).toBe('fresh')
    plane.shop.state = 'stale'
    expect(await ask()).toBe('stale')
  })

  it('tells servers, and nobody else, which revision made it', async () => {
    const plane = await startPlane()
    for (const path of [bulkPath, `${bulkPath}/plain`, `${bulkPath}/none`]) {
      const told = async (headers = {}) => (await post(plane, path, {}, headers)).headers.get('switchyard-revision')
      expect(await told()).toBe(plane.shop.served?.revision)
      expect(await told(asClient)).toBeNull()
    }
  })

  it.each<[string, Flag | null, string | null]>([
    ['nothing where it holds for ever', null, null],
    [
      'that it holds for no time where flags read chance',
      { decide: { split: ['random'], arms: [[0, 1, 0]] }, outcomes },
      '0',
    ],
    ['that it holds for no time where flags read the clock', { decide: { split: ['now'], arms: [] }, outcomes }, '0'],
    [
      'how long it holds until the next change',
      { decide: { split: ['now'], arms: [] }, changes: [now + 1_500], outcomes },
      '1500',
    ],
  ])('with all flags tells servers %s', async (_row, flag, expected) => {
    const plane = await startPlane({ now: () => now })
    plane.shop.serve({ flags: flag === null ? {} : { f: flag } })
    const { headers } = await post(plane, bulkPath)
    expect(headers.get('switchyard-valid-ms')).toBe(expected)
    const again = await post(plane, bulkPath, {}, { 'if-none-match': headers.get('etag') ?? '' })
    expect(again.headers.get('switchyard-valid-ms')).toBe(expected)
    expect((await post(plane, bulkPath, {}, asClient)).headers.has('switchyard-valid-ms')).toBe(false)
  })

  it('may be kept by the client alone, and asked about each time', async () => {
    const plane = await startPlane()
    for (const path of [bulkPath, `${bulkPath}/plain`, `${bulkPath}/none`]) {
      const response = await post(plane, path)
      expect(response.headers.get('cache-control')).toBe('private, no-cache')
      expect(response.headers.get('vary')).toBe('Accept-Encoding, Origin')
    }
  })

  it('is an error without details where Switchyard itself is wrong', async () => {
    const clock = breakableClock()
    const plane = await startPlane({ now: clock.now })
    clock.breakWith('secret of the machine')
    const single = await post(plane, `${bulkPath}/plain`)
    expect(single.status).toBe(500)
    expect(await single.json()).toEqual({ key: 'plain', errorCode: 'GENERAL', errorDetails: expect.any(String) })
    const bulk = await post(plane, bulkPath)
    expect(await bulk.text()).not.toContain('secret')
    expect(plane.logged).toHaveLength(2)
  })

  it('is observed under the template of its route', async () => {
    const plane = await startPlane()
    await post(plane, bulkPath)
    await post(plane, `${bulkPath}/plain`)
    await post(plane, `${bulkPath}/none/`)
    await post(plane, '/nowhere')
    await fetch(`${plane.url}/healthz`)
    expect(plane.observed).toEqual([
      '/ofrep/v1/evaluate/flags POST 200',
      '/ofrep/v1/evaluate/flags/{key} POST 200',
      '/ofrep/v1/evaluate/flags/{key} POST 404',
      'other POST 404',
      '/healthz GET 200',
    ])
  })
})
