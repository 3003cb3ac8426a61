/** `POST /explain`: why flags answer what they answer. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { explain, redactExplanation, renderExplanation, type Explanation } from '@switchyard/engine'
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express'
import type { Served } from '../environments/environment.js'
import { readExplainRequest, type ExplainRequest } from './explain-request.js'
import { findServed, refusal, type Refusal } from './find-environment.js'
import { refuseMethod, sendError, sendJson } from './send.js'
import type { StatusOptions } from './status.js'

/** What is answered. */
export interface ExplainAnswer {
  /** Identifier of the content that the flags were explained from. */
  readonly revision: string
  readonly environment: string
  readonly explanations: readonly Explanation[]
  /** The same for people, one text for each; only where `text` was asked. */
  readonly texts?: readonly string[]
}

const maxBodyBytes = 1_048_576
/** Most flags of one answer: more would be read by nobody. */
export const maxFlags = 200

/** The handlers of the address, in order. */
export function explainHandlers(options: StatusOptions): RequestHandler[] {
  const parse = express.json({ limit: maxBodyBytes, inflate: false, strict: false })
  return [
    (request, response, next) => {
      if (!refuseMethod('/explain', request.method, response, ['POST'])) next()
    },
    (request, response, next) => {
      if (request.is('application/json') === false) refuseType(response)
      else
        parse(request, response, (error?: unknown) =>
          error === undefined ? next() : refuseBody(error, response, next),
        )
    },
    (request, response) => answer(request, response, options),
  ]
}

async function answer(request: Request, response: Response, options: StatusOptions): Promise<void> {
  if (request.body === undefined) return refuseType(response)
  const read = readExplainRequest(request.body)
  if (!read.ok) return sendError(response, 400, { code: 'INVALID_REQUEST', message: read.message })
  const found = findServed(read.request.environment, options)
  if (!found.ok) return sendError(response, found.status, found.error)
  const flagKeys = findFlags(read.request, found.served)
  if (!flagKeys.ok) return sendError(response, flagKeys.status, flagKeys.error)
  const explanations = await explainAll(flagKeys.flagKeys, found.served, read.request, options.now())
  const body: ExplainAnswer = {
    revision: found.served.revision,
    environment: found.entry.environment.name,
    explanations,
    ...(read.request.isTold ? { texts: explanations.map(renderExplanation) } : {}),
  }
  sendJson(response, 200, body)
}

function findFlags(
  { flagKeys: wanted }: ExplainRequest,
  { snapshot }: Served,
): { readonly ok: true; readonly flagKeys: readonly string[] } | Refusal {
  const flagKeys = wanted ?? snapshot.flagKeys
  if (flagKeys.length > maxFlags) {
    const message = `at most ${maxFlags} flags are explained at once, and these are ${flagKeys.length}: name some as "flag"`
    return refusal(400, 'INVALID_REQUEST', message)
  }
  const missing = flagKeys.find((key) => !Object.hasOwn(snapshot.ruleset.flags, key))
  if (missing === undefined) return { ok: true, flagKeys }
  return refusal(404, 'FLAG_NOT_FOUND', `flag ${JSON.stringify(missing)} not found`)
}

/** One after the other, with a chance for everything else in between: applications must not wait for a person's question. */
async function explainAll(
  flagKeys: readonly string[],
  { snapshot }: Served,
  { context, nowMs, isRedacted }: ExplainRequest,
  requestedMs: number,
): Promise<Explanation[]> {
  const environment = { nowMs: nowMs ?? requestedMs, random: Math.random }
  const explanations: Explanation[] = []
  for (const flagKey of flagKeys) {
    const explanation = explain(snapshot, flagKey, context, environment)
    if (explanation !== null) explanations.push(isRedacted ? redactExplanation(explanation, context) : explanation)
    await nextTurn()
  }
  return explanations
}

function refuseType(response: Response): void {
  sendError(response, 415, { code: 'INVALID_REQUEST', message: 'the body must be application/json' })
}

/** Answers what the framework found wrong with the body; in its own words, fragments of the body would be repeated. */
function refuseBody(error: unknown, response: Response, next: NextFunction): void {
  switch (error instanceof Error && 'type' in error ? error.type : undefined) {
    case 'entity.too.large':
      return sendError(response, 413, {
        code: 'INVALID_REQUEST',
        message: `the body is longer than the ${maxBodyBytes} bytes that are accepted`,
      })
    case 'entity.parse.failed':
      return sendError(response, 400, { code: 'INVALID_REQUEST', message: 'the body is not JSON' })
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return sendError(response, 415, { code: 'INVALID_REQUEST', message: 'the body must be UTF-8, not compressed' })
    // Who has gone wants no answer.
    case 'request.aborted':
      return
    default:
      return next(error)
  }
}
