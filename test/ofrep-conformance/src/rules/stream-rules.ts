/** Event streams: how they open, and what they tell when flags change. */
import type { OpenStream, StreamEvent } from '../http/event-stream.js'
import { excerptOf, memberOf, parseJson, type Json } from '../json.js'
import { streamUrlsOf } from './advertised-streams.js'
import { askBulk } from './bulk-rules.js'
import { hasStatus, hasText } from './findings.js'
import { isChanged, type ObservedChange } from './observe-change.js'
import { eventStreams, ofrep, ofrepStreams, ofrepWireFormat } from './references.js'
import { skipped, verdictOf, type Finding, type Rule, type Verdict } from './rule.js'
import { notNamed, streamEntryRules } from './stream-entry-rules.js'
import type { Subject } from './subject.js'

/** A rule about a stream that was opened, with headers or without. */
function openRule(
  facts: Omit<Rule, 'check'>,
  headers: Readonly<Record<string, string>>,
  look: (stream: OpenStream, subject: Subject) => Promise<readonly Finding[]> | readonly Finding[],
): Rule {
  return {
    ...facts,
    check: async (subject) => {
      const { target } = subject
      const urls = streamUrlsOf((await askBulk(subject)).json, target.options.baseUrl)
      if (urls.length === 0) return skipped(notNamed)
      const findings: Finding[] = []
      for (const url of urls) {
        const stream = await target.stream(url, headers)
        try {
          findings.push(...(await look(stream, subject)))
        } finally {
          stream.close()
        }
      }
      return verdictOf(findings)
    },
  }
}

/** A rule about what a stream told of a change. */
function changeRule(facts: Omit<Rule, 'check'>, look: (observed: ObservedChange) => Verdict): Rule {
  return {
    ...facts,
    check: async (subject) => {
      const observed = subject.observedChange()
      if (observed === null) return skipped('nobody said how to make a flag change')
      const seen = await observed
      if (streamUrlsOf(seen.before.json, subject.target.options.baseUrl).length === 0) return skipped(notNamed)
      return look(seen)
    },
  }
}

/** The same about the event that asks for a refetch. */
function refetchRule(facts: Omit<Rule, 'check'>, look: (event: StreamEvent, data: Json) => readonly Finding[]): Rule {
  return changeRule(facts, ({ refetch }) =>
    refetch === null ? skipped('no event asked for a refetch') : verdictOf(look(refetch.event, refetch.data)),
  )
}

function opened({ asked, status }: OpenStream): Finding {
  return status === 200 ? null : `${asked}: expected status 200, received ${status}`
}

/** How many signs of life a stream has to give. The first may be part of its beginning. */
const signsOfLife = 3

const openRules: readonly Rule[] = [
  openRule(
    {
      id: 'stream-opens',
      level: 'MUST',
      title: "opens to whoever has its address, as browsers' EventSource sends no key",
      reference: ofrepStreams('Response Schema'),
    },
    {},
    (stream) => [opened(stream)],
  ),
  openRule(
    {
      id: 'stream-content-type',
      level: 'MUST',
      title: 'is text/event-stream',
      reference: ofrepWireFormat(),
    },
    {},
    ({ asked, headers }) => {
      const type = headers['content-type']
      const isRight = type !== undefined && /^text\/event-stream\s*(;|$)/i.test(type)
      return [isRight ? null : `${asked}: expected Content-Type text/event-stream, received ${excerptOf(type)}`]
    },
  ),
  openRule(
    {
      id: 'stream-not-stored',
      level: 'SHOULD',
      title: 'tells caches in between not to keep it',
      reference: eventStreams('authoring-notes'),
    },
    {},
    ({ asked, headers }) => {
      const control = headers['cache-control']
      const isRight = /\bno-(store|cache)\b/i.test(control ?? '')
      return [isRight ? null : `${asked}: expected Cache-Control no-store or no-cache, received ${excerptOf(control)}`]
    },
  ),
  openRule(
    {
      id: 'stream-resumes',
      level: 'MUST',
      title: 'opens with Last-Event-ID, as clients send it that come back',
      reference: ofrepStreams('SSE Event Format'),
    },
    { 'last-event-id': 'ofrep-conformance' },
    (stream) => [opened(stream)],
  ),
  {
    id: 'stream-heartbeat',
    level: 'MAY',
    title: 'shows that it lives while nothing changes',
    reference: eventStreams('authoring-notes'),
    check: async (subject) => {
      const { heartbeatWithinMs } = subject.description
      if (heartbeatWithinMs === null) return skipped('the description has no "eventStream"."heartbeatWithinMs"')
      return heartbeats(heartbeatWithinMs).check(subject)
    },
  },
]

