/** Requests that are nearly HTTP, in pieces: what goes over the socket, not what a client library would send. */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { contexts, names, texts } from './hostile.mjs'
import { framings } from './http-framing.mjs'
import { mutate, mutations } from './mutation.mjs'

const bulk = '/ofrep/v1/evaluate/flags'

/** Longest texts in addresses and headers: the relay takes 16,384 bytes of both together. */
const maxHeadLength = 20_000

/**
 * One request, or several in a row on one connection.
 *
 * @param {{ maxLength: number }} options length of the longest texts
 * @param {{ key: string, otherKeys: readonly string[] }} keys of the relay under test
 * @returns {fc.Arbitrary<import('../checks/conversation.mjs').Conversation>}
 */
export function conversations(options, keys) {
  const piece = fc.oneof({ weight: 8, arbitrary: requests(options, keys) }, { weight: 1, arbitrary: garbage(options) })
  return fc
    .record({
      requests: fc.array(piece, { minLength: 1, maxLength: 3 }),
      cuts: fc.array(fc.nat(2_000), { maxLength: 3 }),
      ending: fc.constantFrom('wait', 'wait', 'end', 'reset'),
    })
    .map(({ requests, cuts, ending }) => ({
      pieces: cutInto(Buffer.concat(requests.map(({ bytes }) => bytes)), cuts),
      ending,
      hasBodies: requests.every(({ hasBodies }) => hasBodies),
    }))
}

/**
 * Requests that are HTTP, with hostile addresses, headers and bodies.
 *
 * @param {{ maxLength: number }} options length of the longest texts
 * @param {{ key: string, otherKeys: readonly string[] }} keys
 * @returns {fc.Arbitrary<{ method: string, url: string, headers: [string, string][], body: Buffer }>}
 */
export function wellFramedRequests(options, keys) {
  return fc.record({ method: methods, url: anyUrl(), headers: headers(keys), body: bodies(options) })
}

function requests(options, keys) {
  return fc
    .record({
      method: methods,
      url: anyUrl(),
      version: versions,
      headers: headers(keys),
      host: mostly('Host: relay\r\n', ''),
      body: bodies(options),
      framing: framings,
      newline: mostly('\r\n', '\n', '\r'),
    })
    .map((request) => ({ bytes: bytesOf(request), hasBodies: request.method !== 'HEAD' }))
}

/** The first of these, most of the time. */
function mostly(usual, ...others) {
  return fc.oneof({ weight: 10, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: fc.constantFrom(...others) })
}

function garbage(options) {
  const openings = fc.constantFrom(
    '\r\n'.repeat(5_000),
    '\0'.repeat(9_000),
    '\x16\x03\x01\x02\x00',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'GET',
    'GET / HTTP/1.1\r\n: \r\n\r\n',
    'GET / HTTP/1.1\r\n a: b\r\n\r\n',
    '{"context":{}}',
  )
  return fc.oneof(openings, texts(options.maxLength)).map((text) => ({ bytes: Buffer.from(text), hasBodies: true }))
}

// prettier-ignore
const rareMethods = fc.constantFrom(
  'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'PRI', 'post', '', ' ', 'P\0ST', 'A'.repeat(5_000), 'Ä',
)

const methods = fc.oneof(
  { weight: 6, arbitrary: fc.constant('POST') },
  { weight: 2, arbitrary: fc.constantFrom('GET', 'HEAD', 'OPTIONS') },
  { weight: 1, arbitrary: rareMethods },
)

// prettier-ignore
const versions = mostly('HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', 'HTTP/1.', 'HTP/1.1', '')

// prettier-ignore
const strangeKeys = fc.constantFrom(
  'plain', 'a%2Fb%20c%25', '%', '%z', '%zz', '%C3', '%ED%A0%80', '%00', '%2e%2e', '..', '../..', 'a/b', '__proto__',
  'a?b=c', 'a#b', '\u0000', 'ä', '', '//',
)

// prettier-ignore
const otherPlaces = fc.constantFrom(
  '/healthz', '/ofrep/v1/events', '/switchyard/v1/stream', '/switchyard/v1/ruleset', '/ofrep/v1/configuration', '/metrics', '/',
)

// prettier-ignore
const strangeUrls = fc.constantFrom(
  '', '*', '?', '//', 'http://', `http://other.example${bulk}`, `http://[::1${bulk}`, 'other.example:443',
  `${bulk} HTTP/1.1\r\nX: `, `${bulk}${'/'.repeat(9_000)}`, `/${'a'.repeat(20_000)}`,
)

