/** OFREP's bulk evaluation: all flags in one context, or 304 where the client has that answer already. */
import type { EvaluatedOutcome, Ruleset } from '@switchyard/engine'
import { bodyValidator, codingHeld, contextValidator, entityTag, type AnswerOrigin } from './etag.js'
import { answerEvaluation, type EvaluationCall } from './evaluation-call.js'
import type { Answer, Exchange } from './exchange.js'

/** `POST /ofrep/v1/evaluate/flags` */
export function evaluateBulk(exchange: Exchange): void {
  answerEvaluation(exchange, answer)
}

function answer(call: EvaluationCall): Answer {
  const { clock, random } = call.served.snapshot.reads()
  if (clock || random) return answerByBody(call)
  const validator = contextValidator(originOf(call), call.context)
  return notModified(call, validator) ?? evaluated(call, evaluate(call), validator)
}

/** The context does not tell the answer where flags read the clock or chance: only evaluating does. */
function answerByBody(call: EvaluationCall): Answer {
  const evaluation = evaluate(call)
  const validator = bodyValidator(originOf(call), evaluation.body)
  return notModified(call, validator) ?? evaluated(call, evaluation, validator)
}

function originOf({ exchange, access, served }: EvaluationCall): AnswerOrigin {
  return {
    engineVersion: exchange.plane.engineVersion,
    revision: served.revision,
    audience: access.audience,
    scope: access.scope,
    state: exchange.state ?? '',
    // Answers name no event streams.
    streamEpoch: '',
  }
}

function notModified({ exchange }: EvaluationCall, validator: string): Answer | null {
  const header = exchange.request.headers['if-none-match']
  const coding = header === undefined ? undefined : codingHeld(header, validator)
  return coding === undefined ? null : { status: 304, body: null, headers: ['ETag', entityTag(validator, coding)] }
}

interface Evaluation {
  readonly outcomes: readonly EvaluatedOutcome[]
  readonly body: string
}

function evaluate({ exchange: { plane }, access, served, context }: EvaluationCall): Evaluation {
  const { audience } = access
  const outcomes = served.snapshot.evaluateAll(context, { nowMs: plane.now(), random: plane.random }, audience)
  const items = outcomes.map((outcome) => outcome.ofrep(audience))
  return { outcomes, body: `{"flags":[${items.join(',')}]${metadataMember(served.snapshot.ruleset)}}` }
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
