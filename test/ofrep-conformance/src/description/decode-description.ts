/** Reads the description of a server's flags, and says all that is wrong with it. */
import { isObject, parseJson, type Json, type JsonObject } from '../json.js'
import { decodeFlags } from './decode-flags.js'
import type { ChangeRequest, Description, Provocation } from './description.js'
import { Members, type Problem } from './members.js'

export type DecodedDescription =
  | { readonly ok: true; readonly description: Description }
  | { readonly ok: false; readonly problems: readonly string[] }

const defaultContext: JsonObject = { targetingKey: 'ofrep-conformance' }
const defaultMissingFlag = 'ofrep-conformance-no-such-flag'
const maxAttempts = 1_000

/** Reads the text of a description. Never throws: what is wrong is listed, all of it, with the path where it stands. */
export function readDescription(text: string): DecodedDescription {
  try {
    JSON.parse(text)
  } catch (error) {
    return { ok: false, problems: [`it is not JSON: ${(error as SyntaxError).message}`] }
  }
  return decodeDescription(parseJson(text))
}

/** The same for what was parsed already. */
export function decodeDescription(value: Json | undefined): DecodedDescription {
  if (!isObject(value)) return { ok: false, problems: ['it has to be an object such as {"flags":{}}'] }
  const problems: Problem[] = []
  const description = read(new Members(value, '', problems))
  return problems.length === 0 ? { ok: true, description } : { ok: false, problems: problems.map(sentenceOf) }
}

function sentenceOf({ path, problem }: Problem): string {
  return `${path === '' ? 'the description' : path}: ${problem}`
}

function read(members: Members): Description {
  members.string('$schema')
  const context = members.object('context') ?? defaultContext
  const { flags, failingFlags } = decodeFlags(members, context)
  const missingFlag = members.string('missingFlag') ?? defaultMissingFlag
  if ([...flags, ...failingFlags].some(({ key }) => key === missingFlag)) {
    members.complain('missingFlag', `the flag ${JSON.stringify(missingFlag)} is described under "flags"`)
  }
  const provoke = members.members('provoke')
  const description: Description = {
    context,
    otherContext: members.object('otherContext') ?? null,
    flags,
    failingFlags,
    missingFlag,
    metadata: members.metadata('metadata') ?? null,
    provoke: {
      forbidden: readProvocation(provoke, 'forbidden', context),
      rateLimited: readProvocation(provoke, 'rateLimited', context),
      serverError: readProvocation(provoke, 'serverError', context),
      change: readChange(provoke),
    },
    cors: readCors(members),
    heartbeatWithinMs: readHeartbeat(members),
  }
  provoke?.refuseOthers()
  members.refuseOthers()
  return description
}

function readProvocation(provoke: Members | undefined, name: string, context: JsonObject): Provocation | null {
  const members = provoke?.members(name)
  if (members === undefined) return null
  const provocation = {
    headers: members.headers('headers') ?? {},
    flagKey: members.string('flag') ?? null,
    context: members.object('context') ?? context,
    attempts: members.integer('attempts', { min: 1, max: maxAttempts }) ?? 1,
  }
  members.refuseOthers()
  return provocation
}

function readChange(provoke: Members | undefined): ChangeRequest | null {
  const members = provoke?.members('change')
  if (members === undefined) return null
  const body = members.any('body')
  const change = {
    url: members.url('url') ?? '',
    method: members.string('method') ?? 'POST',
    headers: members.headers('headers') ?? {},
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  }
  if (change.url === '')
    members.require('url', 'the address that makes a flag change, such as "http://localhost/change"')
  members.refuseOthers()
  return change
}

function readCors(parent: Members): Description['cors'] {
  const members = parent.members('cors')
  if (members === undefined) return null
  const origin = members.origin('origin') ?? ''
  if (origin === '') members.require('origin', 'an origin that is allowed, such as "https://app.example"')
  const refusedOrigin = members.origin('refusedOrigin') ?? null
  members.refuseOthers()
  return { origin, refusedOrigin }
}

function readHeartbeat(parent: Members): number | null {
  const members = parent.members('eventStream')
  if (members === undefined) return null
  const heartbeatWithinMs = members.integer('heartbeatWithinMs', { min: 1, max: 600_000 }) ?? null
  members.refuseOthers()
  return heartbeatWithinMs
}
