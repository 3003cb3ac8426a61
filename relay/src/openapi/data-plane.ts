/** The data plane, described: every route of `http/routes.ts`, which a test holds it to. */
import { dataPlaneSchemas } from './data-plane-schemas.js'
import {
  describePlane,
  integer,
  query,
  ref,
  text,
  type AnswerDescription,
  type Operation,
  type Schema,
} from './document.js'

const onServed = ['Switchyard-State', 'Switchyard-Age']
const forServers = [...onServed, 'Switchyard-Revision']

const headers: Readonly<Record<string, Schema>> = {
  ETag: { description: 'Send it back as If-None-Match.', schema: text() },
  'Retry-After': { description: 'Seconds.', schema: integer },
  'Switchyard-Age': { description: 'Seconds since the upstream last confirmed what answered.', schema: integer },
  'Switchyard-Revision': { description: 'For server keys: of the ruleset that answered.', schema: text() },
  'Switchyard-Ruleset': { description: 'Format of the ruleset.', schema: { const: '1' } },
  'Switchyard-State': {
    description: '`behind`: the client knows of something later than what is served.',
    schema: { enum: ['waiting', 'fresh', 'stale', 'degraded', 'disconnected', 'behind'] },
  },
  'Switchyard-Valid-Ms': {
    description: 'For server keys: after so many milliseconds the answer may become another one by itself.',
    schema: integer,
  },
}

function refusal(description: string, names?: readonly string[]): AnswerDescription {
  return { description, schema: ref('Refusal'), ...(names === undefined ? {} : { headers: names }) }
}

const unknownKey = refusal('The key is missing or unknown.')
const clientKey = refusal('A client key: this is for server keys.')
const noData = refusal('The key is right, and its environment has no data yet; or the relay stops.', ['Retry-After'])
const overloaded = {
  429: refusal('Too many fresh evaluations with this key (`server.overload.ratePerKey`).', ['Retry-After']),
  503: refusal('No data yet; or this would have to be evaluated, and the relay is overloaded.', ['Retry-After']),
}
const bodyRefusals = {
  413: refusal('The body is longer than `server.maxBodyBytes`.'),
  415: refusal('The body is no `application/json`, or is compressed.'),
}
const laterRevision: Schema = {
  name: 'Switchyard-Revision',
  in: 'header',
  description: 'What the client knows of: it waits a moment for that, rather than being answered from before.',
  schema: text(),
}
const lastEventId: Schema = {
  name: 'Last-Event-ID',
  in: 'header',
  description: '`<sequence>-<revision>`: what the client has.',
  schema: text(),
}
const ifNoneMatch: Schema = { name: 'If-None-Match', in: 'header', description: 'An ETag.', schema: text() }
const rulesetFormat: Schema = {
  name: 'Switchyard-Ruleset',
  in: 'header',
  description: 'The format that the reader knows; `Accept` can say the same.',
  schema: text(),
}

const ofrep: readonly Operation[] = [
  {
    route: 'POST /ofrep/v1/evaluate/flags/{key}',
    operationId: 'evaluateFlag',
    summary: 'Evaluates one flag (OFREP)',
    parameters: [
      { name: 'key', in: 'path', required: true, description: 'The flag key, percent-encoded.', schema: text() },
      laterRevision,
    ],
    body: ref('EvaluationRequest'),
    answers: {
      200: { description: 'Evaluated.', schema: ref('Evaluation'), headers: forServers },
      400: {
        description: 'The context cannot be used, or the flag cannot be evaluated.',
        schema: { anyOf: [ref('EvaluationFailure'), ref('Refusal')] },
      },
      401: unknownKey,
      404: { description: 'No such flag, or none that this key may see.', schema: ref('EvaluationFailure') },
      ...bodyRefusals,
      ...overloaded,
    },
  },
  {
    route: 'POST /ofrep/v1/evaluate/flags',
    operationId: 'evaluateFlags',
    summary: 'Evaluates all flags that the key may see (OFREP)',
    parameters: [
      ifNoneMatch,
      laterRevision,
      query('flagConfigEtag', 'What an event of the event stream has named as `etag`.'),
      query('flagConfigLastModified', 'What it has named as `lastModified`.'),
    ],
    body: ref('EvaluationRequest'),
    answers: {
      200: {
        description: 'Evaluated.',
        schema: ref('BulkEvaluation'),
        headers: [...forServers, 'Switchyard-Valid-Ms', 'ETag'],
      },
      304: { description: 'The client has this answer already.', schema: null, headers: ['ETag'] },
      400: refusal('The context cannot be used.'),
      401: unknownKey,
      ...bodyRefusals,
      ...overloaded,
    },
  },
  {
    route: 'GET /ofrep/v1/events',
    operationId: 'streamChanges',
    summary: 'Tells when flags have changed (OFREP)',
    description: 'The address that an answer with all flags names holds a token, and needs no key.',
    parameters: [query('token', 'From the answer with all flags.'), lastEventId],
    answers: {
      200: { description: 'An event stream.', schema: text(), contentType: 'text/event-stream' },
      401: refusal('Neither a token that is valid still, nor a key that is known.'),
      429: refusal('Too many streams are open with this key.', ['Retry-After']),
      503: refusal('Too many streams are open in all, or the relay stops.', ['Retry-After']),
    },
  },
]

