/** What is wrong with certificates is told at the start: what, where, and what to do. */
import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, it } from 'vitest'
import { createAuthority, type Authority, type Pair } from '../transport/certificates.js'
import { load, withEnvironment } from './load.js'

let authority: Authority
let pair: Pair
let other: Pair
let files: Record<string, string>

beforeAll(() => {
  authority = createAuthority()
  pair = authority.issue('relay')
  other = authority.issue('other')
  const encrypted = execFileSync('openssl', ['pkcs8', '-topk8', '-passout', 'pass:x'], { input: pair.key })
  const weak = weakPair()
  files = {
    '/tls.crt': pair.certificate + authority.certificate,
    '/tls.key': pair.key,
    '/other.key': other.key,
    '/wrong-order.crt': authority.certificate + pair.certificate,
    '/ca.crt': authority.certificate,
    '/cut.crt': pair.certificate.slice(0, 300),
    '/cut.key': pair.key.slice(0, 60),
    '/damaged.crt': `${pair.certificate}-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`,
    '/encrypted.key': String(encrypted),
    '/weak.crt': weak.certificate,
    '/weak.key': weak.key,
  }
})

/** With a key that OpenSSL does not want to use any more. */
function weakPair(): Pair {
  const made = execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:512', '-nodes', '-keyout', '-', '-subj', '/CN=weak', '-days', '2'],
    { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' },
  )
  const [certificate = ''] = /-----BEGIN CERTIFICATE[\s\S]*?END CERTIFICATE-----/.exec(made) ?? []
  const [key = ''] = /-----BEGIN PRIVATE KEY[\s\S]*?END PRIVATE KEY-----/.exec(made) ?? []
  return { certificate, key }
}

/** Loads a file whose data plane is described so. */
function loadTls(tls: string, now?: () => number) {
  return load({ file: withEnvironment(`server: { tls: { ${tls} } }`), files, ...(now === undefined ? {} : { now }) })
}

async function problemsOf(tls: string): Promise<string[]> {
  const loaded = await loadTls(tls)
  return loaded.ok ? [] : loaded.problems.map(({ message }) => message)
}

const certificate = 'certificate: { fromFile: /tls.crt }'
const key = 'key: { fromFile: /tls.key }'
const clientCa = 'clientCa: { fromFile: /ca.crt }'

describe('certificates that can be used', () => {
  it.each([
    ['alone', `${certificate}, ${key}`],
    ['with an authority for clients', `${certificate}, ${key}, ${clientCa}, clientCertificate: required`],
    [
      'with an authority for clients that may show one',
      `${certificate}, ${key}, ${clientCa}, clientCertificate: optional`,
    ],
  ])('are taken: %s', async (_, tls) => {
    expect(await problemsOf(tls)).toEqual([])
  })
})

