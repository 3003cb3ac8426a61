/** Credentials: statuses 401 and 403, and the two headers that keys come in. */
import type { Answer } from '../http/answer.js'
import type { Asking, Credentials, Scheme } from '../http/target.js'
import { anyKey, provokedRule } from './error-rules.js'
import { hasStatus } from './findings.js'
import { http, ofrep } from './references.js'
import { skipped, verdictOf, type Finding, type Rule, type Verdict } from './rule.js'
import type { Subject } from './subject.js'

const wrongKey = 'ofrep-conformance-wrong-key'

/** A rule about servers that ask for a key. */
function rule(
  facts: Omit<Rule, 'check'>,
  look: (subject: Subject, credentials: Credentials) => Promise<Verdict>,
): Rule {
  return {
    ...facts,
    check: async (subject) => {
      const { credentials } = subject.target.options
      return credentials === null ? skipped('no key was given') : look(subject, credentials)
    },
  }
}

const withoutKey: Asking['headers'] = { authorization: null, 'x-api-key': null }

/** Asks for a flag, for one that does not exist, and for all flags: whoever may not ask learns nothing from the difference. */
async function askAll(subject: Subject, headers: NonNullable<Asking['headers']>): Promise<Answer[]> {
  const { target, description } = subject
  const asking = { context: description.context, headers }
  return [
    await target.single(encodeURIComponent(anyKey(subject)), asking),
    await target.single(encodeURIComponent(description.missingFlag), asking),
    await target.bulk(asking),
  ]
}

const otherScheme: Readonly<Record<Scheme, Scheme>> = { bearer: 'x-api-key', 'x-api-key': 'bearer' }

function namesScheme(answer: Answer): Finding {
  const isNamed = answer.headers['www-authenticate'] !== undefined
  return isNamed ? null : `${answer.asked}: status ${answer.status} came without WWW-Authenticate`
}

export const authRules: readonly Rule[] = [
  rule(
    {
      id: 'auth-missing',
      level: 'MUST',
      title: 'answers requests without a key by status 401, whether the flag exists or not',
      reference: ofrep('evaluateFlag 401'),
    },
    async (subject) => verdictOf((await askAll(subject, withoutKey)).map((answer) => hasStatus(answer, 401))),
  ),
  rule(
    {
      id: 'auth-wrong',
      level: 'MUST',
      title: 'answers requests with a key that it does not know by status 401',
      reference: ofrep('evaluateFlag 401'),
    },
    async (subject) => {
      const answers = await askAll(subject, { ...withoutKey, ...subject.target.keyHeaders(wrongKey) })
      return verdictOf(answers.map((answer) => hasStatus(answer, 401)))
    },
  ),
  rule(
    {
      id: 'auth-challenge',
      level: 'SHOULD',
      title: 'names its scheme in WWW-Authenticate with status 401',
      reference: http('11.6.1'),
    },
    async (subject) => verdictOf((await askAll(subject, withoutKey)).map(namesScheme)),
  ),
  rule(
    {
      id: 'auth-both-schemes',
      level: 'MAY',
      title: 'takes the key as Authorization: Bearer and as X-API-Key',
      reference: ofrep('BearerAuth'),
    },
    async (subject, { key, scheme }) => {
      const headers = { ...withoutKey, ...subject.target.keyHeaders(key, otherScheme[scheme]) }
      const answer = await subject.target.bulk({ context: subject.description.context, headers })
      return verdictOf([hasStatus({ ...answer, asked: `${answer.asked} by ${otherScheme[scheme]}` }, 200)])
    },
  ),
  provokedRule(
    {
      id: 'auth-forbidden',
      level: 'MUST',
      title: 'answers a known key that may not ask by status 403',
      reference: ofrep('evaluateFlag 403'),
    },
    { name: 'forbidden', status: 403 },
    () => [],
  ),
]
