/** `GET /flags` and `GET /flag`: the flags of an environment as people look at them. */
import { describeFlag, type Line } from '@switchyard/engine'
import type { Request, RequestHandler } from 'express'
import { maxFlags } from './explain.js'
import { findServed, refusal, type FoundServed, type Refusal } from './find-environment.js'
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

/** `?environment=`, and `?search=` for a part of the key, in any case. */
export function flagsHandler(options: StatusOptions): RequestHandler {
  return answering(['environment', 'search'], (query) => readFlags(query, options))
}

/** `?environment=` and `?key=`. */
export function flagHandler(options: StatusOptions): RequestHandler {
  return answering(['environment', 'key'], (query) => readFlag(query, options))
}

type Query<Name extends string> = Readonly<Partial<Record<Name, string>>>

/** A misspelt parameter is an error: without it, the answer would be about something else. */
function answering<Name extends string>(
  names: readonly Name[],
  read: (query: Query<Name>) => FlagsAnswer | FlagAnswer | Refusal,
): RequestHandler {
  return ({ query }, response) => {
    const answer = refuseQuery(query, names) ?? read(query as Query<Name>)
    if ('ok' in answer) sendError(response, answer.status, answer.error)
    else sendJson(response, 200, answer)
  }
}

function refuseQuery(query: Request['query'], names: readonly string[]): Refusal | null {
  const unknown = Object.keys(query).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    const message = `the query has the parameter ${JSON.stringify(unknown)}: known are ${names.join(', ')}`
    return refusal(400, 'INVALID_REQUEST', message)
  }
  const repeated = Object.keys(query).find((name) => typeof query[name] !== 'string')
  return repeated === undefined ? null : refusal(400, 'INVALID_REQUEST', `${repeated} is there more than once`)
}

function readFlags(query: Query<'environment' | 'search'>, options: StatusOptions): FlagsAnswer | Refusal {
  const found = findServed(query.environment, options)
  if (!found.ok) return found
  const { ruleset, flagKeys } = found.served.snapshot
  const search = (query.search ?? '').trim().toLowerCase()
  const answers = answersOf(found, options)
  const keys = flagKeys.filter((key) => key.toLowerCase().includes(search))
  const flags = keys.slice(0, maxFlags).map((key) => summarize(ruleset, key, answers))
  return { ...aboutOf(found), found: keys.length, flags }
}

function readFlag({ environment, key }: Query<'environment' | 'key'>, options: StatusOptions): FlagAnswer | Refusal {
  const found = findServed(environment, options)
  if (!found.ok) return found
  if (key === undefined) return refusal(400, 'INVALID_REQUEST', 'key is missing: it names a flag')
  const { snapshot } = found.served
  const rules = describeFlag(snapshot, key)
  if (rules === null) return refusal(404, 'FLAG_NOT_FOUND', `flag ${JSON.stringify(key)} not found`)
  return { ...aboutOf(found), flag: summarize(snapshot.ruleset, key, answersOf(found, options)), rules }
}

function aboutOf({ entry, served }: FoundServed): Pick<FlagsAnswer, 'environment' | 'revision'> {
  return { environment: entry.environment.name, revision: served.revision }
}

function answersOf(
  { entry: { environment } }: FoundServed,
  { usage }: StatusOptions,
): ReadonlyMap<string, readonly VariantCount[]> {
  return answersByFlag({ remote: environment.usage.read(), inProcess: usage.read(environment.name).evaluations })
}
