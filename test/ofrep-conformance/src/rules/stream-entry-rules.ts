/** How an answer with all flags names event streams. */
import { excerptOf, isObject, memberOf, type Json, type JsonObject } from '../json.js'
import { streamsOf } from './advertised-streams.js'
import { askBulk } from './bulk-rules.js'
import { hasText, type Part } from './findings.js'
import { ofrep } from './references.js'
import { skipped, verdictOf, type Finding, type Rule } from './rule.js'

/** Why rules about streams are skipped. */
export const notNamed = 'the answer with all flags names no event stream'

/** A rule about each entry of `eventStreams`. */
function entryRule(facts: Omit<Rule, 'check'>, look: (entry: Part) => readonly Finding[]): Rule {
  return {
    ...facts,
    check: async (subject) => {
      const answer = await askBulk(subject)
      const streams = streamsOf(answer.json)
      if (streams.length === 0) return skipped(notNamed)
      const parts = streams.map((value, index) => ({ name: `${answer.asked}: eventStreams[${index}]`, value }))
      return verdictOf(parts.flatMap(look))
    },
  }
}

const hasUrl = ({ value }: Part): boolean => memberOf(value, 'url') !== undefined
const endpointOf = ({ value }: Part): JsonObject | null => {
  const endpoint = memberOf(value, 'endpoint')
  return isObject(endpoint) ? endpoint : null
}

/** Scheme, host and perhaps port. */
function isOrigin(value: Json): boolean {
  return typeof value === 'string' && /^https?:\/\/[^/?#]+$/.test(value) && URL.canParse(value)
}

export const streamEntryRules: readonly Rule[] = [
  {
    id: 'stream-named',
    level: 'MAY',
    title: 'names an event stream in the answer with all flags',
    reference: ofrep('eventStream'),
    check: async (subject) => {
      const { asked, json } = await askBulk(subject)
      return verdictOf([streamsOf(json).length > 0 ? null : `${asked}: there are no eventStreams`])
    },
  },
  {
    id: 'stream-list',
    level: 'MUST',
    title: 'has a list of objects in eventStreams',
    reference: ofrep('bulkEvaluationSuccess'),
    check: async (subject) => {
      const { asked, json } = await askBulk(subject)
      const streams = memberOf(json, 'eventStreams')
      if (streams === undefined) return skipped(notNamed)
      const isList = Array.isArray(streams) && streams.every((one: Json) => isObject(one))
      return verdictOf([isList ? null : `${asked}: eventStreams is no list of objects`])
    },
  },
  entryRule(
    { id: 'stream-type', level: 'MUST', title: 'says the type of each event stream', reference: ofrep('eventStream') },
    (entry) => [hasText(entry, 'type')],
  ),
  entryRule(
    {
      id: 'stream-address',
      level: 'MUST',
      title: 'gives exactly one of url and endpoint',
      reference: ofrep('eventStream'),
    },
    (entry) => {
      const isOne = hasUrl(entry) !== (memberOf(entry.value, 'endpoint') !== undefined)
      return [
        isOne ? null : `${entry.name}: has ${hasUrl(entry) ? 'both url and endpoint' : 'neither url nor endpoint'}`,
      ]
    },
  ),
  entryRule(
    { id: 'stream-url', level: 'MUST', title: 'gives url as an absolute URL', reference: ofrep('eventStream.url') },
    (entry) => {
      const url = memberOf(entry.value, 'url')
      const isAbsolute = typeof url === 'string' && /^[a-z][a-z\d+.-]*:\/\//i.test(url) && URL.canParse(url)
      return [url === undefined || isAbsolute ? null : `${entry.name}: url is not absolute`]
    },
  ),
  entryRule(
    {
      id: 'stream-endpoint',
      level: 'MUST',
      title: 'gives endpoint with a requestUri that begins with a slash, and an origin or none',
      reference: ofrep('eventStreamEndpoint'),
    },
    (entry) => {
      if (memberOf(entry.value, 'endpoint') === undefined) return []
      const endpoint = endpointOf(entry)
      const [uri, origin] = [memberOf(endpoint ?? {}, 'requestUri'), memberOf(endpoint ?? {}, 'origin')]
      return [
        typeof uri === 'string' && uri.startsWith('/') ? null : `${entry.name}: requestUri does not begin with a slash`,
        origin === undefined || isOrigin(origin) ? null : `${entry.name}: origin is ${excerptOf(origin)}`,
      ]
    },
  ),
  entryRule(
    {
      id: 'stream-inactivity-delay',
      level: 'MUST',
      title: 'gives inactivityDelaySec as whole seconds, at least 1, or not at all',
      reference: ofrep('eventStream.inactivityDelaySec'),
    },
    (entry) => {
      const delay = memberOf(entry.value, 'inactivityDelaySec')
      const isRight = delay === undefined || (Number.isInteger(delay) && Number(delay) >= 1)
      return [isRight ? null : `${entry.name}: inactivityDelaySec is ${excerptOf(delay)}`]
    },
  ),
]
