/** One flag that fails: statuses 400, 404, 429 and 500, and what is in their bodies. */
import { evaluationErrorCodes, type EvaluationErrorCode, type Provocation } from '../description/description.js'
import type { Answer } from '../http/answer.js'
import { excerptOf } from '../json.js'
import { bodyOf, hasJsonType, hasMember, hasStatus, isFailure, isJsonObject, mayHaveText } from './findings.js'
import { http, ofrep } from './references.js'
import { skipped, verdictOf, type Finding, type Rule, type Verdict } from './rule.js'
import type { Subject } from './subject.js'

/** Bodies that are JSON and no request. */
const wrongBodies: readonly string[] = ['{"context":"text"}', '{"context":[1]}', '[]', '7']

/** Text that is no JSON. */
const malformedBody = '{"context":{'

/** A flag to ask for where the answer does not depend on it: one that exists, if any is described. */
export function anyKey({ description }: Subject): string {
  return description.flags[0]?.key ?? description.failingFlags[0]?.key ?? description.missingFlag
}

/** Asks for the flag that is not there. */
function askMissing({ target, description }: Subject): Promise<Answer> {
  return target.single(encodeURIComponent(description.missingFlag), { context: description.context })
}

function codeRule(code: EvaluationErrorCode): Rule {
  return {
    id: `error-${code.toLowerCase().replaceAll('_', '-')}`,
    level: 'MUST',
    title: `answers a flag that fails with ${code} by status 400, its key and that code`,
    reference: ofrep('evaluationFailure'),
    check: async (subject) => {
      const flags = subject.failingFlagsOf(code)
      if (flags.length === 0) return skipped(`no flag that fails with ${code} is described`)
      const findings: Finding[] = []
      for (const { key, context } of flags) {
        const answer = await subject.target.single(encodeURIComponent(key), { context })
        findings.push(hasStatus(answer, 400), ...isFailure(bodyOf(answer), { key, codes: [code] }))
      }
      return verdictOf(findings)
    },
  }
}

/** Sends a body as it is to the single endpoint. */
async function sendWrong(
  subject: Subject,
  bodies: readonly string[],
  look: (answer: Answer) => Finding[],
): Promise<Verdict> {
  const findings: Finding[] = []
  for (const body of bodies) {
    const answer = await subject.target.single(encodeURIComponent(anyKey(subject)), { body })
    const name = `${answer.asked} with the body ${excerptOf(body)}`
    findings.push(...look({ ...answer, asked: name }))
  }
  return verdictOf(findings)
}

/** Sends provoking requests until one has that status; null when none has. */
async function provoked({ target }: Subject, provocation: Provocation, status: number): Promise<Answer | null> {
  const { flagKey, context, attempts } = provocation
  const headers = lowerCased(provocation.headers)
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const asking = { context, headers }
    const answer = await (flagKey === null ? target.bulk(asking) : target.single(encodeURIComponent(flagKey), asking))
    if (answer.status === status) return answer
  }
  return null
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

type Provoked = 'forbidden' | 'rateLimited' | 'serverError'

/** A rule about an answer that has to be brought about as the description says. */
export function provokedRule(
  facts: Omit<Rule, 'check'>,
  { name, status }: { readonly name: Provoked; readonly status: number },
  look: (answer: Answer) => readonly Finding[],
): Rule {
  return {
    ...facts,
    check: async (subject) => {
      const provocation = subject.description.provoke[name]
      if (provocation === null) return skipped(`the description has no "provoke"."${name}"`)
      const answer = await provoked(subject, provocation, status)
      return verdictOf(
        answer === null ? [`none of ${provocation.attempts} requests had status ${status}`] : look(answer),
      )
    },
  }
}

const rateLimited = { name: 'rateLimited', status: 429 } as const

/** Numbers of seconds, and dates by HTTP and by OFREP's example. */
const retryAfterForms = [
  /^\d+$/,
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
]

function retryAfter({ headers }: Answer): string | undefined {
  return headers['retry-after']
}

