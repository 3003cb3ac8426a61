/** For each rule a server that breaks it, and what the suite then says. */
import { isObject, memberOf, type Json, type JsonObject } from '../src/json.js'
import type { Answered, Asked, Fault } from './model-server.js'

export interface BrokenRule {
  readonly rule: string
  readonly fault: Fault
  /** Part of the first problem. */
  readonly says: RegExp
  /** The rule waits for something that never comes. */
  readonly isWaiting?: true
}

type Where = (asked: Asked, answered: Answered) => boolean
type Change = (answered: Answered, asked: Asked) => Answered

const isBulk: Where = ({ path }) => path === '/ofrep/v1/evaluate/flags'
const isRead: Where = ({ method }) => method === 'POST'
const isSingle: Where = ({ flagKey }) => flagKey !== null
const hasStatus =
  (status: number): Where =>
  (_, answered) =>
    answered.status === status
const isFlag =
  (key: string): Where =>
  ({ flagKey }) =>
    flagKey === key
const all =
  (...conditions: readonly Where[]): Where =>
  (asked, answered) =>
    conditions.every((condition) => condition(asked, answered))

/** Changes some answers. */
function where(condition: Where, change: Change): Fault {
  return { answer: (answered, asked) => (condition(asked, answered) ? change(answered, asked) : answered) }
}

const status =
  (changed: number): Change =>
  (answered) => ({ ...answered, status: changed })

/** Changes headers; undefined leaves one out. */
const headers =
  (changed: Readonly<Record<string, string | undefined>>): Change =>
  (answered) => ({ ...answered, headers: defined({ ...answered.headers, ...changed }) })

/** Changes members of the body; undefined leaves one out. */
const members =
  (changed: Readonly<Record<string, Json | undefined>>): Change =>
  (answered) => ({ ...answered, body: defined({ ...objectOf(answered.body), ...changed }) })

/** Changes members of one item of the answer with all flags. */
const item = (key: string, changed: Readonly<Record<string, Json | undefined>>): Fault =>
  where(all(isBulk, hasStatus(200)), (answered) => {
    const items = itemsOf(answered.body).map((one) =>
      memberOf(one, 'key') === key ? defined({ ...objectOf(one), ...changed }) : one,
    )
    return { ...answered, body: { ...objectOf(answered.body), flags: items } }
  })

/** Changes the first event stream of the answer with all flags. */
const stream = (changed: Readonly<Record<string, Json | undefined>>): Fault =>
  where(all(isBulk, hasStatus(200)), (answered) => {
    const [first, ...others] = memberOf(answered.body, 'eventStreams') as Json[]
    const eventStreams = [defined({ ...objectOf(first), ...changed }), ...others]
    return { ...answered, body: { ...objectOf(answered.body), eventStreams } }
  })

const text =
  (changed: string): Change =>
  (answered) => ({ ...answered, text: changed })

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function itemsOf(body: Json | undefined): readonly Json[] {
  return memberOf(body, 'flags') as readonly Json[]
}

function defined<T extends object>(value: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof T]: Exclude<T[Name], undefined> }
}

/** Evaluates as if that had been asked: gives back the answer of another status with what clients would see. */
const evaluated: Change = ({ headers: sent }) => ({
  status: 200,
  headers: { ...sent, 'content-type': 'application/json' },
  body: { key: 'on', value: true, reason: 'STATIC', flags: [] },
})

const gone: Change = (answered) => ({ ...answered, status: 404, text: '404 page not found' })
const refused: Change = (answered) => ({ ...answered, status: 400, body: { errorCode: 'INVALID_CONTEXT' } })
const tag = headers({ etag: '"always-the-same"' })
const plain = headers({ 'content-type': 'text/plain' })

