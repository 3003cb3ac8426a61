/** What both OFREP endpoints do before they evaluate: who asks, is there data, in which context. */
import type { EvaluatedOutcome, JsonObject } from '@switchyard/engine'
import type { Access, Environment, Served } from '../environments/environment.js'
import type { RequestTrace } from '../telemetry/request-tracer.js'
import type { Answer, Exchange } from './exchange.js'
import { findAccess, findServed } from './find-access.js'
import { readJsonBody } from './json-body.js'
import type { ReadBody } from './recent-contexts.js'
import { refuse, respond } from './respond.js'
import { afterFloor, revisionFloor, type RevisionFloor } from './streams/revision-floor.js'

/** All that an evaluation needs. */
export interface EvaluationCall {
  readonly exchange: Exchange
  readonly access: Access
  /** The revision that answers, from start to end. */
  readonly served: Served
  readonly context: JsonObject
  /** The body that brought the context. */
  readonly read: ReadBody
}

/** Answers by the handler, or refuses what cannot be evaluated. */
export function answerEvaluation(exchange: Exchange, handle: (call: EvaluationCall) => Answer): void {
  withEvaluation(exchange, (call) => respond(exchange, handle(call)), revisionFloor(exchange))
}

/**
 * Goes on with all that an evaluation needs, or refuses what cannot be evaluated.
 *
 * @param floor what the answer must not come before, where that is to be had in time
 */
export function withEvaluation(
  exchange: Exchange,
  proceed: (call: EvaluationCall) => void,
  floor: RevisionFloor | null,
): void {
  const access = findAccess(exchange)
  if (access === null) return
  const served = findServed(exchange, access)
  if (served === null) return
  readJsonBody(exchange, {
    maxBytes: exchange.plane.limits.maxBodyBytes,
    proceed: (body) => {
      const read = exchange.plane.contexts.read(body)
      const { accepted } = read
      if (!accepted.ok) return refuse(exchange, 400, { errorCode: 'INVALID_CONTEXT', errorDetails: accepted.problem })
      const call: EvaluationCall = { exchange, access, served, context: accepted.context, read }
      if (floor === null) proceed(call)
      else afterFloor(call, floor, proceed)
    },
  })
}

/** Tells the trace of a request what was answered. */
export function traceOutcomes(
  trace: RequestTrace,
  { name }: Environment,
  { revision }: Served,
  outcomes: readonly EvaluatedOutcome[],
): void {
  trace.evaluated({ environment: name, revision }, outcomes)
}
