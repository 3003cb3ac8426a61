/** All flags: `POST /ofrep/v1/evaluate/flags`. */
import type { Answer } from '../http/answer.js'
import { excerptOf, isSameJson, memberOf, type JsonObject } from '../json.js'
import {
  answersAs,
  bodyOf,
  hasFlatMetadata,
  hasJsonType,
  hasMember,
  hasMetadata,
  hasNoMember,
  hasStatus,
  hasText,
  isFailure,
  itemOf,
  itemsOf,
  mayHaveText,
  type Part,
} from './findings.js'
import { ofrep } from './references.js'
import { skipped, verdictOf, type Finding, type Rule } from './rule.js'
import type { Subject } from './subject.js'

/** Asks for all flags in the description's context. */
export function askBulk({ target, description }: Subject): Promise<Answer> {
  return target.bulk({ context: description.context })
}

/** A rule about the answer in the description's context. */
function rule(facts: Omit<Rule, 'check'>, look: (answer: Answer, subject: Subject) => readonly Finding[]): Rule {
  return {
    ...facts,
    check: async (subject) => {
      const answer = await askBulk(subject)
      const status = hasStatus(answer, 200)
      return verdictOf(status === null ? look(answer, subject) : [status])
    },
  }
}

/** A rule about each item of that answer. */
function itemRule(facts: Omit<Rule, 'check'>, look: (item: Part) => readonly Finding[]): Rule {
  return rule(facts, (answer) => itemsOf(answer).flatMap(look))
}

/** A rule about the items of described flags, each asked for in its own context. */
function describedRule<Flag extends { readonly key: string; readonly context: JsonObject; readonly isInBulk: boolean }>(
  facts: Omit<Rule, 'check'>,
  { flagsOf, none }: { readonly flagsOf: (subject: Subject) => readonly Flag[]; readonly none: string },
  look: (item: Part, flag: Flag) => readonly Finding[],
): Rule {
  return {
    ...facts,
    check: async (subject) => {
      const flags = flagsOf(subject).filter(({ isInBulk }) => isInBulk)
      if (flags.length === 0) return skipped(none)
      const findings: Finding[] = []
      for (const context of contextsOf(flags)) {
        const answer = await subject.target.bulk({ context })
        const inContext = flags.filter((flag) => isSameJson(flag.context, context))
        findings.push(hasStatus(answer, 200), ...inContext.flatMap((flag) => look(itemOf(answer, flag.key), flag)))
      }
      return verdictOf(findings)
    },
  }
}

/** The contexts of flags, each once. */
function contextsOf(flags: readonly { readonly context: JsonObject }[]): JsonObject[] {
  const contexts = flags.map(({ context }) => context)
  return contexts.filter((context, index) => contexts.findIndex((other) => isSameJson(other, context)) === index)
}

function isSuccessOrFailure(item: Part): readonly Finding[] {
  const isFailed = memberOf(item.value, 'errorCode') !== undefined
  return [hasText(item, 'key'), isFailed ? hasText(item, 'errorCode') : hasText(item, 'reason')]
}

/** Bodies that are JSON and no request. */
const wrongBodies: readonly string[] = ['{"context":"text"}', '[]']

/** A rule about what is answered to bodies that cannot be evaluated. */
function refusalRule(facts: Omit<Rule, 'check'>, bodies: readonly string[]): Rule {
  return {
    ...facts,
    check: async ({ target }) => {
      const findings: Finding[] = []
      for (const body of bodies) {
        const answer = await target.bulk({ body })
        const name = `${answer.asked} with the body ${excerptOf(body)}`
        findings.push(hasStatus({ ...answer, asked: name }, 400), hasText({ name, value: answer.json }, 'errorCode'))
      }
      return verdictOf(findings)
    },
  }
}

