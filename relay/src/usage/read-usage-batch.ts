/** Reads what a provider counted. Strict: a batch with a mistake is refused as a whole, so nobody has to guess what of it counted. */
import { isUtf8 } from 'node:buffer'

/** Evaluations that a provider made since it last told of them. */
export interface UsageBatch {
  /** The sender's own name for this batch: sent again, it is the same one. */
  readonly key: string
  readonly evaluations: readonly UsageEntry[]
}

/** As the sender says: what of it exists here is for the receiver to judge. */
export interface UsageEntry {
  readonly flagKey: string
  /** Empty where the answer had none. */
  readonly variant: string
  readonly reason: string
  /** Integer, 0 to 2147483647. */
  readonly count: number
}

export type UsageReading =
  | { readonly ok: true; readonly batch: UsageBatch }
  /** For people: where it is, what was expected; nothing of the batch itself. */
  | { readonly ok: false; readonly problem: string }

/** More than a process evaluates between two batches, and sums of many of them stay exact. */
const maxUsageCount: number = 2 ** 31 - 1

/** Keys are remembered, so they are short. */
const batchKey = /^[\w.:-]{1,64}$/

/** Reads a body. Never throws. */
export function readUsageBatch(body: Buffer): UsageReading {
  const parsed = parse(body)
  if (!isRecord(parsed)) return wrong('the body is not a JSON object in UTF-8')
  const { batch: key, evaluations } = parsed
  if (typeof key !== 'string' || !batchKey.test(key)) {
    return wrong('batch is not a text of 1 to 64 letters, digits and the characters _ . : -')
  }
  if (!Array.isArray(evaluations)) return wrong('evaluations is not a list')
  const entries: UsageEntry[] = []
  for (const [index, entry] of evaluations.entries()) {
    const read = readEntry(entry)
    if (typeof read === 'string') return wrong(`evaluations[${index}]${read}`)
    entries.push(read)
  }
  return { ok: true, batch: { key, evaluations: entries } }
}

/** @returns what is wrong, as the end of a sentence that begins with the entry */
function readEntry(entry: unknown): UsageEntry | string {
  if (!isRecord(entry)) return ' is not an object'
  const { flag: flagKey, variant = '', reason, count } = entry
  if (typeof flagKey !== 'string') return '.flag is not text'
  if (typeof variant !== 'string') return '.variant is not text'
  if (typeof reason !== 'string') return '.reason is not text'
  if (!isCount(count)) return `.count is not an integer from 0 to ${maxUsageCount}`
  return { flagKey, variant, reason, count }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= maxUsageCount
}

function parse(body: Buffer): unknown {
  if (!isUtf8(body)) return undefined
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(problem: string): UsageReading {
  return { ok: false, problem }
}