export const errorRules: readonly Rule[] = [
  {
    id: 'error-not-found',
    level: 'MUST',
    title: 'answers a flag that does not exist by status 404 and FLAG_NOT_FOUND',
    reference: ofrep('flagNotFound'),
    check: async (subject) => {
      const answer = await askMissing(subject)
      return verdictOf([hasStatus(answer, 404), hasMember(bodyOf(answer), 'errorCode', 'FLAG_NOT_FOUND')])
    },
  },
  {
    id: 'error-not-found-key',
    level: 'MUST',
    title: 'repeats the key of a flag that does not exist',
    reference: ofrep('flagNotFound'),
    check: async (subject) =>
      verdictOf([hasMember(bodyOf(await askMissing(subject)), 'key', subject.description.missingFlag)]),
  },
  ...evaluationErrorCodes.map(codeRule),
  {
    id: 'error-wrong-context',
    level: 'MUST',
    title: 'answers a body whose context is no object by status 400 with key and error code',
    reference: ofrep('evaluateFlag 400'),
    check: (subject) => {
      const key = anyKey(subject)
      return sendWrong(subject, wrongBodies, (answer) => [
        hasStatus(answer, 400),
        ...isFailure(bodyOf(answer), { key, codes: evaluationErrorCodes }),
      ])
    },
  },
  {
    id: 'error-wrong-context-code',
    level: 'SHOULD',
    title: 'calls a context that is no object INVALID_CONTEXT',
    reference: ofrep('evaluateFlag 400'),
    check: (subject) =>
      sendWrong(subject, wrongBodies.slice(0, 2), (answer) => [
        hasMember(bodyOf(answer), 'errorCode', 'INVALID_CONTEXT'),
      ]),
  },
  {
    id: 'error-malformed',
    level: 'MUST',
    title: 'answers a body that is not JSON by status 400 with key and error code',
    reference: ofrep('evaluateFlag 400'),
    check: (subject) => {
      const key = anyKey(subject)
      return sendWrong(subject, [malformedBody], (answer) => [
        hasStatus(answer, 400),
        ...isFailure(bodyOf(answer), { key, codes: evaluationErrorCodes }),
      ])
    },
  },
  {
    id: 'error-details',
    level: 'MUST',
    title: 'gives error details as text, or none',
    reference: ofrep('errorDetails'),
    check: async (subject) => {
      const malformed = await subject.target.single(encodeURIComponent(anyKey(subject)), { body: malformedBody })
      const answers = [await askMissing(subject), malformed]
      return verdictOf(answers.map((answer) => mayHaveText(bodyOf(answer), 'errorDetails')))
    },
  },
  {
    id: 'error-content-type',
    level: 'MUST',
    title: 'answers errors with application/json',
    reference: ofrep('evaluateFlag 404'),
    check: async (subject) => {
      const malformed = await subject.target.single(encodeURIComponent(anyKey(subject)), { body: malformedBody })
      return verdictOf([await askMissing(subject), malformed].map(hasJsonType))
    },
  },
  provokedRule(
    {
      id: 'error-server',
      level: 'MUST',
      title: 'answers its own failure by status 500 with a JSON object',
      reference: ofrep('evaluateFlag 500'),
    },
    { name: 'serverError', status: 500 },
    (answer) => [isJsonObject(bodyOf(answer)), mayHaveText(bodyOf(answer), 'errorDetails'), hasJsonType(answer)],
  ),
  provokedRule(
    {
      id: 'error-rate-limit',
      level: 'SHOULD',
      title: 'says in Retry-After when to come back after status 429',
      reference: ofrep('evaluateFlag 429'),
    },
    rateLimited,
    (answer) => [retryAfter(answer) === undefined ? `${answer.asked}: status 429 came without Retry-After` : null],
  ),
  provokedRule(
    {
      id: 'error-retry-after',
      level: 'MUST',
      title: 'gives Retry-After as seconds or as a date',
      reference: ofrep('evaluateFlag 429'),
    },
    rateLimited,
    (answer) => {
      const text = retryAfter(answer)
      const isRight = text === undefined || retryAfterForms.some((form) => form.test(text))
      return [isRight ? null : `${answer.asked}: Retry-After ${excerptOf(text)} is neither seconds nor a date`]
    },
  ),
  provokedRule(
    {
      id: 'error-retry-after-seconds',
      level: 'SHOULD',
      title: 'gives Retry-After in seconds, the one form that all clients read',
      reference: http('10.2.3'),
    },
    rateLimited,
    (answer) => {
      const text = retryAfter(answer) ?? ''
      return [/^[1-9]\d*$/.test(text) ? null : `${answer.asked}: Retry-After is ${excerptOf(text)}`]
    },
  ),
]
