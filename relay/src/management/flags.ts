/** `GET /flags` and `GET /flag`: the flags of an environment as people look at them. */
import { describeFlag, type Line } from '@switchyard/engine'
import type { Request, RequestHandler } from 'express'
import { findServed, refusal, type Found, type Refusal } from './find-environment.js'
import { answersByFlag, summarize, type FlagSummary, type VariantCount } from './flag-summary.js'
import { sendError, sendJson } from './send.js'
import type { StatusOptions } from './status.js'

/** The answer of `GET /flags`. */
export interface FlagsAnswer {
  readonly environment: string
  readonly revision: string
  /** How many there are that the search fits. */
  readonly found: number
  /** The first of them, by key. */
  readonly flags: readonly FlagSummary[]
}

/** The answer of `GET /flag`. */
export interface FlagAnswer {
  readonly environment: string
  readonly revision: string
  readonly flag: FlagSummary
  /** Its rules in plain words. */
  readonly rules: readonly Line[]
}

/** As many as one request for explanations takes. */
const maxFlags = 200

/** `?environment=`, and `?search=` for a part of the key, in any case. */
export function flagsHandler(options: StatusOptions): RequestHandler {
  return (request, response) => {
    const answer = readFlags(request, options)
    if ('ok' in answer) sendError(response, answer.status, answer.error)
    else sendJson(response, 200, answer)
  }
}

/** `?environment=` and `?key=`. */
export function flagHandler(options: StatusOptions): RequestHandler {
  return (request, response) => {
    const answer = readFlag(request, options)
    if ('ok' in answer) sendError(response, answer.status, answer.error)
    else sendJson(response, 200, answer)
  }
}

function readFlags(request: Request, options: StatusOptions): FlagsAnswer | Refusal {
  const found = findServed(textOf(request, 'environment'), options)
  if (!found.ok) return found
  const { ruleset, flagKeys } = found.served.snapshot
  const search = (textOf(request, 'search') ?? '').trim().toLowerCase()
  const answers = answersOf(found, options)
  const keys = flagKeys.filter((key) => key.toLowerCase().includes(search))
  const flags = keys.slice(0, maxFlags).map((key) => summarize(ruleset, key, answers))
  const { revision } = found.served
  return { environment: found.entry.environment.name, revision, found: keys.length, flags }
}

function readFlag(request: Request, options: StatusOptions): FlagAnswer | Refusal {
  const found = findServed(textOf(request, 'environment'), options)
  if (!found.ok) return found
  const key = textOf(request, 'key')
  if (key === undefined) return refusal(400, 'INVALID_REQUEST', 'key is missing: it names a flag')
  const { snapshot, revision } = found.served
  const rules = describeFlag(snapshot, key)
  if (rules === null) return refusal(404, 'FLAG_NOT_FOUND', `flag ${JSON.stringify(key)} not found`)
  const flag = summarize(snapshot.ruleset, key, answersOf(found, options))
  return { environment: found.entry.environment.name, revision, flag, rules }
}

function answersOf(
  { entry: { environment } }: Found,
  { usage }: StatusOptions,
): ReadonlyMap<string, readonly VariantCount[]> {
  return answersByFlag({ remote: environment.usage.read(), inProcess: usage.read(environment.name).evaluations })
}

/** A parameter of the query; undefined where it is missing, or there several times. */
function textOf({ query }: Request, name: string): string | undefined {
  const value = query[name]
  return typeof value === 'string' ? value : undefined
}
