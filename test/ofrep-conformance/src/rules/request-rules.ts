/** Requests as clients send them: what a server puts up with, and which methods it answers. */
import type { Answer } from '../http/answer.js'
import type { Asking } from '../http/target.js'
import { excerptOf, memberOf, type Json, type JsonObject } from '../json.js'
import { anyKey } from './error-rules.js'
import { bodyOf, hasMember, hasNoMember, hasStatus, hasText } from './findings.js'
import { http, ofrep } from './references.js'
import { skipped, verdictOf, type Finding, type Rule } from './rule.js'
import type { Subject } from './subject.js'

/** Attributes of all kinds, next to which a flag has to answer as it does without them. */
const oddAttributes: JsonObject = {
  'ofrep-conformance': { deep: [1, null, { deeper: true }], text: 'ü 旗 🚩 \u0000 "\\' },
  'ofrep conformance/odd name': [],
  'ofrep-conformance-null': null,
  'ofrep-conformance-number': -1.5e300,
}

/** In characters: the attributes of a user with many groups. */
const bigAttributeLength = 64 * 1024

/** Asks both endpoints, and looks for an evaluation like any other. */
async function isTolerated(
  { description, target }: Subject,
  alter: (context: JsonObject) => Asking,
): Promise<readonly Finding[]> {
  const [flag] = description.flags
  const key = flag?.key ?? description.missingFlag
  const one = await target.single(encodeURIComponent(key), alter(flag?.context ?? description.context))
  const all = await target.bulk(alter(description.context))
  return [hasStatus(one, flag === undefined ? 404 : 200), hasMember(bodyOf(one), 'key', key), hasStatus(all, 200)]
}

function tolerance(facts: Omit<Rule, 'check'>, alter: (context: JsonObject) => Asking): Rule {
  return { ...facts, check: async (subject) => verdictOf(await isTolerated(subject, alter)) }
}

/** Status 200, or 400 with an error code: nothing else is an answer to a request that lacks something. */
function isEvaluatedOrRefused(answer: Answer): readonly Finding[] {
  const status = hasStatus(answer, 200, 400)
  return status !== null || answer.status === 200 ? [status] : [hasText(bodyOf(answer), 'errorCode')]
}

/** A rule that is about all flags, asked for with a body of its own. */
function bulkRule(facts: Omit<Rule, 'check'>, body: Json, look: (answer: Answer) => readonly Finding[]): Rule {
  return { ...facts, check: async ({ target }) => verdictOf(look(await target.bulk({ body }))) }
}

/** Asks both endpoints with another method. */
async function askBy(method: string, subject: Subject): Promise<Answer[]> {
  const { target } = subject
  return [await target.single(encodeURIComponent(anyKey(subject)), { method }), await target.bulk({ method })]
}

const bodyRules: readonly Rule[] = [
  tolerance(
    {
      id: 'request-context-open',
      level: 'MUST',
      title: 'takes contexts with attributes of all kinds that no flag asks for',
      reference: ofrep('context'),
    },
    (context) => ({ context: { ...context, ...oddAttributes } }),
  ),
  tolerance(
    {
      id: 'request-unknown-members',
      level: 'SHOULD',
      title: 'ignores members of the request that it does not know',
      reference: ofrep('evaluateFlag request'),
    },
    (context) => ({ body: { 'ofrep-conformance': { unknown: true }, context } }),
  ),
  tolerance(
    {
      id: 'request-big-context',
      level: 'SHOULD',
      title: 'takes a context of 64 kB',
      reference: ofrep('context'),
    },
    (context) => ({ context: { ...context, 'ofrep-conformance': 'x'.repeat(bigAttributeLength) } }),
  ),
  tolerance(
    {
      id: 'request-charset',
      level: 'MUST',
      title: 'takes Content-Type: application/json; charset=utf-8, as the JavaScript client sends it',
      reference: http('8.3.1'),
    },
    (context) => ({ context, headers: { 'content-type': 'application/json; charset=utf-8' } }),
  ),
  tolerance(
    {
      id: 'request-query',
      level: 'SHOULD',
      title: 'ignores query parameters that it does not know',
      reference: ofrep('evaluateFlag request'),
    },
    (context) => ({ context, query: 'ofrep-conformance=1' }),
  ),
  bulkRule(
    {
      id: 'request-empty-object',
      level: 'MUST',
      title: 'evaluates or refuses a request without a context, by status 200 or 400',
      reference: ofrep('evaluateFlagsBulk request'),
    },
    {},
    isEvaluatedOrRefused,
  ),
  bulkRule(
    {
      id: 'request-no-context',
      level: 'MAY',
      title: 'evaluates a request without a context, as clients send it that have none',
      reference: ofrep('evaluateFlagsBulk request'),
    },
    {},
    (answer) => [hasStatus(answer, 200)],
  ),
  bulkRule(
    {
      id: 'request-no-targeting-key',
      level: 'MAY',
      title: 'evaluates a context without a targeting key',
      reference: ofrep('context'),
    },
    { context: { 'ofrep-conformance': true } },
    (answer) => [hasStatus(answer, 200)],
  ),
]