const single: readonly BrokenRule[] = [
  {
    rule: 'single-boolean',
    fault: where(isFlag('on'), members({ value: 'true' })),
    says: /value to be true, received "true"/,
  },
  { rule: 'single-string', fault: where(isFlag('a/b c?'), members({ value: 'other' })), says: /to be "slashed"/ },
  { rule: 'single-integer', fault: where(isFlag('ten'), members({ value: '10' })), says: /to be 10, received "10"/ },
  { rule: 'single-float', fault: where(isFlag('half'), members({ value: 0 })), says: /to be 0.5, received 0/ },
  { rule: 'single-object', fault: where(isFlag('search'), members({ value: '{}' })), says: /received "\{\}"/ },
  { rule: 'single-code-default', fault: where(isFlag('retired'), members({ value: null })), says: /expected no value/ },
  { rule: 'single-key', fault: where(isSingle, members({ key: undefined })), says: /key to be "on", received nothing/ },
  { rule: 'single-reason', fault: where(isSingle, members({ reason: undefined })), says: /reason to be text/ },
  {
    rule: 'single-reason-known',
    fault: where(isSingle, members({ reason: 'LUCK' })),
    says: /"LUCK" is none of STATIC/,
  },
  {
    rule: 'single-variant',
    fault: where(isSingle, members({ variant: 7 })),
    says: /variant to be text or absent, received 7/,
  },
  { rule: 'single-metadata', fault: where(isSingle, members({ metadata: { a: {} } })), says: /metadata to be flat/ },
  { rule: 'single-no-error', fault: where(isSingle, members({ errorCode: '' })), says: /expected no errorCode/ },
  { rule: 'single-content-type', fault: where(isSingle, plain), says: /received "text\/plain"/ },
]

