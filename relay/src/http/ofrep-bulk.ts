/** OFREP's bulk evaluation: all flags in one context, or 304 where the client has that answer already. */
import { asciiJson, type EvaluatedOutcome, type Ruleset } from '@switchyard/engine'
import { bodyValidator, codingHeld, contextValidator, entityTag, type AnswerOrigin } from './etag.js'
import { traceOutcomes, withEvaluation, type EvaluationCall } from './evaluation-call.js'
import type { Answer, Exchange } from './exchange.js'
import { refusedEvaluation, respond } from './respond.js'
import type { CachedAnswer } from './response-cache.js'
import { revisionHeaders } from './server-headers.js'
import { eventStreamsMember, streamAddress } from './streams/advertised-stream.js'
import { configurationTag } from './streams/configuration-tag.js'
import { revisionFloor } from './streams/revision-floor.js'

interface BulkCall extends EvaluationCall {
  /** Address of the event stream that the answer names, empty for none. */
  readonly stream: string
  /** The configuration that the client has heard of, null where it says nothing. */
  readonly hint: string | null
}

/** `POST /ofrep/v1/evaluate/flags` */
export function evaluateBulk(exchange: Exchange): void {
  const floor = revisionFloor(exchange)
  const hint = floor?.tag ?? null
  const proceed = (call: EvaluationCall): void => {
    const stream = streamAddress(exchange.plane, call.access)
    // Member by member: spreading the call costs 3 us.
    const { access, served, context, read } = call
    respond(exchange, answer({ exchange, access, served, context, read, stream, hint }))
  }
  withEvaluation(exchange, proceed, floor)
}

/**
 * The context tells the answer before it is made, except where flags read the clock or chance: there the answer itself does.
 * One that reads chance is not even worth keeping. What is known already is answered whatever the load is.
 */
function answer(call: BulkCall): Answer {
  const { clock, random } = call.served.snapshot.reads()
  const { exchange, access } = call
  if (random) return refusedEvaluation(exchange, access) ?? validated(call, evaluate(call, null))
  const key = contextValidator(originOf(call), call.context, call.read)
  const unchanged = clock ? null : notModified(call, key)
  if (unchanged !== null) return unchanged
  const { cache, now } = exchange.plane
  const kept = cache.get(key, now())
  const refused = kept === undefined ? refusedEvaluation(exchange, access) : null
  if (refused !== null) return refused
  const made = kept ?? evaluation(call, key, clock ? null : key)
  return clock ? validated(call, made) : evaluated(call, made)
}

/** Answers by what the answer is. */
function validated(call: BulkCall, made: CachedAnswer): Answer {
  return notModified(call, made.validator) ?? evaluated(call, made)
}

/** The answer made now, and kept. */
function evaluation(call: BulkCall, key: string, validator: string | null): CachedAnswer {
  const { cache, now } = call.exchange.plane
  const made = evaluate(call, validator)
  if (made.expiresAtMs > now()) cache.set(key, made)
  return made
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

function notModified(call: BulkCall, validator: string): Answer | null {
  const { exchange, served, hint } = call
  // Who has heard of another configuration is not told that nothing has changed.
  if (hint !== null && hint !== configurationTag(served)) return null
  const header = exchange.request.headers['if-none-match']
  const coding = header === undefined ? undefined : codingHeld(header, validator)
  if (coding === undefined) return null
  return { status: 304, body: null, headers: ['ETag', entityTag(validator, coding), ...revisionHeaders(call)] }
}

/** @param validator null where the answer itself is what tells it from another */
function evaluate(call: BulkCall, validator: string | null): CachedAnswer {
  const { exchange, access, served, context, stream } = call
  const { audience } = access
  const { snapshot } = served
  const nowMs = exchange.plane.now()
  const outcomes = snapshot.evaluateAll(context, { nowMs, random: exchange.plane.random }, audience)
  let items = outcomes[0]?.ofrep(audience) ?? ''
  for (let at = 1; at < outcomes.length; at += 1) items += (outcomes[at] as EvaluatedOutcome).ofrepListItem(audience)
  const body = `{"flags":[${items}]${metadataMember(snapshot.ruleset, exchange.state ?? '')}${eventStreamsMember(stream)}}`
  const expiresAtMs = snapshot.validUntil(nowMs)
  return { outcomes, body, validator: validator ?? bodyValidator(originOf(call), body), expiresAtMs }
}

function evaluated(call: EvaluationCall, { outcomes, body, validator }: CachedAnswer): Answer {
  const { exchange, access, served } = call
  access.environment.usage.countAll(served, outcomes)
  if (exchange.trace !== null) traceOutcomes(exchange.trace, access.environment, served, outcomes)
  return { status: 200, body, validator, headers: revisionHeaders(call) }
}

const metadataMembers = new WeakMap<Ruleset, Map<string, string>>()

/** The set's metadata as the last member of the answer, serialised once per revision and state. Of the state it has the word alone. */
function metadataMember(ruleset: Ruleset, state: string): string {
  let members = metadataMembers.get(ruleset)
  if (members === undefined) metadataMembers.set(ruleset, (members = new Map()))
  let member = members.get(state)
  if (member === undefined) {
    member = `,"metadata":${asciiJson({ ...ruleset.metadata, switchyardState: state })}`
    members.set(state, member)
  }
  return member
}