const rulesets: readonly Operation[] = [
  {
    route: 'GET /switchyard/v1/ruleset',
    operationId: 'readRuleset',
    summary: 'The ruleset, for evaluation in process',
    description: 'For server keys. The format is described in docs/ruleset.md and docs/ruleset.schema.json.',
    parameters: [ifNoneMatch, rulesetFormat],
    answers: {
      200: {
        description: 'The whole ruleset.',
        schema: ref('Ruleset'),
        headers: [...onServed, 'Switchyard-Ruleset', 'ETag'],
      },
      304: { description: 'The reader has it already.', schema: null, headers: ['ETag'] },
      401: unknownKey,
      403: clientKey,
      406: refusal('The reader knows another format only.', ['Switchyard-Ruleset']),
      503: noData,
    },
  },
  {
    route: 'GET /switchyard/v1/stream',
    operationId: 'streamRuleset',
    summary: 'The ruleset and each of its changes, as an event stream',
    description: 'For server keys. Events are `state`, `ruleset` and `patch`.',
    parameters: [lastEventId, rulesetFormat],
    answers: {
      200: { description: 'An event stream.', schema: text(), contentType: 'text/event-stream' },
      401: unknownKey,
      403: clientKey,
      406: refusal('The reader knows another format only.', ['Switchyard-Ruleset']),
      429: refusal('Too many streams are open with this key.', ['Retry-After']),
      503: noData,
    },
  },
]

const others: readonly Operation[] = [
  {
    route: 'POST /switchyard/v1/usage',
    operationId: 'countUsage',
    summary: 'Takes what in-process providers counted',
    description: 'For server keys. A batch that is sent again under its name counts once.',
    body: ref('UsageBatch'),
    answers: {
      204: { description: 'It is counted, now or before.', schema: null },
      400: refusal('The batch has a mistake, and nothing of it counts.'),
      401: unknownKey,
      403: clientKey,
      ...bodyRefusals,
      503: noData,
    },
  },
  {
    route: 'GET /flagd/v1/flags.json',
    operationId: 'readFlagdDocument',
    summary: 'The flagd document of an environment, as it was read',
    description:
      "For server keys, as bearer's or as the password of Basic with any name, which is what flagd can send.",
    parameters: [ifNoneMatch],
    answers: {
      200: { description: 'The document.', schema: { type: 'object' }, headers: [...onServed, 'ETag'] },
      304: { description: 'The reader has it already.', schema: null, headers: ['ETag'] },
      401: unknownKey,
      403: clientKey,
      404: refusal("The environment's upstream is no flagd document."),
      503: noData,
    },
  },
  {
    route: 'GET /healthz',
    operationId: 'isHealthy',
    summary: 'For load balancers',
    isOpen: true,
    answers: { 200: { description: 'The process answers.', schema: null } },
  },
  {
    route: 'GET /openapi.json',
    operationId: 'readDescription',
    summary: 'This description',
    isOpen: true,
    answers: { 200: { description: 'OpenAPI 3.1.', schema: { type: 'object' } } },
  },
]

/** As text. */
export const dataPlaneDescription: string = JSON.stringify(
  describePlane({
    title: 'Switchyard, data plane',
    description:
      'What applications call: OpenFeature Remote Evaluation Protocol 0.3.0, and rulesets for evaluation in process. Any address may ' +
      'also answer 405 (another method; `Allow` names the right ones), 408 and 431 (the request came too slowly, or its headers are ' +
      'too long), and 500 (a mistake in Switchyard).',
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'A server key or a client key.' },
      apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same.' },
    },
    headers,
    schemas: dataPlaneSchemas,
    operations: [...ofrep, ...rulesets, ...others],
  }),
)
