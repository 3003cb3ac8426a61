/** The flags of a description: each has a value, leaves it to the code, or fails. */
import type { Json, JsonObject } from '../json.js'
import { evaluationErrorCodes, type FailingFlag, type SucceedingFlag, type ValueKind } from './description.js'
import type { Members } from './members.js'

export interface DecodedFlags {
  readonly flags: readonly SucceedingFlag[]
  readonly failingFlags: readonly FailingFlag[]
}

/** Reads the member `flags`. @param context of flags that name none */
export function decodeFlags(description: Members, context: JsonObject): DecodedFlags {
  description.require('flags', 'an object with the flags by key; it may be empty')
  const members = description.members('flags')
  const flags: SucceedingFlag[] = []
  const failingFlags: FailingFlag[] = []
  for (const key of members?.names ?? []) {
    const flag = members?.members(key)
    if (flag === undefined) continue
    const kinds = ['value', 'codeDefault', 'errorCode'].filter((name) => flag.has(name))
    if (kinds.length !== 1) {
      const received = kinds.length === 0 ? 'none' : kinds.join(' and ')
      flag.complain('', `expected one of value, codeDefault and errorCode, received ${received}`)
    } else if (kinds[0] === 'errorCode') failingFlags.push(...failing(key, flag, context))
    else flags.push(...succeeding(key, flag, context))
  }
  return { flags, failingFlags }
}

function failing(key: string, flag: Members, context: JsonObject): FailingFlag[] {
  const errorCode = flag.oneOf('errorCode', evaluationErrorCodes)
  const shared = sharedOf(flag, context)
  flag.refuseOthers()
  return errorCode === undefined ? [] : [{ key, errorCode, ...shared }]
}

function succeeding(key: string, flag: Members, context: JsonObject): SucceedingFlag[] {
  const value = flag.any('value')
  if (flag.boolean('codeDefault') === false) flag.complain('codeDefault', 'expected true, or "value" in its place')
  const kind = kindOf(value)
  if (kind === null)
    flag.complain('value', 'OFREP has no such value; expected true, false, text, a number or an object')
  const [variant, reason, metadata] = [flag.string('variant'), flag.string('reason'), flag.metadata('metadata')]
  const shared = sharedOf(flag, context)
  flag.refuseOthers()
  if (kind === null) return []
  return [
    {
      key,
      kind,
      ...(value === undefined ? {} : { value }),
      ...(variant === undefined ? {} : { variant }),
      ...(reason === undefined ? {} : { reason }),
      ...(metadata === undefined ? {} : { metadata }),
      ...shared,
    },
  ]
}

function sharedOf(flag: Members, context: JsonObject): Pick<SucceedingFlag, 'context' | 'isInBulk'> {
  return { context: flag.object('context') ?? context, isInBulk: flag.boolean('bulk') ?? true }
}

/** @returns null for what no flag of OFREP has */
function kindOf(value: Json | undefined): ValueKind | null {
  if (value === undefined) return 'codeDefault'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'string'
  return value === null || Array.isArray(value) ? null : 'object'
}
