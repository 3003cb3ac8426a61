/** What the page asks: itself, lists of flags, one flag, explanations as text. Reads the build. */
import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { startPlane, type PlaneOptions } from './start-plane.js'

const flagOf = (targeting?: object) => ({
  state: 'ENABLED',
  variants: { on: true, off: false },
  defaultVariant: 'off',
  ...(targeting === undefined ? {} : { targeting }),
})
const staff = { if: [{ ends_with: [{ var: 'email' }, '@corp.example'] }, 'on', 'off'] }
const half = {
  if: [
    { '==': [{ var: 'plan' }, 'gold'] },
    {
      fractional: [
        ['on', 50],
        ['off', 50],
      ],
    },
    'off',
  ],
}
const shop = { flags: { banner: flagOf(staff), 'checkout-Button': flagOf(half), plain: flagOf() } }
const token = 'correct horse battery staple'.replaceAll(' ', '-')
const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`
const start = (options: Partial<PlaneOptions> = {}) => startPlane({ documents: { shop }, ...options })

type Question = readonly [method: 'GET' | 'POST', path: string]

/** Everything that the page asks of the plane. */
const questions: readonly Question[] = [
  ['GET', '/'],
  ['GET', '/status'],
  ['GET', '/flags'],
  ['GET', '/flag?key=banner'],
  ['GET', '/snapshots'],
  ['POST', '/explain'],
  ['POST', '/snapshots/activate'],
  ['POST', '/snapshots/confirm'],
]

type Plane = Awaited<ReturnType<typeof start>>

function put({ ask }: Plane, [method, path]: Question, headers: Record<string, string> = {}) {
  return method === 'GET' ? ask.get(path).set(headers) : ask.post(path).set(headers).send({})
}

describe('GET /', () => {
  it('is the page, under a policy that names its script and its style and lets nothing else in', async () => {
    const { text, headers } = await (await start()).ask.get('/')
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    })
    const [, script = ''] = /<script type="module">(.*?)<\/script>/s.exec(text) ?? []
    const policy = headers['content-security-policy']
    expect(policy).toContain(`script-src 'sha256-${hash('sha256', script, 'base64')}';`)
    expect(policy).toMatch(/^default-src 'none';.*connect-src 'self';.*frame-ancestors 'none'/)
    expect(policy).not.toMatch(/unsafe|http|\*/)
  })

  it('has a head without a body, and no other methods', async () => {
    const { ask } = await start()
    const head = await ask.head('/')
    expect([head.status, head.text, Number(head.headers['content-length']) > 1_000]).toEqual([200, undefined, true])
    expect((await ask.post('/')).status).toBe(405)
  })
})

describe('who may see the page', () => {
  it.each(questions)('%s %s wants the token, and tells a browser to ask for it', async (...question) => {
    const plane = await start({ token })
    for (const authorization of ['', 'Bearer wrong', basic('ada:wrong'), basic(token), 'Digest x']) {
      const { status, headers, body, text } = await put(plane, question, { authorization })
      expect([status, body.error.code]).toEqual([401, 'UNAUTHORIZED'])
      expect(headers['www-authenticate']).toBe('Bearer, Basic realm="Switchyard", charset="UTF-8"')
      expect(text).not.toContain(token)
    }
  })

  it.each(questions)('%s %s takes it from a bearer, and as a password with any name', async (...question) => {
    const plane = await start({ token })
    for (const authorization of [`Bearer ${token}`, basic(`ada:${token}`), basic(`:${token}`)]) {
      expect((await put(plane, question, { authorization })).status).not.toBe(401)
    }
  })

  it.each(questions)('%s %s is no use to a page of another origin', async (...question) => {
    const plane = await start({ allowsChanges: true })
    const { status, headers, body } = await put(plane, question, {
      origin: 'http://evil.example',
      'sec-fetch-site': 'cross-site',
    })
    // Reading is answered, and the browser keeps the answer from that page.
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    expect(headers['cross-origin-resource-policy']).toBe('same-origin')
    if (question[0] === 'POST') expect([status, body.error.code]).toEqual([403, 'ORIGIN_NOT_ALLOWED'])
    else expect(status).toBe(200)
  })

  it('refuses a page of another origin before it looks whether changes are allowed, and with the right token, too', async () => {
    const plane = await start({ token })
    const headers = { authorization: basic(`ada:${token}`), origin: 'http://evil.example' }
    const { status, body } = await put(plane, ['POST', '/snapshots/activate'], headers)
    expect([status, body.error.code]).toEqual([403, 'ORIGIN_NOT_ALLOWED'])
  })
})

describe('changes over the management plane', () => {
  it.each(['/snapshots/activate', '/snapshots/confirm'] as const)('POST %s is for those who may', async (path) => {
    const without = await put(await start(), ['POST', path])
    expect([without.status, without.body.error]).toEqual([
      403,
      {
        code: 'CHANGES_NOT_ALLOWED',
        message: 'nothing can be changed here: set management.allowChanges to true to allow it',
      },
    ])
    const allowed = await put(await start({ allowsChanges: true }), ['POST', path])
    expect([allowed.status, allowed.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
  })

  it('tells the page whether they are', async () => {
    for (const allowsChanges of [true, false]) {
      const { body } = await (await start({ allowsChanges })).ask.get('/status')
      expect(body.allowsChanges).toBe(allowsChanges)
    }
  })
})

describe('GET /flags', () => {
  it('tells each flag with its type, its outcomes and how often each variant was answered', async () => {
    const { ask, first, usage, revision } = await start()
    const served = first?.environment.served
    if (first === undefined || served == null) throw new Error('nothing is served')
    for (const email of ['ada@corp.example', 'bob@corp.example', 'eve@elsewhere.example']) {
      const outcome = served.snapshot.evaluate('banner', { email }, { nowMs: 0, random: Math.random })
      first.environment.usage.count(served, outcome)
    }
    const evaluations = [{ flagKey: 'banner', variant: 'off', reason: 'TARGETING_MATCH', count: 5 }]
    usage.accept('shop', served.snapshot, { key: 'k', evaluations })
    const { status, body } = await ask.get('/flags')
    expect([status, body.environment, body.revision, body.found]).toEqual([200, 'shop', revision, 3])
    expect(body.flags[0]).toEqual({
      key: 'banner',
      type: 'boolean',
      isStatic: false,
      isDisabled: false,
      audience: 'all',
      outcomes: expect.arrayContaining([
        { variant: 'on', isError: false, value: 'true', isComputed: false, reason: 'TARGETING_MATCH' },
      ]),
      answers: [
        { variant: 'off', isError: false, remote: 1, inProcess: 5 },
        { variant: 'on', isError: false, remote: 2, inProcess: 0 },
      ],
    })
  })

  it('finds a part of the key, in any case', async () => {
    const { ask } = await start()
    const found = async (search: string): Promise<unknown> => {
      const { body } = await ask.get('/flags').query({ search })
      return [body.found, body.flags.map(({ key }: { key: string }) => key)]
    }
    expect(await found('BUTTON')).toEqual([1, ['checkout-Button']])
    expect(await found(' an ')).toEqual([1, ['banner']])
    expect(await found('')).toEqual([3, ['banner', 'checkout-Button', 'plain']])
    expect(await found('.*')).toEqual([0, []])
  })

  it('lists the first 200, and says how many there are', async () => {
    const flags = Object.fromEntries(Array.from({ length: 230 }, (_, index) => [`flag-${index}`, flagOf()]))
    const { body } = await (await start({ documents: { shop: { flags } } })).ask.get('/flags')
    expect([body.found, body.flags.length]).toEqual([230, 200])
  })
})

describe('GET /flag', () => {
  it('tells the rules in plain words', async () => {
    const { body } = await (await start()).ask.get('/flag').query({ environment: 'shop', key: 'checkout-Button' })
    expect(body.flag.key).toBe('checkout-Button')
    expect(body.rules).toEqual([
      {
        text: 'Rule 1, if',
        below: [
          { text: 'plan is "gold"', below: [] },
          {
            text: 'then:',
            below: [
              {
                text: 'Split by bucket',
                below: [
                  { text: 'MurmurHash3 of flag key and targeting key' },
                  { text: 'from 0 to below 50: variant on (true)' },
                  { text: 'from 50 to below 100: variant off (false)' },
                  { text: 'where there is nothing to hash: variant off (false)' },
                ],
              },
            ],
          },
        ],
      },
      { text: 'Otherwise: variant off (false)' },
    ])
  })
})

describe('a question about flags', () => {
  it.each<[string, number, string, string]>([
    ['/flags', 400, 'INVALID_REQUEST', 'environment is missing: there are shop, late'],
    ['/flags?environment=x', 404, 'ENVIRONMENT_NOT_FOUND', 'there is no environment "x": there are shop, late'],
    ['/flags?environment=late', 503, 'PROVIDER_NOT_READY', 'the environment late has no data yet'],
    ['/flags?environment=shop&searhc=a', 400, 'INVALID_REQUEST', '"searhc": known are environment, search'],
    ['/flags?environment=shop&search=a&search=b', 400, 'INVALID_REQUEST', 'search is there more than once'],
    ['/flag?environment=shop', 400, 'INVALID_REQUEST', 'key is missing: it names a flag'],
    ['/flag?environment=shop&key=nothing', 404, 'FLAG_NOT_FOUND', 'flag "nothing" not found'],
    ['/flag?environment=shop&key=toString', 404, 'FLAG_NOT_FOUND', 'flag "toString" not found'],
    ['/flag?environment=late&key=a', 503, 'PROVIDER_NOT_READY', 'the environment late has no data yet'],
    ['/snapshots?environment=x', 404, 'ENVIRONMENT_NOT_FOUND', 'there is no environment "x"'],
  ])('%s is refused', async (path, status, code, message) => {
    const { ask } = await start({ documents: { shop, late: null } })
    const response = await ask.get(path)
    expect([response.status, response.body.error.code]).toEqual([status, code])
    expect(response.body.error.message).toContain(message)
  })
})

describe('POST /explain with text', () => {
  it('tells the way to the answer as people read it, one text for each flag', async () => {
    const { ask } = await start()
    const context = { targetingKey: 'user-1', plan: 'gold' }
    const { body } = await ask.post('/explain').send({ flag: ['checkout-Button', 'plain'], context, text: true })
    expect(body.explanations).toHaveLength(2)
    expect(body.texts).toHaveLength(2)
    expect(body.texts[0]).toContain('yes  plan is "gold" (plan: "gold")')
    expect(body.texts[0]).toContain('MurmurHash3 of "checkout-Buttonuser-1"')
    expect(body.texts[0]).toContain('ranges: 0 to 50 is on (true), 50 to 100 is off (false)')
    expect(body.texts[1]).toContain('everybody gets this answer')
  })

  it('has none where none is asked for, and takes nothing but true and false', async () => {
    const { ask } = await start()
    expect((await ask.post('/explain').send({ text: false })).body).not.toHaveProperty('texts')
    const { status, body } = await ask.post('/explain').send({ text: 'yes' })
    expect([status, body.error.message]).toEqual([400, 'text is neither true nor false'])
  })
})
