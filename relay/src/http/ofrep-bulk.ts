/** OFREP's bulk evaluation: all flags in one context, or 304 where the client has that answer already. */
import type { EvaluatedOutcome, Ruleset } from '@switchyard/engine'
import { bodyValidator, codingHeld, contextValidator, entityTag, type AnswerOrigin } from './etag.js'
import { withEvaluation, type EvaluationCall } from './evaluation-call.js'
import type { Answer, Exchange } from './exchange.js'
import { respond } from './respond.js'
import { eventStreamsMember, streamAddress } from './streams/advertised-stream.js'
import { afterHinted, hintedRevision } from './streams/refetch-hint.js'

interface BulkCall extends EvaluationCall {
  /** Address of the event stream that the answer names, empty for none. */
  readonly stream: string
  /** The configuration that the client has heard of, null where it says nothing. */
  readonly hint: string | null
}

/** `POST /ofrep/v1/evaluate/flags` */
export function evaluateBulk(exchange: Exchange): void {
  const hint = hintedRevision(exchange.request.url ?? '')
  const proceed = (call: EvaluationCall): void => {
    const stream = streamAddress(exchange.plane, call.access)
    respond(exchange, answer({ ...call, stream, hint }))
  }
  withEvaluation(exchange, (call) => (hint === null ? proceed(call) : afterHinted(call, hint, proceed)))
}

function answer(call: BulkCall): Answer {
  const { clock, random } = call.served.snapshot.reads()
  if (clock || random) return answerByBody(call)
  const validator = contextValidator(originOf(call), call.context)
  return notModified(call, validator) ?? evaluated(call, evaluate(call), validator)
}

/** The context does not tell the answer where flags read the clock or chance: only evaluating does. */
function answerByBody(call: BulkCall): Answer {
  const evaluation = evaluate(call)
  const validator = bodyValidator(originOf(call), evaluation.body)
  return notModified(call, validator) ?? evaluated(call, evaluation, validator)
}

function originOf({ exchange, access, served, stream }: BulkCall): AnswerOrigin {
  return {
    engineVersion: exchange.plane.engineVersion,
    revision: served.revision,
    audience: access.audience,
    scope: access.scope,
    state: exchange.state ?? '',
    streamEpoch: stream,
  }
}

function notModified({ exchange, served, hint }: BulkCall, validator: string): Answer | null {
  // Who has heard of another configuration is not told that nothing has changed.
  if (hint !== null && hint !== served.revision) return null
  const header = exchange.request.headers['if-none-match']
  const coding = header === undefined ? undefined : codingHeld(header, validator)
  return coding === undefined ? null : { status: 304, body: null, headers: ['ETag', entityTag(validator, coding)] }
}

interface Evaluation {
  readonly outcomes: readonly EvaluatedOutcome[]
  readonly body: string
}

function evaluate({ exchange: { plane }, access, served, context, stream }: BulkCall): Evaluation {
  const { audience } = access
  const outcomes = served.snapshot.evaluateAll(context, { nowMs: plane.now(), random: plane.random }, audience)
  const items = outcomes.map((outcome) => outcome.ofrep(audience))
  const more = metadataMember(served.snapshot.ruleset) + eventStreamsMember(stream)
  return { outcomes, body: `{"flags":[${items.join(',')}]${more}}` }
}

function evaluated({ access, served }: EvaluationCall, { outcomes, body }: Evaluation, validator: string): Answer {
  access.environment.usage.countAll(served, outcomes)
  return { status: 200, body, validator }
}

const metadataMembers = new WeakMap<Ruleset, string>()

/** The set's metadata as the last member of the answer, serialised once per revision. */
function metadataMember(ruleset: Ruleset): string {
  let member = metadataMembers.get(ruleset)
  if (member === undefined) {
    const { metadata = {} } = ruleset
    member = Object.keys(metadata).length > 0 ? `,"metadata":${JSON.stringify(metadata)}` : ''
    metadataMembers.set(ruleset, member)
  }
  return member
}
