/** Conditional requests for all flags: `ETag`, `If-None-Match` and status 304. */
import type { Answer } from '../http/answer.js'
import { excerptOf, isSameJson, memberOf } from '../json.js'
import { askBulk } from './bulk-rules.js'
import { bodyOf, hasStatus } from './findings.js'
import { http, ofrep } from './references.js'
import { skipped, verdictOf, type Finding, type Rule, type Verdict } from './rule.js'
import type { Subject } from './subject.js'

const noTag = 'the answer with all flags has no ETag'

/** A rule about servers that give ETags. */
function tagRule(
  facts: Omit<Rule, 'check'>,
  look: (tag: string, subject: Subject) => Promise<Verdict> | Verdict,
): Rule {
  return {
    ...facts,
    check: async (subject) => {
      const { etag } = (await askBulk(subject)).headers
      return etag === undefined ? skipped(noTag) : look(etag, subject)
    },
  }
}

/** A rule about what a server answers who sends its ETag back in some form. */
function conditionalRule(
  facts: Omit<Rule, 'check'>,
  ifNoneMatch: (tag: string) => string,
  look: (answer: Answer, tag: string) => readonly Finding[],
): Rule {
  return tagRule(facts, async (tag, { target, description }) => {
    const headers = { 'if-none-match': ifNoneMatch(tag) }
    return verdictOf(look(await target.bulk({ context: description.context, headers }), tag))
  })
}

const isNotModified = (answer: Answer): readonly Finding[] => [hasStatus(answer, 304)]

/** Whoever has another answer gets this one, whole. */
function isWhole(answer: Answer): readonly Finding[] {
  const flags = memberOf(answer.json, 'flags')
  return [
    hasStatus(answer, 200),
    Array.isArray(flags) ? null : `${answer.asked}: expected flags, received ${excerptOf(flags)}`,
  ]
}

const opaqueTag = /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/

/** The tag in its strong form. */
function strong(tag: string): string {
  return tag.replace(/^W\//, '')
}

export const etagRules: readonly Rule[] = [
  {
    id: 'etag-present',
    level: 'SHOULD',
    title: 'gives the answer with all flags an ETag',
    reference: ofrep('evaluateFlagsBulk ETag'),
    check: async (subject) => {
      const answer = await askBulk(subject)
      return verdictOf([answer.headers['etag'] === undefined ? `${answer.asked}: there is no ETag` : null])
    },
  },
  tagRule({ id: 'etag-quoted', level: 'SHOULD', title: 'quotes the ETag', reference: http('8.8.3') }, (tag) =>
    verdictOf([opaqueTag.test(tag) ? null : `expected ETag "..." in double quotes, received ${tag}`]),
  ),
  tagRule({ id: 'etag-strong', level: 'MAY', title: 'gives a strong ETag', reference: http('8.8.1') }, (tag) =>
    verdictOf([tag.startsWith('W/') ? `the ETag ${tag} is weak` : null]),
  ),
  tagRule(
    {
      id: 'etag-stable',
      level: 'SHOULD',
      title: 'gives equal requests equal ETags',
      reference: ofrep('evaluateFlagsBulk ETag'),
    },
    async (tag, subject) => {
      const { etag } = (await askBulk(subject)).headers
      return verdictOf([etag === tag ? null : `the same request had the ETags ${tag} and ${etag}`])
    },
  ),
  conditionalRule(
    {
      id: 'etag-not-modified',
      level: 'MUST',
      title: 'answers its own ETag by status 304',
      reference: ofrep('evaluateFlagsBulk 304'),
    },
    (tag) => tag,
    isNotModified,
  ),
  conditionalRule(
    {
      id: 'etag-empty-body',
      level: 'MUST',
      title: 'sends no body with status 304',
      reference: ofrep('evaluateFlagsBulk 304'),
    },
    (tag) => tag,
    (answer) => {
      const { 'content-length': length, 'content-type': type } = answer.headers
      const isEmpty = answer.text === '' && Number(length ?? 0) === 0 && (type === undefined || length === '0')
      const isSaid = `Content-Type ${excerptOf(type)}, Content-Length ${excerptOf(length)}, ${answer.text.length} characters`
      return [hasStatus(answer, 304), isEmpty ? null : `${answer.asked}: expected no body, received ${isSaid}`]
    },
  ),
  conditionalRule(
    { id: 'etag-repeated', level: 'SHOULD', title: 'repeats the ETag with status 304', reference: http('15.4.5') },
    (tag) => tag,
    (answer, tag) => {
      const received = answer.headers['etag']
      const isSame = received !== undefined && strong(received) === strong(tag)
      return [
        hasStatus(answer, 304),
        isSame ? null : `${answer.asked}: expected ETag ${tag}, received ${excerptOf(received)}`,
      ]
    },
  ),
  conditionalRule(
    {
      id: 'etag-other',
      level: 'MUST',
      title: 'answers the ETag of something else by status 200 and all flags',
      reference: ofrep('evaluateFlagsBulk If-None-Match'),
    },
    () => '"ofrep-conformance-of-something-else"',
    isWhole,
  ),
  conditionalRule(
    { id: 'etag-list', level: 'SHOULD', title: 'finds its ETag in a list', reference: http('13.1.2') },
    (tag) => `"ofrep-conformance-first", ${tag}`,
    isNotModified,
  ),
  conditionalRule(
    {
      id: 'etag-weakened',
      level: 'SHOULD',
      title: 'knows its ETag when a proxy has weakened it',
      reference: http('13.1.2'),
    },
    (tag) => `W/${strong(tag)}`,
    isNotModified,
  ),
  conditionalRule(
    { id: 'etag-any', level: 'MAY', title: 'answers If-None-Match: * by status 304', reference: http('13.1.2') },
    () => '*',
    isNotModified,
  ),
  tagRule(
    {
      id: 'etag-context',
      level: 'MUST',
      title: 'answers another context, whose flags differ, by status 200 though the ETag is the one of the first',
      reference: ofrep('evaluateFlagsBulk 304'),
    },
    async (tag, { target, description }) => {
      const { context, otherContext } = description
      if (otherContext === null) return skipped('the description has no "otherContext"')
      const flags = [await target.bulk({ context }), await target.bulk({ context: otherContext })].map(({ json }) =>
        memberOf(json, 'flags'),
      )
      if (isSameJson(flags[0], flags[1])) return skipped('the flags are the same in "context" and "otherContext"')
      return verdictOf(isWhole(await target.bulk({ context: otherContext, headers: { 'if-none-match': tag } })))
    },
  ),
  {
    id: 'etag-after-change',
    level: 'MUST',
    title: 'gives another ETag once flags have changed',
    reference: ofrep('evaluateFlagsBulk ETag'),
    check: async (subject) => {
      const observed = subject.observedChange()
      if (observed === null) return skipped('nobody said how to make a flag change')
      const { before, after } = await observed
      const { etag } = before.headers
      if (etag === undefined) return skipped(noTag)
      if (after === null) return verdictOf([`${before.asked}: the change changed no answer in time`])
      const isOther = after.headers['etag'] !== etag
      return verdictOf([isOther ? null : `${bodyOf(after).name} has changed, and its ETag is still ${etag}`])
    },
  },
]
