/** OFREP's single evaluation: one flag, one answer, and a status that says what kind of answer it is. */
import { asciiJson, isVisible, type EvaluatedOutcome, type Snapshot } from '@switchyard/engine'
import { answerEvaluation, traceOutcomes, type EvaluationCall } from './evaluation-call.js'
import type { Answer, Exchange } from './exchange.js'
import { refusedEvaluation } from './respond.js'
import { revisionHeader } from './server-headers.js'

/** `POST /ofrep/v1/evaluate/flags/{key}` */
export function evaluateSingle(exchange: Exchange): void {
  answerEvaluation(exchange, answer)
}

function answer(call: EvaluationCall): Answer {
  const { exchange, access, served, context } = call
  const refused = refusedEvaluation(exchange, access)
  if (refused !== null) return refused
  const headers = revisionHeader(call)
  const { plane, flagKey = '' } = exchange
  const { audience, environment } = access
  const outcome = served.snapshot.evaluate(flagKey, context, { nowMs: plane.now(), random: plane.random })
  if (!isVisible(outcome, audience)) return { status: 404, body: notFoundText(flagKey, served.snapshot), headers }
  environment.usage.count(served, outcome)
  if (exchange.trace !== null) traceOutcomes(exchange.trace, environment, served, [outcome])
  return { status: statusOf(outcome), body: outcome.ofrep(audience), headers }
}

function statusOf({ errorCode }: EvaluatedOutcome): number {
  if (errorCode === undefined) return 200
  return errorCode === 'FLAG_NOT_FOUND' ? 404 : 400
}

/** To the letter what the engine answers for a flag that does not exist: nobody can tell that this one does. */
function notFoundText(flagKey: string, { ruleset: { metadata = {} } }: Snapshot): string {
  return asciiJson({
    key: flagKey,
    errorCode: 'FLAG_NOT_FOUND',
    errorDetails: `flag ${JSON.stringify(flagKey)} not found`,
    metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
  })
}