const shapeRules: readonly Rule[] = [
  rule(
    { id: 'bulk-flags', level: 'MUST', title: 'has a list of flags', reference: ofrep('bulkEvaluationSuccess') },
    (answer) => {
      const flags = memberOf(answer.json, 'flags')
      return [
        Array.isArray(flags) ? null : `${answer.asked}: expected flags to be a list, received ${excerptOf(flags)}`,
      ]
    },
  ),
  itemRule(
    {
      id: 'bulk-items',
      level: 'MUST',
      title: 'has items with a key, and with a reason or an error code',
      reference: ofrep('bulkEvaluationSuccess'),
    },
    isSuccessOrFailure,
  ),
  rule(
    {
      id: 'bulk-unique-keys',
      level: 'SHOULD',
      title: 'has each flag once',
      reference: ofrep('bulkEvaluationSuccess'),
    },
    (answer) => {
      const keys = itemsOf(answer).map(({ value }) => memberOf(value, 'key'))
      const twice = keys.filter((key, index) => keys.indexOf(key) !== index)
      return twice.map((key) => `${answer.asked}: flag ${excerptOf(key)} is there twice`)
    },
  ),
  itemRule(
    {
      id: 'bulk-value-types',
      level: 'SHOULD',
      title: 'has values of the types of OFREP, neither null nor lists',
      reference: ofrep('evaluationSuccess'),
    },
    (item) => {
      const value = memberOf(item.value, 'value')
      const isRight = value !== null && !Array.isArray(value)
      return [isRight ? null : `${item.name}: no type of flag has the value ${excerptOf(value)}`]
    },
  ),
  itemRule(
    {
      id: 'bulk-variant',
      level: 'MUST',
      title: 'names variants by text, or none',
      reference: ofrep('evaluationSuccess'),
    },
    (item) => [mayHaveText(item, 'variant')],
  ),
  itemRule(
    {
      id: 'bulk-flag-metadata',
      level: 'MUST',
      title: "gives flags' metadata flat, or none",
      reference: ofrep('metadata'),
    },
    (item) => [hasFlatMetadata(item)],
  ),
  rule(
    {
      id: 'bulk-set-metadata',
      level: 'MUST',
      title: "gives the flag set's metadata flat, and as they are described, or none",
      reference: ofrep('metadata'),
    },
    (answer, { description }) => [
      hasFlatMetadata(bodyOf(answer)),
      ...(description.metadata === null ? [] : hasMetadata(bodyOf(answer), description.metadata)),
    ],
  ),
  rule(
    {
      id: 'bulk-content-type',
      level: 'MUST',
      title: 'answers with application/json',
      reference: ofrep('evaluateFlagsBulk 200'),
    },
    (answer) => [hasJsonType(answer)],
  ),
]

const describedRules: readonly Rule[] = [
  describedRule(
    {
      id: 'bulk-described',
      level: 'MUST',
      title: 'has the described flags with their values',
      reference: ofrep('evaluateFlagsBulk 200'),
    },
    {
      flagsOf: ({ description }) => description.flags.filter(({ kind }) => kind !== 'codeDefault'),
      none: 'no flag with a value is described',
    },
    answersAs,
  ),
  describedRule(
    {
      id: 'bulk-code-default',
      level: 'MUST',
      title: 'has flags that leave their value to the code, without a value, and not with null',
      reference: ofrep('codeDefaultFlag'),
    },
    { flagsOf: (subject) => subject.flagsOf('codeDefault'), none: 'no flag of kind codeDefault is described' },
    answersAs,
  ),
  describedRule(
    {
      id: 'bulk-failing-flag',
      level: 'MUST',
      title: 'has flags that fail as items with an error code and without a value, and status 200',
      reference: ofrep('bulkEvaluationFailure'),
    },
    { flagsOf: ({ description }) => description.failingFlags, none: 'no flag that fails is described' },
    (item, { key, errorCode }) => [
      ...isFailure(item, { key, codes: [errorCode] }),
      hasNoMember(item, 'value', 'as the flag fails'),
    ],
  ),
  {
    id: 'bulk-agrees-with-single',
    level: 'SHOULD',
    title: 'says of each described flag what the single endpoint says of it',
    reference: ofrep('evaluateFlagsBulk 200'),
    check: async ({ description, target }) => {
      const flags = [...description.flags, ...description.failingFlags].filter(({ isInBulk }) => isInBulk)
      if (flags.length === 0) return skipped('no flag is described')
      const findings: Finding[] = []
      for (const { key, context } of flags) {
        const one = await target.single(encodeURIComponent(key), { context })
        const item = itemOf(await target.bulk({ context }), key)
        const differing = ['value', 'variant', 'reason', 'errorCode'].filter(
          (name) => !isSameJson(memberOf(one.json, name), memberOf(item.value, name)),
        )
        const isSame = differing.length === 0
        findings.push(isSame ? null : `${item.name} differs from ${one.asked} in ${differing.join(', ')}`)
      }
      return verdictOf(findings)
    },
  },
]

export const bulkRules: readonly Rule[] = [
  ...shapeRules,
  ...describedRules,
  refusalRule(
    {
      id: 'bulk-wrong-context',
      level: 'MUST',
      title: 'answers a body whose context is no object by status 400 with an error code',
      reference: ofrep('evaluateFlagsBulk 400'),
    },
    wrongBodies,
  ),
  refusalRule(
    {
      id: 'bulk-malformed',
      level: 'MUST',
      title: 'answers a body that is not JSON by status 400 with an error code',
      reference: ofrep('evaluateFlagsBulk 400'),
    },
    ['{"context":{'],
  ),
  {
    id: 'bulk-wrong-context-code',
    level: 'SHOULD',
    title: 'calls a context that is no object INVALID_CONTEXT',
    reference: ofrep('bulkEvaluationFailure'),
    check: async ({ target }) => {
      const answer = await target.bulk({ body: '{"context":"text"}' })
      return verdictOf([hasMember(bodyOf(answer), 'errorCode', 'INVALID_CONTEXT')])
    },
  },
]
