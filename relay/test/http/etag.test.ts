import fc from 'fast-check'
import { gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import type { Flag, JsonObject } from '@switchyard/engine'
import { bodyValidator, canonicalText, codingHeld, contextValidator } from '../../src/http/etag.js'
import { bulkPath, clientKey, serverKey, startPlane, type TestPlane } from './plane.js'

const origin = {
  engineVersion: '1.2.3',
  revision: '0123456789abcdef',
  audience: 'server',
  scope: 'shop/server',
  state: 'fresh',
  streamEpoch: '',
} as const

interface Asked {
  readonly status: number
  readonly etag: string | undefined
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Buffer
}

/** Unlike fetch, leaves the body as it came. */
async function ask(plane: TestPlane, context: unknown, headers: Record<string, string> = {}): Promise<Asked> {
  const answer = await request(plane.url + bulkPath, {
    method: 'POST',
    body: JSON.stringify({ context }),
    headers: { 'content-type': 'application/json', 'x-api-key': serverKey, ...headers },
  })
  const body = Buffer.from(await answer.body.arrayBuffer())
  return { status: answer.statusCode, etag: answer.headers['etag']?.toString(), headers: answer.headers, body }
}

describe('the validator of an answer', () => {
  it('is the same in every process', () => {
    // `openssl dgst -sha256` over the fields and the canonical context, one a line.
    const validator = contextValidator(origin, { targetingKey: 'u', plan: 'gold' })
    expect(validator).toBe('rqSF_sNsbz4PJ7YSPUdjkL1lTmCfCChfERKvOQm8JkM')
  })

  it.each<[keyof typeof origin, string]>([
    ['engineVersion', '1.2.4'],
    ['revision', 'fedcba9876543210'],
    ['audience', 'client'],
    ['scope', 'shop/client'],
    ['state', 'stale'],
    ['streamEpoch', '1'],
  ])('depends on %s', (field, value) => {
    const other = { ...origin, [field]: value }
    expect(contextValidator(other, {})).not.toBe(contextValidator(origin, {}))
    expect(bodyValidator(other, '{}')).not.toBe(bodyValidator(origin, '{}'))
  })

  it('is another for a body than for a context of the same text', () => {
    expect(bodyValidator(origin, '{}')).not.toBe(contextValidator(origin, {}))
  })
})

describe('the canonical text of a context', () => {
  it('does not show the order of members, at any depth', () => {
    const [a, b] = [
      { x: { b: 1, a: [{ d: 1, c: 2 }] }, a: null },
      { a: null, x: { a: [{ c: 2, d: 1 }], b: 1 } },
    ]
    expect(canonicalText(a)).toBe('{"a":null,"x":{"a":[{"c":2,"d":1}],"b":1}}')
    expect(canonicalText(b)).toBe(canonicalText(a))
  })

  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalText(value as JsonObject))).toEqual(value)
      }),
    )
  })

  it.each([
    ['the order of a list', [1, 2], [2, 1]],
    ['text and a number', '1', 1],
    ['null and nothing', { a: null }, {}],
    ['the signs of zero', -0, 0],
    ['an attribute called __proto__ and none', JSON.parse('{"__proto__":1}'), {}],
    ['an attribute and one inside it', { 'a.b': 1 }, { a: { b: 1 } }],
  ])('tells apart %s', (_, a, b) => {
    expect(canonicalText(a)).not.toBe(canonicalText(b))
  })
})

describe('If-None-Match', () => {
  it.each([
    ['the tag', '"abc"', 'identity'],
    ['the tag of another coding', '"abc-gzip"', 'gzip'],
    ['a weakened tag', 'W/"abc"', 'identity'],
    ['a list', '"x", W/"y,z" ,"abc-gzip"', 'gzip'],
    ['any tag', ' * ', 'identity'],
    ['another tag', '"abd"', undefined],
    ['a longer tag', '"abcd"', undefined],
    ['a tag in another spelling', '"ABC"', undefined],
    ['an unknown coding', '"abc-br"', undefined],
    ['nothing', '', undefined],
    ['a list of nothing', ' , ,', undefined],
  ])('may be %s', (_, header, coding) => {
    expect(codingHeld(header, 'abc')).toBe(coding)
  })
})

