/** One flag that succeeds: `POST /ofrep/v1/evaluate/flags/{key}` with status 200. */
import { valueKinds, type SucceedingFlag, type ValueKind } from '../description/description.js'
import type { Answer } from '../http/answer.js'
import { excerptOf, memberOf } from '../json.js'
import {
  answersAs,
  bodyOf,
  hasFlatMetadata,
  hasJsonType,
  hasMember,
  hasNoMember,
  hasStatus,
  hasText,
  mayHaveText,
} from './findings.js'
import { ofrep, openFeature } from './references.js'
import { skipped, verdictOf, type Finding, type Rule, type Verdict } from './rule.js'
import type { Subject } from './subject.js'

const references = {
  boolean: ofrep('booleanFlag'),
  string: ofrep('stringFlag'),
  integer: ofrep('integerFlag'),
  float: ofrep('floatFlag'),
  object: ofrep('objectFlag'),
  codeDefault: ofrep('codeDefaultFlag'),
}

const titles = {
  boolean: 'answers a boolean flag with its value',
  string: 'answers a string flag with its value',
  integer: 'answers an integer flag with its value',
  float: 'answers a float flag with its value',
  object: 'answers an object flag with its value',
  codeDefault: 'answers a flag that leaves its value to the code without a value, and not with null',
}

/** Reasons that OpenFeature names. */
const reasons = ['STATIC', 'DEFAULT', 'TARGETING_MATCH', 'SPLIT', 'CACHED', 'DISABLED', 'UNKNOWN', 'STALE']

function valueRule(kind: ValueKind): Rule {
  return {
    id: kind === 'codeDefault' ? 'single-code-default' : `single-${kind}`,
    level: 'MUST',
    title: titles[kind],
    reference: references[kind],
    check: async (subject) => {
      const flags = subject.flagsOf(kind)
      if (flags.length === 0) return skipped(`no flag of kind ${kind} is described`)
      return overAnswers(subject, flags, (answer, flag) => answersAs(bodyOf(answer), flag))
    },
  }
}

/** Asks for each flag in its context, and looks at the answers that have status 200. */
async function overAnswers(
  { target }: Subject,
  flags: readonly SucceedingFlag[],
  look: (answer: Answer, flag: SucceedingFlag) => readonly Finding[],
): Promise<Verdict> {
  const findings: Finding[] = []
  for (const flag of flags) {
    const answer = await target.single(encodeURIComponent(flag.key), { context: flag.context })
    const status = hasStatus(answer, 200)
    findings.push(...(status === null ? look(answer, flag) : [status]))
  }
  return verdictOf(findings)
}

/** A rule about every flag that succeeds, whatever its value. */
function rule(facts: Omit<Rule, 'check'>, look: (answer: Answer, flag: SucceedingFlag) => readonly Finding[]): Rule {
  return {
    ...facts,
    check: async (subject) => {
      const { flags } = subject.description
      return flags.length === 0 ? skipped('no flag that succeeds is described') : overAnswers(subject, flags, look)
    },
  }
}

export const singleRules: readonly Rule[] = [
  ...valueKinds.map(valueRule),
  rule(
    { id: 'single-key', level: 'MUST', title: 'repeats the flag key', reference: ofrep('evaluationSuccess') },
    (answer, { key }) => [hasMember(bodyOf(answer), 'key', key)],
  ),
  rule(
    { id: 'single-reason', level: 'MUST', title: 'gives a reason', reference: ofrep('evaluationSuccess') },
    (answer) => [hasText(bodyOf(answer), 'reason')],
  ),
  rule(
    {
      id: 'single-reason-known',
      level: 'SHOULD',
      title: 'gives one of the reasons that OpenFeature names',
      reference: openFeature('resolution reason', 'types/#resolution-reason'),
    },
    (answer) => {
      const reason = memberOf(answer.json, 'reason')
      const isKnown = reasons.some((one) => one === reason)
      return [isKnown ? null : `${answer.asked}: ${excerptOf(reason)} is none of ${reasons.join(', ')}`]
    },
  ),
  rule(
    {
      id: 'single-variant',
      level: 'MUST',
      title: 'names a variant by text, or none',
      reference: ofrep('evaluationSuccess'),
    },
    (answer) => [mayHaveText(bodyOf(answer), 'variant')],
  ),
  rule(
    { id: 'single-metadata', level: 'MUST', title: 'gives flat metadata, or none', reference: ofrep('metadata') },
    (answer) => [hasFlatMetadata(bodyOf(answer))],
  ),
  rule(
    {
      id: 'single-no-error',
      level: 'SHOULD',
      title: 'has no error code in an answer of status 200, which clients take for a broken one',
      reference: ofrep('evaluateFlag 200'),
    },
    (answer) => [hasNoMember(bodyOf(answer), 'errorCode', 'as the status is 200')],
  ),
  rule(
    {
      id: 'single-content-type',
      level: 'MUST',
      title: 'answers with application/json',
      reference: ofrep('evaluateFlag 200'),
    },
    (answer) => [hasJsonType(answer)],
  ),
]