const hintRules: readonly Rule[] = [
  {
    id: 'request-hints',
    level: 'MUST',
    title: 'takes flagConfigEtag and flagConfigLastModified, in seconds and as a date',
    reference: ofrep('flagConfigLastModified'),
    check: async ({ description, target }) => {
      const findings: Finding[] = []
      for (const lastModified of ['1771622898', '2026-02-20T21%3A28%3A18Z']) {
        const query = `flagConfigEtag=%22ofrep%22&flagConfigLastModified=${lastModified}`
        const answer = await target.bulk({ context: description.context, query })
        findings.push(hasStatus({ ...answer, asked: `${answer.asked}?${query}` }, 200))
      }
      return verdictOf(findings)
    },
  },
  {
    id: 'request-hint-no-validator',
    level: 'MUST',
    title: 'never answers flagConfigEtag by status 304 where there is no If-None-Match',
    reference: ofrep('flagConfigEtag'),
    check: async ({ description, target }) => {
      const { context } = description
      const { etag } = (await target.bulk({ context })).headers
      if (etag === undefined) return skipped('the answer with all flags has no ETag')
      return verdictOf([
        hasStatus(await target.bulk({ context, query: `flagConfigEtag=${encodeURIComponent(etag)}` }), 200),
      ])
    },
  },
]

const methodRules: readonly Rule[] = [
  {
    id: 'request-method',
    level: 'SHOULD',
    title: 'answers GET, PUT and DELETE by status 405',
    reference: http('15.5.6'),
    check: async (subject) => {
      const findings: Finding[] = []
      for (const method of ['GET', 'PUT', 'DELETE'])
        findings.push(...(await askBy(method, subject)).map((answer) => hasStatus(answer, 405)))
      return verdictOf(findings)
    },
  },
  {
    id: 'request-allow',
    level: 'SHOULD',
    title: 'names POST in Allow with status 405',
    reference: http('10.2.1'),
    check: async (subject) => {
      const refused = (await askBy('GET', subject)).filter(({ status }) => status === 405)
      if (refused.length === 0) return skipped('GET is not answered by status 405')
      return verdictOf(refused.map(({ asked, headers }) => allowsPost(asked, headers['allow'])))
    },
  },
  {
    id: 'request-head',
    level: 'SHOULD',
    title: 'answers HEAD by status 405 without a body',
    reference: http('9.3.2'),
    check: async (subject) =>
      verdictOf((await askBy('HEAD', subject)).flatMap((answer) => [hasStatus(answer, 405), isWithoutText(answer)])),
  },
  {
    id: 'request-options',
    level: 'MAY',
    title: 'names POST in Allow when asked for its OPTIONS',
    reference: http('9.3.7'),
    check: async (subject) => {
      const answers = await askBy('OPTIONS', subject)
      return verdictOf(
        answers.flatMap((answer) => [hasStatus(answer, 200, 204), allowsPost(answer.asked, answer.headers['allow'])]),
      )
    },
  },
  {
    id: 'request-content-type',
    level: 'SHOULD',
    title: 'evaluates nothing that comes as text/plain, which any page may send',
    reference: http('15.5.16'),
    check: async (subject) => {
      const asking = { context: subject.description.context, headers: { 'content-type': 'text/plain' } }
      const one = await subject.target.single(encodeURIComponent(anyKey(subject)), asking)
      const all = await subject.target.bulk(asking)
      const isEvaluated = [hasNoMember(bodyOf(one), 'reason', 'as nothing is to be evaluated'), hasNoFlags(all)]
      return verdictOf([isRefused(one), isRefused(all), ...isEvaluated])
    },
  },
]

function isRefused(answer: Answer): Finding {
  return answer.status >= 400 && answer.status < 500 ? null : hasStatus(answer, 415)
}

function hasNoFlags(answer: Answer): Finding {
  return memberOf(answer.json, 'flags') === undefined ? null : `${answer.asked}: all flags were evaluated`
}

function allowsPost(asked: string, allow: string | undefined): Finding {
  const methods = (allow ?? '').split(',').map((method) => method.trim())
  return methods.includes('POST') ? null : `${asked}: expected Allow to name POST, received ${excerptOf(allow)}`
}

function isWithoutText({ asked, text }: Answer): Finding {
  return text === '' ? null : `${asked}: expected no body, received ${excerptOf(text)}`
}

export const requestRules: readonly Rule[] = [...bodyRules, ...hintRules, ...methodRules]
