/** Reads OFREP bodies. What does not have the protocol's shape is said to be so, never taken for an answer. */
import type { FlagAnswer, Json, Metadata } from './wire.js'

export type Members = { readonly [name: string]: unknown }

/** What a bulk answer says about flags. */
export interface FlagSet {
  readonly flags: ReadonlyMap<string, FlagAnswer>
  readonly metadata: Metadata
}

/** The flags in a bulk answer, or null when it is none. Items that are no answer about a flag are left out. */
export function readFlags(answer: Members | null | undefined): FlagSet | null {
  const items = answer?.['flags']
  if (!Array.isArray(items)) return null
  const flags = new Map<string, FlagAnswer>()
  for (const item of items) {
    const flag = readFlag(item)
    if (flag) flags.set(flag.key, flag)
  }
  return { flags, metadata: readMetadata(answer?.['metadata']) }
}

/** The JSON in a text, undefined where it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The JSON object in a body, or null. */
export function parseObject(body: string): Members | null {
  const value = parse(body)
  return isObject(value) ? value : null
}

/** Whether that is a JSON object. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One item of an answer, or null when it is neither a success nor a failure of a flag. */
export function readFlag(item: unknown): (FlagAnswer & { readonly key: string }) | null {
  if (!isObject(item) || typeof item['key'] !== 'string') return null
  const { key, value } = item
  const metadata = readMetadata(item['metadata'])
  const errorCode = textOf(item['errorCode'])
  if (errorCode !== undefined) {
    return { kind: 'error', key, errorCode, errorDetails: textOf(item['errorDetails']) ?? errorCode, metadata }
  }
  return {
    kind: 'value',
    key,
    value: value as Json | undefined,
    variant: textOf(item['variant']),
    reason: textOf(item['reason']),
    metadata,
  }
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Flat metadata; members of other types are left out. */
function readMetadata(value: unknown): Metadata {
  const members = isObject(value) ? Object.entries(value) : []
  return Object.fromEntries(members.filter(([, member]) => /^(boolean|number|string)$/.test(typeof member))) as Metadata
}