function heartbeats(withinMs: number): Pick<Rule, 'check'> {
  const facts = { id: '', level: 'MAY', title: '', reference: eventStreams('authoring-notes') } as const
  return openRule(facts, {}, async (stream) => {
    for (let sign = 0; sign < signsOfLife; sign += 1) {
      if ((await stream.next(withinMs)) === null) return [`${stream.asked}: nothing came within ${withinMs} ms`]
    }
    return [opened(stream)]
  })
}

const changeRules: readonly Rule[] = [
  changeRule(
    {
      id: 'stream-refetch',
      level: 'MUST',
      title: 'sends an event that asks for a refetch when a flag has changed',
      reference: ofrepStreams('SSE Event Format'),
    },
    ({ events, refetch }) => {
      if (refetch !== null) return verdictOf([])
      if (events === null) return verdictOf(['the event stream could not be opened'])
      const types = events.map(({ data }) => excerptOf(memberOf(parseJson(data), 'type')))
      return verdictOf([
        `no event of type refetchEvaluation came in time; types that came: ${types.join(', ') || 'none'}`,
      ])
    },
  ),
  changeRule(
    {
      id: 'stream-event-data',
      level: 'MUST',
      title: 'sends events whose data are a JSON object with a type',
      reference: ofrep('sseEventData'),
    },
    ({ events }) => {
      if (events === null || events.length === 0) return skipped('no event came')
      return verdictOf(
        events.map(({ data }) => hasText({ name: `the event ${excerptOf(data)}`, value: parseJson(data) }, 'type')),
      )
    },
  ),
  changeRule(
    {
      id: 'stream-event-name',
      level: 'MUST',
      title: 'names its events "message", or not at all',
      reference: ofrepStreams('SSE Event Format'),
    },
    ({ events }) => {
      if (events === null || events.length === 0) return skipped('no event came')
      const isRight = ({ event }: StreamEvent): boolean => event === null || event === 'message'
      return verdictOf(events.map((event) => (isRight(event) ? null : `an event is named ${excerptOf(event.event)}`)))
    },
  ),
  refetchRule(
    {
      id: 'stream-event-id',
      level: 'SHOULD',
      title: 'gives the event an id, by which clients resume',
      reference: ofrepStreams('SSE Event Format'),
    },
    ({ id }) => [id === null || id === '' ? 'the event has no id' : null],
  ),
  refetchRule(
    {
      id: 'stream-event-etag',
      level: 'MUST',
      title: 'gives etag as text, or not at all',
      reference: ofrep('sseEventData'),
    },
    (_, data) => {
      const etag = memberOf(data, 'etag')
      return [etag === undefined || typeof etag === 'string' ? null : `etag is ${excerptOf(etag)}`]
    },
  ),
  refetchRule(
    {
      id: 'stream-event-last-modified',
      level: 'MUST',
      title: 'gives lastModified as whole seconds or as a date, or not at all',
      reference: ofrep('sseEventData'),
    },
    (_, data) => {
      const time = memberOf(data, 'lastModified')
      const isSeconds = Number.isInteger(time) && Number(time) >= 0
      const isDate = typeof time === 'string' && /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(time)
      return [time === undefined || isSeconds || isDate ? null : `lastModified is ${excerptOf(time)}`]
    },
  ),
  changeRule(
    {
      id: 'stream-refetched',
      level: 'SHOULD',
      title: 'answers the refetch that the event asks for with the changed flags, whatever ETag the client has',
      reference: ofrepStreams('Provider Behavior'),
    },
    ({ before, refetch, after }) => {
      if (refetch === null) return skipped('no event asked for a refetch')
      if (after === null) return verdictOf([`${before.asked}: the change changed no answer in time`])
      const { answer } = refetch
      const old = `${answer.asked}: the refetch brought the old flags`
      return verdictOf([hasStatus(answer, 200) ?? (isChanged(answer, before) ? null : old)])
    },
  ),
]

export const streamRules: readonly Rule[] = [...streamEntryRules, ...openRules, ...changeRules]
