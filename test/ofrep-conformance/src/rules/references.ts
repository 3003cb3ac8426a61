/** Where the rules come from. OFREP is cited at one commit, so that a link goes on saying what the rule says. */
import type { Reference } from './rule.js'

/** The version of OFREP that the rules follow. */
export const protocolVersion = '0.3.0'

const protocol = 'https://github.com/open-feature/protocol/blob/d1a63a4e84e6297599ce566126e7764c1419f80a'
const openApi = `${protocol}/service/openapi.yaml`
const decision8 = `${protocol}/service/adrs/0008-sse-for-bulk-evaluation-changes.md`

/** First lines of what is cited of the OpenAPI document. */
const lines = {
  'evaluateFlag request': 57,
  'evaluateFlag 200': 71,
  'evaluateFlag 400': 82,
  'evaluateFlag 404': 92,
  'evaluateFlag 401': 102,
  'evaluateFlag 403': 104,
  'evaluateFlag 429': 106,
  'evaluateFlag 500': 117,
  'evaluateFlagsBulk If-None-Match': 140,
  'evaluateFlagsBulk request': 152,
  'evaluateFlagsBulk 200': 165,
  'evaluateFlagsBulk ETag': 168,
  'evaluateFlagsBulk 304': 199,
  'evaluateFlagsBulk 400': 202,
  BearerAuth: 239,
  flagConfigEtag: 255,
  flagConfigLastModified: 268,
  bulkEvaluationSuccess: 301,
  bulkEvaluationFailure: 331,
  eventStream: 363,
  'eventStream.url': 391,
  'eventStream.inactivityDelaySec': 405,
  eventStreamEndpoint: 418,
  sseEvent: 442,
  sseEventData: 476,
  evaluationSuccess: 510,
  'evaluationSuccess.reason': 523,
  evaluationFailure: 546,
  flagNotFound: 570,
  key: 601,
  context: 607,
  booleanFlag: 624,
  stringFlag: 632,
  integerFlag: 640,
  floatFlag: 648,
  objectFlag: 657,
  codeDefaultFlag: 666,
  errorDetails: 676,
  metadata: 681,
} as const

/** A place in OFREP's OpenAPI document. */
export function ofrep(place: keyof typeof lines): Reference {
  return { text: `OFREP ${protocolVersion}, ${place}`, url: `${openApi}#L${lines[place]}` }
}

/** Parts of the decision about event streams, by their headings. */
export function ofrepStreams(heading: string): Reference {
  const anchor = heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
  return { text: `OFREP ADR 8, ${heading}`, url: `${decision8}#${anchor}` }
}

/** The document that describes the wire format of event streams. */
export function ofrepWireFormat(): Reference {
  return { text: `OFREP ${protocolVersion}, event-streams.yaml`, url: `${protocol}/service/event-streams.yaml` }
}

/** A section of RFC 9110, HTTP Semantics. */
export function http(section: string): Reference {
  return { text: `RFC 9110, ${section}`, url: `https://www.rfc-editor.org/rfc/rfc9110#section-${section}` }
}

/** A section of RFC 3986, Uniform Resource Identifiers. */
export function uri(section: string): Reference {
  return { text: `RFC 3986, ${section}`, url: `https://www.rfc-editor.org/rfc/rfc3986#section-${section}` }
}

/** The Fetch Standard, by which browsers decide what a page may read. */
export function cors(anchor: string): Reference {
  return { text: `Fetch Standard, ${anchor}`, url: `https://fetch.spec.whatwg.org/#${anchor}` }
}

/** The HTML Standard's event streams. */
export function eventStreams(anchor: string): Reference {
  const page = 'https://html.spec.whatwg.org/multipage/server-sent-events.html'
  return { text: `HTML Standard, ${anchor}`, url: `${page}#${anchor}` }
}

/** What a client does with an answer: the reason of rules about which the protocol is silent. */
export function openFeature(section: string, anchor: string): Reference {
  return { text: `OpenFeature specification, ${section}`, url: `https://openfeature.dev/specification/${anchor}` }
}
