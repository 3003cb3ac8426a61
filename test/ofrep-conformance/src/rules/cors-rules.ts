/** Pages of other origins: OFREP is silent about them, and without this no web provider works. */
import type { Answer } from '../http/answer.js'
import type { Asking } from '../http/target.js'
import { excerptOf } from '../json.js'
import { streamUrlsOf } from './advertised-streams.js'
import { askBulk } from './bulk-rules.js'
import { hasStatus } from './findings.js'
import { cors } from './references.js'
import { skipped, verdictOf, type Finding, type Rule, type Verdict } from './rule.js'
import type { Subject } from './subject.js'

const notForPages = 'the description has no "cors"'

type CorsDescription = NonNullable<Subject['description']['cors']>

/** A rule about servers that pages of other origins may ask. */
function rule(
  facts: Omit<Rule, 'check' | 'level'>,
  look: (subject: Subject, cors: CorsDescription) => Promise<Verdict>,
): Rule {
  return {
    ...facts,
    level: 'SHOULD',
    check: async (subject) => {
      const { cors } = subject.description
      return cors === null ? skipped(notForPages) : look(subject, cors)
    },
  }
}

function preflight({ target }: Subject, origin: string): Promise<Answer> {
  const { credentials } = target.options
  const keyHeaders = credentials === null ? [] : Object.keys(target.keyHeaders(''))
  return target.bulk({
    method: 'OPTIONS',
    headers: {
      origin,
      authorization: null,
      'x-api-key': null,
      'content-type': null,
      'access-control-request-method': 'POST',
      'access-control-request-headers': ['content-type', 'if-none-match', ...keyHeaders].sort().join(','),
    },
  })
}

function allowsOrigin(
  { asked, status, headers }: Pick<Answer, 'asked' | 'status' | 'headers'>,
  origin: string,
): Finding {
  const allowed = headers['access-control-allow-origin']
  if (allowed === origin || allowed === '*') return null
  return `${asked}: status ${status} came with Access-Control-Allow-Origin ${excerptOf(allowed)}, expected ${origin} or *`
}

/** Whether a header that lists names has that one, or `*`. */
function lists(header: string | undefined, name: string): boolean {
  const names = (header ?? '').split(',').map((one) => one.trim().toLowerCase())
  return names.includes('*') || names.includes(name.toLowerCase())
}

function allowsHeaders({ asked, headers }: Answer, names: readonly string[]): Finding {
  const allowed = headers['access-control-allow-headers']
  // `*` does not cover this one.
  const isAllowed = (name: string): boolean =>
    name === 'authorization' ? lists(allowed?.replaceAll('*', ''), name) : lists(allowed, name)
  const missing = names.filter((name) => !isAllowed(name))
  return missing.length === 0 ? null : `${asked}: Access-Control-Allow-Headers lacks ${missing.join(', ')}`
}

/**
 * A rule about an answer that a page of the allowed origin can read.
 *
 * @param asking what brings the answer with that status about, or why there is none
 */
function readableRule(
  facts: Omit<Rule, 'check' | 'level' | 'reference'>,
  status: number,
  asking: (subject: Subject) => Promise<Asking | string>,
): Rule {
  return rule({ ...facts, reference: cors('http-access-control-allow-origin') }, async (subject, { origin }) => {
    const asked = await asking(subject)
    if (typeof asked === 'string') return skipped(asked)
    const { context } = subject.description
    const answer = await subject.target.bulk({ context, ...asked, headers: { ...asked.headers, origin } })
    if (answer.status !== status)
      return skipped(`status ${status} was to be looked at, and the answer had ${answer.status}`)
    return verdictOf([allowsOrigin(answer, origin)])
  })
}

export const corsRules: readonly Rule[] = [
  rule(
    {
      id: 'cors-preflight',
      title: 'answers a preflight without credentials by a status of success, the origin and POST',
      reference: cors('cors-preflight-fetch'),
    },
    async (subject, { origin }) => {
      const answer = await preflight(subject, origin)
      const methods = answer.headers['access-control-allow-methods']
      // POST is allowed to every page whose origin is.
      const isAllowed = methods === undefined || lists(methods, 'POST')
      return verdictOf([
        hasStatus(answer, 200, 204),
        allowsOrigin(answer, origin),
        isAllowed ? null : `${answer.asked}: Access-Control-Allow-Methods lacks POST: ${methods}`,
      ])
    },
  ),
  rule(
    {
      id: 'cors-headers',
      title: 'allows Content-Type, If-None-Match and the header of the key',
      reference: cors('http-access-control-allow-headers'),
    },
    async (subject, { origin }) => {
      const { target } = subject
      const keyHeaders = target.options.credentials === null ? [] : Object.keys(target.keyHeaders(''))
      return verdictOf([
        allowsHeaders(await preflight(subject, origin), ['content-type', 'if-none-match', ...keyHeaders]),
      ])
    },
  ),
  readableRule({ id: 'cors-answer', title: 'lets the page read the flags' }, 200, async () => ({})),
  rule(
    {
      id: 'cors-exposed',
      title: 'lets the page read ETag and Retry-After',
      reference: cors('http-access-control-expose-headers'),
    },
    async ({ description, target }, { origin }) => {
      const answer = await target.bulk({ context: description.context, headers: { origin } })
      const exposed = answer.headers['access-control-expose-headers']
      const missing = ['ETag', 'Retry-After'].filter((name) => !lists(exposed, name))
      const lacking = `${answer.asked}: Access-Control-Expose-Headers lacks ${missing.join(', ')}`
      return verdictOf([missing.length === 0 ? null : lacking])
    },
  ),
  readableRule({ id: 'cors-not-modified', title: 'lets the page read status 304' }, 304, async (subject) => {
    const { etag } = (await askBulk(subject)).headers
    return etag === undefined ? 'the answer with all flags has no ETag' : { headers: { 'if-none-match': etag } }
  }),
  readableRule({ id: 'cors-refusal', title: 'lets the page read status 400' }, 400, async () => ({
    body: '{"context":"text"}',
  })),
  readableRule({ id: 'cors-unauthorized', title: 'lets the page read status 401' }, 401, async ({ target }) =>
    target.options.credentials === null ? 'no key was given' : { headers: { authorization: null, 'x-api-key': null } },
  ),
  rule(
    {
      id: 'cors-stream',
      title: 'lets the page read the event stream',
      reference: cors('http-access-control-allow-origin'),
    },
    async (subject, { origin }) => {
      const [url] = streamUrlsOf((await askBulk(subject)).json, subject.target.options.baseUrl)
      if (url === undefined) return skipped('the answer with all flags names no event stream')
      const stream = await subject.target.stream(url, { origin })
      stream.close()
      return verdictOf([allowsOrigin(stream, origin)])
    },
  ),
  rule(
    {
      id: 'cors-refused-origin',
      title: 'lets pages of other origins read nothing',
      reference: cors('http-access-control-allow-origin'),
    },
    async (subject, { refusedOrigin }) => {
      if (refusedOrigin === null) return skipped('the description has no "cors"."refusedOrigin"')
      const { context } = subject.description
      const answers = [
        await preflight(subject, refusedOrigin),
        await subject.target.bulk({ context, headers: { origin: refusedOrigin } }),
      ]
      const isAllowed = (answer: Answer): boolean => allowsOrigin(answer, refusedOrigin) === null
      return verdictOf(answers.map((answer) => (isAllowed(answer) ? `${answer.asked}: allows ${refusedOrigin}` : null)))
    },
  ),
]