describe('a bulk answer', () => {
  it('is not sent again to who has it', async () => {
    const plane = await startPlane()
    const first = await ask(plane, { targetingKey: 'u', plan: 'gold' })
    expect(first.etag).toMatch(/^"[\w-]{43}"$/)
    plane.shop.counted.length = 0
    const again = await ask(plane, { plan: 'gold', targetingKey: 'u' }, { 'if-none-match': `"x", W/${first.etag}` })
    expect(again.status).toBe(304)
    expect(again.etag).toBe(first.etag)
    expect(again.body).toHaveLength(0)
    expect(again.headers).not.toHaveProperty('content-length')
    expect(again.headers).toMatchObject({
      'cache-control': 'private, no-cache',
      vary: 'Accept-Encoding, Origin',
      'switchyard-state': 'fresh',
    })
    expect(plane.shop.counted).toEqual([])
  })

  it.each<[what: string, change: (plane: TestPlane) => void, context: JsonObject, headers: Record<string, string>]>([
    ['another context', () => {}, { plan: 'free' }, {}],
    ['an attribute that no flag reads', () => {}, { plan: 'gold', shoeSize: 46 }, {}],
    ['another audience', () => {}, { plan: 'gold' }, { 'x-api-key': clientKey }],
    ['another state', (plane) => (plane.shop.state = 'stale'), { plan: 'gold' }, {}],
    ['another ruleset', (plane) => plane.shop.serve({ flags: {} }), { plan: 'gold' }, {}],
  ])('is sent again for %s', async (_, change, context, headers) => {
    const plane = await startPlane()
    const { etag = '' } = await ask(plane, { plan: 'gold' })
    change(plane)
    const other = await ask(plane, context, { ...headers, 'if-none-match': etag })
    expect(other.status).toBe(200)
    expect(other.etag).not.toBe(etag)
  })

  it('has the same tag from every replica', async () => {
    const [one, two] = [await startPlane(), await startPlane()]
    expect((await ask(one, { plan: 'gold' })).etag).toBe((await ask(two, { plan: 'gold' })).etag)
  })

  it('is the same where the tag is', async () => {
    const plane = await startPlane()
    const context = fc.record(
      { plan: fc.constantFrom('gold', 'free', null, 1), targetingKey: fc.constantFrom('u', 'v') },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(context, context, async (a, b) => {
        const [one, two] = [await ask(plane, a), await ask(plane, b)]
        if (one.etag === two.etag) expect(one.body).toEqual(two.body)
        else expect(a).not.toEqual(b)
      }),
    )
  })

  it('that depends on the clock is compared as a whole', async () => {
    let nowMs = 0
    const plane = await startPlane({ now: () => nowMs })
    const scheduled: Flag = {
      outcomes: [
        { value: 'before', reason: 'STATIC' },
        { value: 'after', reason: 'STATIC' },
      ],
      decide: { split: ['now'], arms: [[0, 1_000, 0]], else: 1 },
    }
    plane.shop.serve({ flags: { scheduled } })
    const before = await ask(plane, {})
    nowMs = 999
    expect((await ask(plane, { plan: 'gold' }, { 'if-none-match': before.etag ?? '' })).status).toBe(304)
    nowMs = 1_000
    const after = await ask(plane, {}, { 'if-none-match': before.etag ?? '' })
    expect(after.status).toBe(200)
    expect(after.body.toString()).toContain('"after"')
  })

  it('that depends on chance is compared as a whole', async () => {
    let dice = 0.1
    const plane = await startPlane({ random: () => dice })
    const lottery: Flag = {
      outcomes: [
        { value: 'lost', reason: 'SPLIT' },
        { value: 'won', reason: 'SPLIT' },
      ],
      decide: { split: ['random'], arms: [[0, 0.5, 0]], else: 1 },
    }
    plane.shop.serve({ flags: { lottery } })
    const { etag = '' } = await ask(plane, {})
    expect((await ask(plane, {}, { 'if-none-match': etag })).status).toBe(304)
    dice = 0.9
    expect((await ask(plane, {}, { 'if-none-match': etag })).status).toBe(200)
  })
})

describe('compression', () => {
  const long: Flag = { outcomes: [{ value: 'x'.repeat(3_000), reason: 'STATIC' }], decide: 0 }

  it.each([
    ['gzip', true],
    ['br, gzip, deflate', true],
    ['GZIP;q=0.5', true],
    ['*', true],
    ['x-gzip', true],
    ['br;q=1.0, *;q=0.1', true],
    ['identity', false],
    ['br', false],
    ['', false],
    ['gzip;q=0', false],
    ['gzip; q=0.000, *', false],
    ['*;q=0', false],
    ['gzipped', false],
  ])('of a long answer follows Accept-Encoding: %s', async (acceptEncoding, isCompressed) => {
    const plane = await startPlane()
    plane.shop.serve({ flags: { long } })
    const plain = await ask(plane, {})
    const { headers, body, etag } = await ask(plane, {}, { 'accept-encoding': acceptEncoding })
    expect(headers['content-encoding']).toBe(isCompressed ? 'gzip' : undefined)
    expect(headers['content-length']).toBe(String(body.length))
    expect(etag).toBe(isCompressed ? plain.etag?.replace(/"$/, '-gzip"') : plain.etag)
    expect((isCompressed ? gunzipSync(body) : body).equals(plain.body)).toBe(true)
  })

  it('leaves short answers alone', async () => {
    const plane = await startPlane()
    const { headers } = await ask(plane, {}, { 'accept-encoding': 'gzip' })
    expect(headers).not.toHaveProperty('content-encoding')
  })

  it('is no reason to send an answer again', async () => {
    const plane = await startPlane()
    plane.shop.serve({ flags: { long } })
    const gzip = { 'accept-encoding': 'gzip' }
    const { etag = '' } = await ask(plane, {}, gzip)
    expect(etag).toMatch(/-gzip"$/)
    for (const headers of [gzip, {}]) {
      const again = await ask(plane, {}, { ...headers, 'if-none-match': etag })
      expect([again.status, again.etag]).toEqual([304, etag])
    }
  })
})
