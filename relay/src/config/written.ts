/** What file and variables say together, before it is checked, with the place of each part. */
import { isMapping, member } from './member.js'
import type { Path, Problem } from './problem.js'
import { pathText } from './problem.js'

/** Where something was written. */
export type Origin = Pick<Problem, 'source' | 'name' | 'line' | 'column'>

export interface Written {
  readonly value: unknown
  /** By `pathText`. A part without one has that of what it is in. */
  readonly origins: ReadonlyMap<string, Origin>
}

/** What a file says. */
export interface ParsedFile {
  /** Null when the text is neither YAML nor JSON; `problems` says why. */
  readonly written: Written | null
  readonly problems: readonly Problem[]
}

/** One value from one environment variable. */
export interface Setting {
  readonly path: Path
  readonly value: unknown
  readonly variable: string
}

/** @returns where a part, or else what it is in, was written */
export function originOf({ origins }: Written, path: Path): Origin {
  for (let length = path.length; length >= 0; length -= 1) {
    const origin = origins.get(pathText(path.slice(0, length)))
    if (origin) return origin
  }
  return { source: 'none' }
}

/**
 * Lays variables over the file: each replaces one value, everything else stays. What has the wrong shape in the file stays too,
 * for the schema to refuse.
 */
export function overlay(written: Written, settings: readonly Setting[]): Written {
  const origins = new Map(written.origins)
  let { value } = written
  for (const setting of settings) {
    const path = asWritten(value, setting.path)
    value = withMember(value, path, setting.value)
    origins.set(pathText(path), { source: 'env', name: setting.variable })
  }
  return { value, origins }
}

/** Variables cannot say the case of a name: the file's `X-Tenant` is the variable's `x-tenant`. */
function asWritten(value: unknown, [part, ...rest]: Path): Path {
  if (part === undefined) return []
  const names = typeof part === 'string' && isMapping(value) ? Object.keys(value) : []
  const name = names.includes(String(part)) ? part : (names.find((name) => name.toLowerCase() === part) ?? part)
  return [name, ...asWritten(member(value, name), rest)]
}

function withMember(value: unknown, [part, ...rest]: Path, leaf: unknown): unknown {
  if (part === undefined) return leaf
  if (typeof part === 'number') {
    if (value !== undefined && !Array.isArray(value)) return value
    const list: unknown[] = [...((value ?? []) as unknown[])]
    list[part] = withMember(list[part], rest, leaf)
    return list
  }
  // A secret that the file writes as text may come from a file by variable.
  if (part === 'fromFile' && typeof value === 'string') return { fromFile: leaf }
  // A key that the file writes by itself may get its date by variable, or be another one with a date.
  if (part === 'validUntil' && isKeyByItself(value)) return { key: value, validUntil: leaf }
  if (part === 'key' && isKeyByItself(value)) return { key: withMember(undefined, rest, leaf) }
  if (value !== undefined && !isMapping(value)) return value
  return { ...value, [part]: withMember(member(value, part), rest, leaf) }
}

function isKeyByItself(value: unknown): boolean {
  return typeof value === 'string' || member(value, 'fromFile') !== undefined
}
