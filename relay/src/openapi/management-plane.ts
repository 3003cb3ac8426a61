/** The management plane, described: every address of `management/app.ts` and of the probes, which a test holds it to. */
import { describePlane, query, ref, text, type AnswerDescription, type Operation } from './document.js'
import { managementSchemas } from './management-schemas.js'

function refusal(description: string): AnswerDescription {
  return { description, schema: ref('Refusal') }
}

const json = (description: string, name: string): AnswerDescription => ({ description, schema: ref(name) })
const environment = query('environment', 'Its name; needed when there are several.')
const invalid = refusal('The message says what is wrong with the request.')
const noToken = refusal('`management.token` is set, and this is not it.')
const noEnvironment = refusal('There is no such environment; the message names those there are.')
const noData = refusal('The environment has no data yet.')

const probes: readonly Operation[] = [
  {
    route: 'GET /livez',
    operationId: 'isAlive',
    summary: 'Whether the process runs',
    isOpen: true,
    answers: {
      200: { description: 'It does.', schema: { type: 'object', properties: { status: { const: 'alive' } } } },
    },
  },
  {
    route: 'GET /readyz',
    operationId: 'isReady',
    summary: 'Whether every required environment has data',
    isOpen: true,
    parameters: [query('fail-on', '`stale`: old data is no good either.', { enum: ['stale'] })],
    answers: {
      200: json('Ready.', 'Readiness'),
      400: invalid,
      503: json('Not, or the relay stops.', 'Readiness'),
    },
  },
  {
    route: 'GET /metrics',
    operationId: 'readMetrics',
    summary: 'Metrics, in the text format of Prometheus',
    isOpen: true,
    answers: { 200: { description: 'As docs/metrics.md says.', schema: text(), contentType: 'text/plain' } },
  },
]

const views: readonly Operation[] = [
  {
    route: 'GET /status',
    operationId: 'readStatus',
    summary: 'How each environment is, since when, and why',
    answers: { 200: json('No secret is in it.', 'Status'), 401: noToken },
  },
  {
    route: 'GET /',
    operationId: 'showPage',
    summary: 'The page, for browsers',
    answers: { 200: { description: 'One file.', schema: text(), contentType: 'text/html' }, 401: noToken },
  },
  {
    route: 'GET /openapi.json',
    operationId: 'readDescription',
    summary: 'This description',
    answers: { 200: { description: 'OpenAPI 3.1.', schema: { type: 'object' } }, 401: noToken },
  },
  {
    route: 'GET /flags',
    operationId: 'listFlags',
    summary: 'The flags of an environment',
    parameters: [environment, query('search', 'Part of a key, in any case.')],
    answers: {
      200: json('The first two hundred, by key.', 'Flags'),
      400: invalid,
      401: noToken,
      404: noEnvironment,
      503: noData,
    },
  },
  {
    route: 'GET /flag',
    operationId: 'readFlag',
    summary: 'One flag, with its rules in plain words',
    parameters: [environment, { ...query('key', 'The flag key.'), required: true }],
    answers: {
      200: json('The flag.', 'Flag'),
      400: invalid,
      401: noToken,
      404: refusal('No such environment, or no such flag in it.'),
      503: noData,
    },
  },
  {
    route: 'POST /explain',
    operationId: 'explain',
    summary: 'Why flags answer what they answer in one evaluation context',
    body: ref('ExplainRequest'),
    answers: {
      200: json('An explanation for each flag.', 'Explanations'),
      400: invalid,
      401: noToken,
      404: refusal('No such environment, or no such flag in it.'),
      413: refusal('The body is longer than 1 MiB.'),
      415: refusal('The body is no `application/json`, or is compressed.'),
      503: noData,
    },
  },
]

const decisions: readonly Operation[] = [
  {
    route: 'GET /snapshots',
    operationId: 'listSnapshots',
    summary: 'What an environment has served and could serve again',
    parameters: [environment],
    answers: { 200: json('As it is now.', 'Snapshots'), 400: invalid, 401: noToken, 404: noEnvironment },
  },
  {
    route: 'POST /snapshots/activate',
    operationId: 'activateSnapshot',
    summary: 'Serves a snapshot until somebody takes that back',
    body: ref('Activation'),
    answers: {
      200: json('As it is then.', 'Snapshots'),
      400: invalid,
      401: noToken,
      403: refusal('`management.allowChanges` is not set, or a page of another origin asks.'),
      404: refusal('No such environment, or no such snapshot.'),
      409: refusal('The snapshot cannot be used; the log says why.'),
    },
  },
  {
    route: 'POST /snapshots/confirm',
    operationId: 'confirmHeld',
    summary: 'Serves what is held back',
    body: ref('Confirmation'),
    answers: {
      200: json('As it is then.', 'Snapshots'),
      400: invalid,
      401: noToken,
      403: refusal('`management.allowChanges` is not set, or a page of another origin asks.'),
      404: noEnvironment,
      409: refusal('That is not what is held back.'),
    },
  },
]

/** As text. */
export const managementDescription: string = JSON.stringify(
  describePlane({
    title: 'Switchyard, management plane',
    description: 'What operators watch. Where `management.token` is set, all but the probes and the metrics want it.',
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: '`management.token`' },
      basic: { type: 'http', scheme: 'basic', description: 'Any name, and `management.token` as the password.' },
    },
    headers: {},
    schemas: managementSchemas,
    operations: [...probes, ...views, ...decisions],
  }),
)