function anyUrl() {
  const text = texts(maxHeadLength)
  const keys = fc.oneof(
    text.map((key) => encodeURIComponent(key.toWellFormed())),
    strangeKeys,
  )
  const withQuery = fc.constantFrom(bulk, '/ofrep/v1/events?channels=', '/switchyard/v1/stream')
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(bulk) },
    { weight: 3, arbitrary: keys.map((key) => `${bulk}/${key}`) },
    { weight: 2, arbitrary: otherPlaces },
    { weight: 1, arbitrary: fc.tuple(withQuery, text).map(([place, query]) => `${place}?${query}`) },
    { weight: 1, arbitrary: strangeUrls },
  )
}

/** Values with a meaning, wrong ones among them. */
// prettier-ignore
const meaningful = {
  'Content-Type': ['application/json', 'APPLICATION/JSON; charset=utf-16', 'text/plain', 'application/x-www-form-urlencoded', '+json', ';'],
  'Content-Encoding': ['gzip', 'deflate', 'br', 'identity', 'IDENTITY', 'gzip, gzip', ''],
  'Accept-Encoding': ['gzip', 'gzip;q=0', `*;q=${'0'.repeat(3_000)}`, ','.repeat(5_000), 'gzip;q=0.0 '.repeat(500)],
  'If-None-Match': ['*', '"', '""', 'W/"x"', `${'"a", '.repeat(2_000)}"b"`, ','.repeat(5_000)],
  Expect: ['100-continue', '200-ok', '100-continue, 100-continue'],
  Connection: ['close', 'keep-alive', 'upgrade', 'close, keep-alive', ''],
  Upgrade: ['websocket', 'h2c', 'TLS/1.0'],
  Origin: ['null', '*', 'https://other.example', '__proto__', 'a\tb'],
  'Last-Event-ID': ['0-0000000000000000', '-1', '9'.repeat(400), '\x7f', '1-__proto__'],
  'Access-Control-Request-Method': ['POST', '__proto__'],
  'Switchyard-Ruleset': ['1', '2', 'flagd', '1; flagd, flagsmith'],
  Host: ['', 'a, b', 'relay:99999'],
  Cookie: ['a=b; '.repeat(2_500)],
  ['__proto__']: ['x'],
  constructor: ['x'],
  ['X'.repeat(17_000)]: ['x'],
  '': ['x'],
  'A B': ['x'],
  'A\0': ['x'],
}

function headers({ key, otherKeys }) {
  const bearers = [key, ...otherKeys, '', ' ', 'ä'].map((each) => ['Authorization', `Bearer ${each}`])
  const credentials = [
    ...bearers,
    ['Authorization', `bearer \t${key} `],
    ['Authorization', `Basic ${key}`],
    ...[key, '', `${key}, ${key}`].map((value) => ['X-API-Key', value]),
  ]
  const known = Object.entries(meaningful).flatMap(([name, values]) => values.map((value) => [name, value]))
  const hostile = fc.tuple(fc.oneof(names, fc.constant('X-Any')), texts(maxHeadLength))
  const header = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...known, ...credentials) },
    { weight: 1, arbitrary: hostile },
  )
  const repetitions = fc.oneof(
    { weight: 20, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constantFrom(40, 2_100) },
  )
  return fc
    .tuple(mostly([['Authorization', `Bearer ${key}`]], []), fc.array(header, { maxLength: 5 }), repetitions)
    .map(([first, others, times]) => [
      ...first,
      ...others,
      ...Array.from({ length: times - 1 }, () => ['X-Again', 'x']),
    ])
}

function bodies(options) {
  const context = contexts(options)
  const text = fc.oneof(
    { weight: 4, arbitrary: context.map((context) => JSON.stringify({ context })) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(context, mutations(options))
        .map(([context, wrong]) => JSON.stringify(mutate({ context }, wrong))),
    },
    { weight: 2, arbitrary: texts(options.maxLength) },
    { weight: 1, arbitrary: fc.constantFrom('[', '{"a":', '{"context":{"a":').map((piece) => piece.repeat(50_000)) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(2 ** 20 - 30, 2 ** 20 + 1)
        .map((length) => `{"context":{"a":"${'x'.repeat(length)}"}}`),
    },
  )
  const asSent = mostly(
    (body) => body,
    (body) => gzipSync(body),
    (body) => body.subarray(0, body.length >> 1),
    (body) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]),
    (body) => Buffer.from(body.toString(), 'utf16le'),
  )
  return fc.tuple(text, asSent).map(([text, send]) => send(Buffer.from(text)))
}

function bytesOf({ method, url, version, headers, host, body, framing, newline }) {
  const framed = method === 'POST' || method === 'PUT' ? framing(body) : { headers: [], body: [] }
  const lines = [...headers, ...framed.headers].map(([name, value]) => `${name}: ${value}${newline}`)
  const head = `${method} ${url} ${version}${newline}${host}${lines.join('')}${newline}`
  return Buffer.concat([head, ...framed.body].map((part) => Buffer.from(part)))
}

function cutInto(bytes, cuts) {
  const sorted = cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b)
  return [...sorted, bytes.length].map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end))
}