const error: readonly BrokenRule[] = [
  { rule: 'error-not-found', fault: where(hasStatus(404), status(200)), says: /expected status 404, received 200/ },
  { rule: 'error-not-found-key', fault: where(hasStatus(404), members({ key: undefined })), says: /key to be "ofrep-/ },
  {
    rule: 'error-parse-error',
    fault: where(isFlag('bad-rule'), status(500)),
    says: /expected status 400, received 500/,
  },
  {
    rule: 'error-targeting-key-missing',
    fault: where(isFlag('needs-key'), members({ errorCode: 'GENERAL' })),
    says: /errorCode to be TARGETING_KEY_MISSING, received "GENERAL"/,
  },
  {
    rule: 'error-invalid-context',
    fault: where(isFlag('bad-context'), members({ key: 'other' })),
    says: /key to be "bad-context"/,
  },
  { rule: 'error-general', fault: where(isFlag('broken'), gone), says: /expected status 400, received 404/ },
  {
    rule: 'error-wrong-context',
    fault: where(all(isSingle, hasStatus(400)), evaluated),
    says: /the body "\{.*status 400, received 200/,
  },
  {
    rule: 'error-wrong-context-code',
    fault: where(all(isSingle, hasStatus(400)), members({ errorCode: 'GENERAL' })),
    says: /to be "INVALID_CONTEXT", received "GENERAL"/,
  },
  {
    rule: 'error-malformed',
    fault: where(all(isSingle, hasStatus(400)), status(500)),
    says: /expected status 400, received 500/,
  },
  {
    rule: 'error-details',
    fault: where(hasStatus(404), members({ errorDetails: {} })),
    says: /errorDetails to be text/,
  },
  { rule: 'error-content-type', fault: where(hasStatus(404), plain), says: /application\/json/ },
  { rule: 'error-server', fault: where(hasStatus(500), text('<html>')), says: /a JSON object, received nothing/ },
  {
    rule: 'error-rate-limit',
    fault: where(hasStatus(429), headers({ 'retry-after': undefined })),
    says: /without Retry-After/,
  },
  {
    rule: 'error-retry-after',
    fault: where(hasStatus(429), headers({ 'retry-after': 'soon' })),
    says: /"soon" is neither/,
  },
  {
    rule: 'error-retry-after-seconds',
    fault: where(hasStatus(429), headers({ 'retry-after': '2026-02-07T12:00:00Z' })),
    says: /Retry-After is "2026/,
  },
]

const key: readonly BrokenRule[] = [
  {
    rule: 'key-slash',
    fault: where(({ path }) => path.includes('%2F'), gone),
    says: /expected status 200, received 404/,
  },
  {
    rule: 'key-reserved',
    fault: where(hasStatus(404), (answered, { flagKey }) =>
      members({ key: encodeURIComponent(flagKey ?? '') })(answered, {} as Asked),
    ),
    says: /key to be "ofrep-conformance %20\?a/,
  },
  { rule: 'key-unicode', fault: where(isFlag('größe 旗'), members({ key: 'grÃ¶Ãe' })), says: /key to be "größe 旗"/ },
  {
    rule: 'key-over-encoded',
    fault: where(({ path }) => path.endsWith('%6fn'), gone),
    says: /expected status 200, received 404/,
  },
]

const bulk: readonly BrokenRule[] = [
  { rule: 'bulk-flags', fault: where(isBulk, members({ flags: {} })), says: /flags to be a list, received \{\}/ },
  { rule: 'bulk-items', fault: item('on', { reason: undefined }), says: /item "on": expected reason to be text/ },
  {
    rule: 'bulk-unique-keys',
    fault: where(all(isBulk, hasStatus(200)), (answered) => {
      const flags = itemsOf(answered.body)
      return { ...answered, body: { ...objectOf(answered.body), flags: [...flags, ...flags.slice(0, 1)] } }
    }),
    says: /"on" is there twice/,
  },
  { rule: 'bulk-value-types', fault: item('ten', { value: [10] }), says: /no type of flag has the value \[10\]/ },
  { rule: 'bulk-variant', fault: item('ten', { variant: null }), says: /variant to be text or absent, received null/ },
  { rule: 'bulk-flag-metadata', fault: item('on', { metadata: ['a'] }), says: /metadata to be an object/ },
  {
    rule: 'bulk-set-metadata',
    fault: where(isBulk, members({ metadata: { version: 'v2' } })),
    says: /version to be "v1"/,
  },
  { rule: 'bulk-content-type', fault: where(isBulk, headers({ 'content-type': undefined })), says: /received nothing/ },
  {
    rule: 'bulk-described',
    fault: item('half', { value: 1 }),
    says: /item "half": expected value to be 0.5, received 1/,
  },
  { rule: 'bulk-code-default', fault: item('retired', { value: false }), says: /item "retired": expected no value/ },
  { rule: 'bulk-failing-flag', fault: item('broken', { value: 1 }), says: /item "broken": expected no value/ },
  { rule: 'bulk-agrees-with-single', fault: item('on', { variant: 'off' }), says: /differs .* in variant/ },
  {
    rule: 'bulk-wrong-context',
    fault: where(all(isBulk, hasStatus(400)), evaluated),
    says: /expected status 400, received 200/,
  },
  { rule: 'bulk-malformed', fault: where(all(isBulk, hasStatus(400)), text('bad')), says: /errorCode to be text/ },
  {
    rule: 'bulk-wrong-context-code',
    fault: where(all(isBulk, hasStatus(400)), members({ errorCode: 'PARSE_ERROR' })),
    says: /to be "INVALID_CONTEXT"/,
  },
]

let answers = 0
const ifNoneMatch =
  (pattern: RegExp): Where =>
  ({ headers: asked }) =>
    pattern.test(asked['if-none-match'] ?? '')
const wholeInstead: Change = (answered) => ({ ...answered, status: 200, body: { flags: [] } })
const notModified: Change = ({ headers: sent }) => ({ status: 304, headers: sent })

const etag: readonly BrokenRule[] = [
  { rule: 'etag-present', fault: where(isBulk, headers({ etag: undefined })), says: /there is no ETag/ },
  { rule: 'etag-quoted', fault: where(isBulk, headers({ etag: 'abc123xyz' })), says: /received abc123xyz/ },
  { rule: 'etag-strong', fault: where(isBulk, headers({ etag: 'W/"abc"' })), says: /W\/"abc" is weak/ },
  {
    rule: 'etag-stable',
    fault: where(isBulk, (answered) => headers({ etag: `"${(answers += 1)}"` })(answered, {} as Asked)),
    says: /the same request had the ETags/,
  },
  { rule: 'etag-not-modified', fault: where(hasStatus(304), wholeInstead), says: /expected status 304, received 200/ },
  {
    rule: 'etag-empty-body',
    fault: where(hasStatus(304), headers({ 'content-type': 'application/json' })),
    says: /expected no body, received Content-Type "application\/json"/,
  },
  {
    rule: 'etag-repeated',
    fault: where(hasStatus(304), headers({ etag: undefined })),
    says: /expected ETag ".*received nothing/,
  },
  {
    rule: 'etag-other',
    fault: where(ifNoneMatch(/something-else/), notModified),
    says: /expected status 200, received 304/,
  },
  { rule: 'etag-list', fault: where(ifNoneMatch(/,/), wholeInstead), says: /expected status 304/ },
  { rule: 'etag-weakened', fault: where(ifNoneMatch(/^W/), wholeInstead), says: /expected status 304/ },
  { rule: 'etag-any', fault: where(ifNoneMatch(/\*/), wholeInstead), says: /expected status 304/ },
  {
    rule: 'etag-context',
    fault: where(all(isBulk, ifNoneMatch(/./)), notModified),
    says: /expected status 200, received 304/,
  },
  { rule: 'etag-after-change', fault: where(isBulk, tag), says: /has changed, and its ETag is still "always/ },
]

const hinted: Where = ({ query }) => query.has('flagConfigEtag')
const textIn =
  (part: string): Where =>
  (asked) =>
    asked.text.includes(part)
const byMethod =
  (...methods: readonly string[]): Where =>
  ({ method }) =>
    methods.includes(method)

const request: readonly BrokenRule[] = [
  { rule: 'request-context-open', fault: where(textIn('deeper'), refused), says: /expected status 200, received 400/ },
  {
    rule: 'request-unknown-members',
    fault: where(textIn('"unknown"'), refused),
    says: /expected status 200, received 400/,
  },
  {
    rule: 'request-big-context',
    fault: where(({ text: body }) => body.length > 60_000, status(413)),
    says: /received 413/,
  },
  {
    rule: 'request-charset',
    fault: where(({ headers: asked }) => (asked['content-type'] ?? '').includes('charset'), status(415)),
    says: /received 415/,
  },
  {
    rule: 'request-query',
    fault: where(({ query }) => query.has('ofrep-conformance'), status(400)),
    says: /received 400/,
  },
  {
    rule: 'request-empty-object',
    fault: where(({ text: body }) => body === '{}', status(422)),
    says: /200 or 400, received 422/,
  },
  {
    rule: 'request-no-context',
    fault: where(({ text: body }) => body === '{}', refused),
    says: /expected status 200, received 400/,
  },
  {
    rule: 'request-no-targeting-key',
    fault: where(({ text: body }) => body.startsWith('{"context":{"ofrep'), refused),
    says: /expected status 200, received 400/,
  },
  { rule: 'request-hints', fault: where(hinted, status(400)), says: /\?flagConfigEtag.*received 400/ },
  {
    rule: 'request-hint-no-validator',
    fault: where(
      all(hinted, ({ headers: asked }) => asked['if-none-match'] === undefined),
      notModified,
    ),
    says: /expected status 200, received 304/,
  },
  { rule: 'request-method', fault: where(byMethod('PUT'), evaluated), says: /PUT .*expected status 405, received 200/ },
  {
    rule: 'request-allow',
    fault: where(hasStatus(405), headers({ allow: 'GET' })),
    says: /Allow to name POST, received "GET"/,
  },
  { rule: 'request-head', fault: where(byMethod('HEAD'), status(200)), says: /HEAD .*received 200/ },
  { rule: 'request-options', fault: where(byMethod('OPTIONS'), gone), says: /OPTIONS .*received 404/ },
  {
    rule: 'request-content-type',
    fault: where(hasStatus(415), evaluated),
    says: /expected status 415, received 200/,
  },
]

const auth: readonly BrokenRule[] = [
  {
    rule: 'auth-missing',
    fault: where(
      all(
        hasStatus(401),
        ({ headers: asked, flagKey }) =>
          asked.authorization === undefined && flagKey === 'ofrep-conformance-no-such-flag',
      ),
      gone,
    ),
    says: /no-such-flag: expected status 401, received 404/,
  },
  {
    rule: 'auth-wrong',
    fault: where(
      all(hasStatus(401), ({ headers: asked }) => asked.authorization !== undefined),
      evaluated,
    ),
    says: /expected status 401, received 200/,
  },
  {
    rule: 'auth-challenge',
    fault: where(hasStatus(401), headers({ 'www-authenticate': undefined })),
    says: /WWW-Authenticate/,
  },
  {
    rule: 'auth-both-schemes',
    fault: where(({ headers: asked }) => asked['x-api-key'] !== undefined, status(401)),
    says: /by x-api-key: expected status 200, received 401/,
  },
  { rule: 'auth-forbidden', fault: where(hasStatus(403), status(401)), says: /none of 1 requests had status 403/ },
]

const fromPage: Where = ({ headers: asked }) => asked.origin !== undefined
const unreadable = headers({ 'access-control-allow-origin': undefined })

const cors: readonly BrokenRule[] = [
  { rule: 'cors-preflight', fault: where(byMethod('OPTIONS'), status(401)), says: /200 or 204, received 401/ },
  {
    rule: 'cors-headers',
    fault: where(byMethod('OPTIONS'), headers({ 'access-control-allow-headers': '*' })),
    says: /lacks authorization/,
  },
  { rule: 'cors-answer', fault: where(all(fromPage, hasStatus(200)), unreadable), says: /status 200 came with/ },
  {
    rule: 'cors-exposed',
    fault: where(fromPage, headers({ 'access-control-expose-headers': 'Retry-After' })),
    says: /Expose-Headers lacks ETag$/,
  },
  { rule: 'cors-not-modified', fault: where(hasStatus(304), unreadable), says: /status 304 came with/ },
  { rule: 'cors-refusal', fault: where(hasStatus(400), unreadable), says: /status 400 came with/ },
  { rule: 'cors-unauthorized', fault: where(hasStatus(401), unreadable), says: /status 401 came with/ },
  { rule: 'cors-stream', fault: { streamHead: unreadable }, says: /\/events: status 200 came with/ },
  {
    rule: 'cors-refused-origin',
    fault: where(all(fromPage, isRead), headers({ 'access-control-allow-origin': '*' })),
    says: /allows https:\/\/evil.example/,
  },
]

/** The event with other data. */
const data = (changed: JsonObject): Fault => ({
  event: (right) =>
    right.replace(
      /data: (.*)/,
      (_, was: string) => `data: ${JSON.stringify({ ...(JSON.parse(was) as object), ...changed })}`,
    ),
})

const streams: readonly BrokenRule[] = [
  {
    rule: 'stream-named',
    fault: where(isBulk, members({ eventStreams: undefined })),
    says: /there are no eventStreams/,
  },
  { rule: 'stream-list', fault: where(isBulk, members({ eventStreams: { type: 'sse' } })), says: /no list of objects/ },
  { rule: 'stream-type', fault: stream({ type: undefined }), says: /eventStreams\[0\]: expected type to be text/ },
  { rule: 'stream-address', fault: stream({ url: 'https://streams.example' }), says: /both url and endpoint/ },
  { rule: 'stream-url', fault: stream({ url: '/events', endpoint: undefined }), says: /url is not absolute/ },
  { rule: 'stream-endpoint', fault: stream({ endpoint: { requestUri: 'events' } }), says: /requestUri does not begin/ },
  { rule: 'stream-inactivity-delay', fault: stream({ inactivityDelaySec: 0 }), says: /inactivityDelaySec is 0/ },
  { rule: 'stream-opens', fault: { streamHead: status(401) }, says: /\/events: expected status 200, received 401/ },
  {
    rule: 'stream-content-type',
    fault: { streamHead: headers({ 'content-type': 'application/json' }) },
    says: /text\/event-stream, received "app/,
  },
  {
    rule: 'stream-not-stored',
    fault: { streamHead: headers({ 'cache-control': 'max-age=60' }) },
    says: /received "max-age=60"/,
  },
  {
    rule: 'stream-resumes',
    fault: {
      streamHead: (answered, asked) => ('last-event-id' in asked.headers ? { ...answered, status: 400 } : answered),
    },
    says: /expected status 200, received 400/,
  },
  { rule: 'stream-heartbeat', fault: { isSilent: true }, says: /nothing came within/, isWaiting: true },
  {
    rule: 'stream-refetch',
    fault: data({ type: 'somethingElse' }),
    says: /types that came: "somethingElse"/,
    isWaiting: true,
  },
  {
    rule: 'stream-event-data',
    fault: { event: (right) => `data: hello\n\n${right}` },
    says: /the event "hello": expected type to be text/,
  },
  {
    rule: 'stream-event-name',
    fault: { event: (right) => right.replace('message', 'refetchEvaluation') },
    says: /named "refetchEvaluation"/,
  },
  { rule: 'stream-event-id', fault: { event: (right) => right.replace(/^id:.*\n/, '') }, says: /has no id/ },
  { rule: 'stream-event-etag', fault: data({ etag: 7 }), says: /etag is 7/ },
  { rule: 'stream-event-last-modified', fault: data({ lastModified: 'today' }), says: /lastModified is "today"/ },
  {
    rule: 'stream-refetched',
    fault: where(all(hinted, ifNoneMatch(/./)), notModified),
    says: /expected status 200, received 304/,
    isWaiting: true,
  },
]

export const brokenRules: readonly BrokenRule[] = [
  ...single,
  ...error,
  ...key,
  ...bulk,
  ...etag,
  ...request,
  ...auth,
  ...cors,
  ...streams,
]
