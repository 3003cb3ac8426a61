/** Hostile requests for both planes: HTTP by its framing, and anything in address, headers, key and body. */
import fc from 'fast-check'
import { contexts, json, texts } from '../fuzz/generators/hostile.mjs'
import { conversations, wellFramedRequests } from '../fuzz/generators/http-request.mjs'
import { privateText, secrets, serverOnly } from './relay-under-attack.mjs'

/**
 * @typedef {object} HostileRequest
 * @property {'data' | 'management'} plane
 * @property {Buffer} bytes
 * @property {boolean} hasBody whether an answer has a body
 * @property {boolean} isWhole whether it is all there, so that its answer can be timed
 */

const options = { maxLength: 20_000 }
const keys = {
  key: secrets.serverKey,
  otherKeys: [
    secrets.clientKey,
    secrets.clientKey,
    secrets.clientKey,
    secrets.logicKey,
    secrets.waitingKey,
    secrets.expiredKey,
  ],
}

/** What somebody tries who has a client key and wants more, or wants the relay to tell of somebody. */
const prying = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'POST', 'HEAD'),
    url: fc.constantFrom(
      '/switchyard/v1/ruleset',
      '/switchyard/v1/stream',
      '/switchyard/v1/usage',
      '/ofrep/v1/evaluate/flags',
      ...serverOnly.map((name) => `/ofrep/v1/evaluate/flags/${name}`),
      ...Object.values(secrets).map((secret) => `/ofrep/v1/events?token=${secret}`),
      `/ofrep/v1/evaluate/flags/max?user=${privateText}`,
      `/${privateText}`,
    ),
    headers: fc
      .constantFrom(
        secrets.clientKey,
        secrets.clientKey,
        `${secrets.clientKey}x`,
        secrets.token,
        secrets.expiredKey,
        privateText,
      )
      .map((key) => [['Authorization', `Bearer ${key}`]]),
    body: contexts(options).map((context) =>
      Buffer.from(JSON.stringify({ context: { ...context, mail: privateText } })),
    ),
  })
  .map((request) => ({ plane: 'data', ...request }))

const credentials = fc.constantFrom(
  [['Authorization', `Bearer ${secrets.token}`]],
  [['Authorization', `Basic ${Buffer.from(`admin:${secrets.token}`).toString('base64')}`]],
  [['Authorization', `Basic ${Buffer.from(privateText).toString('base64')}`]],
  [['Authorization', `Bearer ${secrets.serverKey}`]],
  [],
)

// prettier-ignore
const managementPlaces = fc.constantFrom(
  '/',
  '/livez',
  '/readyz',
  '/readyz?fail-on=stale',
  '/readyz?fail-on=bogus',
  '/metrics',
  '/status',
  '/flags',
  '/flag',
  '/explain',
  '/snapshots',
  '/snapshots/activate',
  '/snapshots/confirm',
  '/nothing',
  '/..%2f',
  '/%',
  '//',
  `/${privateText}`,
)

const management = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'POST', 'HEAD', 'PUT', 'OPTIONS'),
    place: managementPlaces,
    query: fc.oneof(
      fc.constant(''),
      fc
        .tuple(fc.constantFrom('environment', 'search', 'key', 'flag', '__proto__', 'a[b]'), texts(2_000))
        .map(([name, text]) => `?environment=shop&${name}=${encodeURIComponent(text.toWellFormed())}`),
      fc.constant('?environment=shop&key=ruled'),
      fc.constant(`?token=${secrets.token}&user=${privateText}`),
    ),
    credentials,
    others: fc.constantFrom(
      [],
      [['Origin', 'https://other.example']],
      [['Sec-Fetch-Site', 'cross-site']],
      [['X', 'y'.repeat(9_000)]],
    ),
    asked: fc.oneof(
      fc.record({
        environment: fc.constantFrom('shop', 'logic', 'blog', '__proto__'),
        context: contexts(options).map((context) => ({ ...context, mail: privateText })),
        text: fc.boolean(),
        redact: fc.constant(true),
      }),
      json({ maxLength: 2_000 }),
    ),
  })
  .map(({ method, place, query, credentials, others, asked }) => ({
    plane: 'management',
    method,
    url: place.includes('?') ? place : place + query,
    headers: [...credentials, ...others],
    body: Buffer.from(JSON.stringify(asked) ?? ''),
  }))

const dataPlane = wellFramedRequests(options, keys).map((request) => ({ plane: 'data', ...request }))

/** Near-HTTP in pieces; here as one piece. */
const broken = conversations(options, keys).map(({ pieces, hasBodies }) => ({
  plane: 'data',
  bytes: Buffer.concat(pieces),
  hasBody: hasBodies,
  isWhole: false,
}))

/** @type {fc.Arbitrary<HostileRequest>} */
export const hostileRequests = fc.oneof(
  { weight: 6, arbitrary: dataPlane.map(framed) },
  { weight: 3, arbitrary: prying.map(framed) },
  { weight: 3, arbitrary: management.map(framed) },
  { weight: 1, arbitrary: broken },
  { weight: 1, arbitrary: broken.map((request) => ({ ...request, plane: 'management' })) },
)

function framed({ plane, method, url, headers, body }) {
  const withLength = method === 'GET' || method === 'HEAD' ? headers : [...headers, ['Content-Length', body.length]]
  const typed = plane === 'management' ? [...withLength, ['Content-Type', 'application/json']] : withLength
  const lines = typed.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const bytes = Buffer.from(`${method} ${url} HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n`)
  const isBodiless = method === 'GET' || method === 'HEAD'
  return { plane, bytes: isBodiless ? bytes : Buffer.concat([bytes, body]), hasBody: method !== 'HEAD', isWhole: true }
}
