import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatProblems } from '../../src/config/problem.js'
import { load, type Sources } from './load.js'

/** Recognised wherever it turns up, and long enough that a part of it is. */
const secret = 'hunter2-correct-horse'

function hasSecret(text: string): boolean {
  return text.includes('hunter2') || text.includes('horse')
}

async function toldAbout(sources: Sources): Promise<string> {
  const loaded = await load(sources)
  return loaded.ok ? JSON.stringify(loaded.warnings) : formatProblems(loaded.problems) + JSON.stringify(loaded.problems)
}

/** Every way to write a secret wrong. */
const wrong = [
  { name: 'with spaces', text: `"${secret} and more"` },
  { name: 'as a list', text: `[${secret}]` },
  { name: 'as a key', text: `{ ${secret}: 1 }` },
  { name: 'as a key beside a file', text: `{ fromFile: /none, ${secret}: 1 }` },
  { name: 'beside a reference', text: `"${secret}\${NOT_SET}"` },
  { name: 'without its end', text: `"${secret}` },
  { name: 'with a tag', text: `!mine ${secret}` },
  { name: 'behind a stray colon', text: `a: ${secret}` },
  { name: 'behind a reserved character', text: `@${secret}` },
]

const places = [
  { name: 'a server key', lines: (text: string) => `    serverKeys:\n      - ${text}` },
  {
    name: 'a key with a date',
    lines: (text: string) => `    serverKeys:\n      - key: ${text}\n        validUntil: 2027-01-01T00:00:00Z`,
  },
  {
    name: 'the date of a key',
    lines: (text: string) => `    serverKeys:\n      - key: one\n        validUntil: ${text}`,
  },
  { name: 'a list of client keys', lines: (text: string) => `    clientKeys: ${text}` },
  { name: 'a management token', lines: (text: string) => `management:\n  token: ${text}` },
  { name: 'all of management', lines: (text: string) => `management: ${text}` },
  { name: 'a mistyped setting', lines: (text: string) => `management:\n  tokn: ${text}` },
]

const upstreamPlaces = ['environmentKey', 'proxy', 'ca', 'headers', 'mistyped'].map((option) => ({
  name: `upstream.${option}`,
  file: (text: string) => `environments:\n  e:\n    upstream:\n      type: flagsmith\n      ${option}: ${text}`,
}))

const rows = wrong.flatMap(({ name, text }) => [
  ...places.map((place) => ({
    name: `${place.name} ${name}`,
    file: `environments:\n  e:\n    upstream: { type: file, path: /f }\n${place.lines(text)}`,
  })),
  ...upstreamPlaces.map((place) => ({ name: `${place.name} ${name}`, file: place.file(text) })),
])

describe('secrets', () => {
  // A name is told where names belong: a key of the file that is no setting is such a name.
  const valueRows = rows.filter(({ name }) => !name.includes('as a key'))
  const keyRows = rows.filter(({ name }) =>
    /(server key|with a date|date of a key|token|environmentKey|proxy|ca) as a key/.test(name),
  )

  it.each([...valueRows, ...keyRows])('stay untold: $name', async ({ file }) => {
    expect(hasSecret(await toldAbout({ file }))).toBe(false)
  })

  it('stay untold in variables of any name', async () => {
    const names = [
      'SWITCHYARD_ENVIRONMENTS',
      'SWITCHYARD_ENVIRONMENTS__E',
      'SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS',
      'SWITCHYARD_ENVIRONMENTS__E__UPSTREAM',
      'SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__ENVIRONMENT_KEYS',
      'SWITCHYARD_MANAGEMENT',
      'SWITCHYARD_MANAGEMENT__TOKENS',
      'SWITCHYARD_TOKEN',
    ]
    const env = Object.fromEntries(names.map((name) => [name, secret]))
    expect(hasSecret(await toldAbout({ env }))).toBe(false)
  })

  it('stay untold when they come from elsewhere and do not fit', async () => {
    const file = `
environments:
  e: { upstream: { type: file, path: /f }, serverKeys: ['\${KEY}', { fromFile: /key }, '\${KEY}'] }
`
    const told = await toldAbout({ file, env: { KEY: `${secret} ` }, files: { '/key': `${secret}\n${secret}` } })
    expect(told).toContain('serverKeys[1]')
    expect(hasSecret(told)).toBe(false)
  })

  it('stay untold in addresses', async () => {
    const file = `
environments:
  a: { upstream: { type: flagsmith, environmentKey: k, baseUrl: 'https://u:${secret}@a.test' }, serverKeys: [a] }
  b: { upstream: { type: flagsmith, environmentKey: k, baseUrl: 'https://a.test/?token=${secret}' }, serverKeys: [b] }
  c: { upstream: { type: flagsmith, environmentKey: k, realtimeUrl: 'ftp://u:p/${secret}@a.test' }, serverKeys: [c] }
`
    const told = await toldAbout({ file })
    expect(told).toContain('environments.b.upstream.baseUrl')
    expect(hasSecret(told)).toBe(false)
  })
})

describe('loading', () => {
  it('never rejects, whatever the text is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json({ maxDepth: 4 })), async (file) => {
        expect(await load({ file })).toMatchObject({ ok: false })
      }),
      { numRuns: 300 },
    )
  })

  it('never rejects, whatever stands at a setting', async () => {
    const setting = fc.constantFrom('server', 'management', 'log', 'keyless', 'environments')
    const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })))
    await fc.assert(
      fc.asyncProperty(fc.dictionary(setting, anything), async (settings) => {
        const loaded = await load({ file: JSON.stringify(settings) })
        if (!loaded.ok) expect(loaded.problems.length).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })

  it('never rejects, whatever variables are called and hold', async () => {
    const part = fc.constantFrom(
      'ENVIRONMENTS',
      'E',
      'UPSTREAM',
      'TYPE',
      'SERVER_KEYS',
      '0',
      '99999',
      'PROTO',
      '',
      '__PROTO__',
    )
    const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `SWITCHYARD_${parts.join('__')}`)
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, fc.string(), { maxKeys: 6 }), async (env) => {
        const loaded = await load({ env })
        if (!loaded.ok) expect(loaded.problems.length).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })
})