describe('certificates that cannot be used', () => {
  it.each([
    [
      'a file that is missing',
      `certificate: { fromFile: /none.crt }, ${key}`,
      'server.tls.certificate has no value: the file /none.crt does not exist.',
    ],
    [
      'no key',
      certificate,
      'server.tls.key is missing: expected a private key in PEM, ${VARIABLE} or { fromFile: path }.',
    ],
    [
      'a key of another certificate',
      `${certificate}, key: { fromFile: /other.key }`,
      'server.tls.key is not the key of server.tls.certificate, which begins with "CN=relay": give the two that were made together; ' +
        "of several certificates the server's own comes first.",
    ],
    [
      'the authority in front of the own one',
      `certificate: { fromFile: /wrong-order.crt }, ${key}`,
      'server.tls.key is not the key of server.tls.certificate, which begins with "CN=Test Authority": give the two that were made ' +
        "together; of several certificates the server's own comes first.",
    ],
    [
      'a file that was cut short',
      `certificate: { fromFile: /cut.crt }, ${key}`,
      'server.tls.certificate must be certificates in PEM, not text with a part that is no certificate.',
    ],
    [
      'a chain with a damaged part',
      `certificate: { fromFile: /damaged.crt }, ${key}`,
      'server.tls.certificate must be certificates in PEM, not text with a part that is no certificate.',
    ],
    [
      'a key that was cut short',
      `${certificate}, key: { fromFile: /cut.key }`,
      'server.tls.key must be a private key in PEM, not text with a part that is no private key.',
    ],
    [
      'an encrypted key',
      `${certificate}, key: { fromFile: /encrypted.key }`,
      'server.tls.key must be a private key that is not encrypted, not an encrypted one.',
    ],
    [
      'a certificate in place of the key',
      `${certificate}, key: { fromFile: /tls.crt }`,
      'server.tls.key must be a private key in PEM, ${VARIABLE} or { fromFile: path }, not ***.',
    ],
    [
      'clients that are asked, and no authority',
      `${certificate}, ${key}, clientCertificate: required`,
      'server.tls.clientCertificate asks clients for certificates: set server.tls.clientCa to the authority that issues them.',
    ],
    [
      'an authority that nobody is asked for',
      `${certificate}, ${key}, ${clientCa}`,
      'server.tls.clientCa is given, and no client is asked for a certificate: set server.tls.clientCertificate to required or ' +
        'optional, or remove it.',
    ],
    [
      'an authority that cannot be read',
      `${certificate}, ${key}, clientCa: { fromFile: /cut.crt }, clientCertificate: required`,
      'server.tls.clientCa must be certificates in PEM, not text with a part that is no certificate.',
    ],
  ])('are told: %s', async (_, tls, message) => {
    expect(await problemsOf(tls)).toEqual([message])
  })

  it('are told with what OpenSSL says of them', async () => {
    const [problem, ...more] = await problemsOf('certificate: { fromFile: /weak.crt }, key: { fromFile: /weak.key }')
    expect(problem).toMatch(/^server\.tls\.certificate is refused by OpenSSL: .*too small/)
    expect(more).toEqual([])
  })

  it('are told of both planes, with their places', async () => {
    const tls = `{ ${certificate}, key: { fromFile: /other.key } }`
    const file = withEnvironment(`server: { tls: ${tls} }\nmanagement: { tls: ${tls} }`)
    const loaded = await load({ file, files })
    expect(loaded.ok ? [] : loaded.problems.map(({ path, line }) => [path, line])).toEqual([
      ['server.tls.key', 5],
      ['management.tls.key', 6],
    ])
  })
})

describe('a certificate that an edge shows to its hub', () => {
  const problemsWith = async (upstream: string): Promise<string[]> => {
    const described = `{ type: switchyard, baseUrl: 'https://hub.test', ${upstream} }`
    const loaded = await load({
      file: `environments: { e: { upstream: ${described}, serverKeys: [key-of-e] } }`,
      files,
    })
    return loaded.ok ? [] : loaded.problems.map(({ message }) => message)
  }

  it('comes with its key', async () => {
    expect(await problemsWith(`${certificate}, ${key}`)).toEqual([])
    expect(await problemsWith(certificate)).toEqual([
      'environments.e.upstream.certificate needs environments.e.upstream.key: give both, or neither.',
    ])
    expect(await problemsWith(key)).toEqual([
      'environments.e.upstream.key needs environments.e.upstream.certificate: give both, or neither.',
    ])
    const [problem] = await problemsWith(`${certificate}, key: { fromFile: /other.key }`)
    expect(problem).toContain('environments.e.upstream.key is not the key of environments.e.upstream.certificate')
  })
})

describe('certificates at the wrong time', () => {
  const day = 86_400_000

  it.each([
    ['before it', -2 * day, /^The certificate "CN=relay" in server\.tls\.certificate is not valid before \S+Z\.$/],
    [
      'after it',
      20 * day,
      /^The certificate "CN=relay" in server\.tls\.certificate has expired on \S+Z: clients will refuse it\.$/,
    ],
  ])('are a warning: %s', async (_, offsetMs, message) => {
    const loaded = await loadTls(`${certificate}, ${key}`, () => Date.now() + offsetMs)
    expect(loaded).toMatchObject({ ok: true })
    const [first] = loaded.ok ? loaded.warnings : []
    expect(first).toMatchObject({ path: 'server.tls.certificate', message: expect.stringMatching(message) as unknown })
  })

  it('are none within it', async () => {
    expect(await loadTls(`${certificate}, ${key}`)).toMatchObject({ ok: true, warnings: [] })
  })
})
