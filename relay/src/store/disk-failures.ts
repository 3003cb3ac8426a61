/** What the system says when a file cannot be read or written, in the relay's words. */
import { RelayError, type RelayErrorCode } from '../relay-error.js'

const notThere: ReadonlySet<unknown> = new Set(['ENOENT'])
/** Nor to be read: a bad sector, somebody else's, or no file at all. */
const unreadable: ReadonlySet<unknown> = new Set(['EIO', 'EACCES', 'EPERM', 'EISDIR'])

const codes: ReadonlyMap<string, RelayErrorCode> = new Map([
  ['ENOSPC', 'STORE_FULL'],
  ['EDQUOT', 'STORE_FULL'],
  ['EROFS', 'STORE_READ_ONLY'],
  ['EACCES', 'STORE_READ_ONLY'],
  ['EPERM', 'STORE_READ_ONLY'],
])

/** What is not there is no failure. */
export function absentAs<Value, Absent>(absent: Absent, reading: Promise<Value>): Promise<Value | Absent> {
  return unless(notThere, absent, reading)
}

/** Nor is what cannot be read, where others can. */
export function unreadableAs<Value, Instead>(instead: Instead, reading: Promise<Value>): Promise<Value | Instead> {
  return unless(unreadable, instead, reading)
}

/** @throws RelayError `STORE_...` for whatever the work fails with */
export async function explained<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (cause) {
    const code = codes.get(codeOf(cause)) ?? 'STORE_FAILED'
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new RelayError(code, message, { retryable: true, cause })
  }
}

async function unless<Value, Instead>(
  which: ReadonlySet<unknown>,
  instead: Instead,
  reading: Promise<Value>,
): Promise<Value | Instead> {
  try {
    return await reading
  } catch (error) {
    if (which.has(codeOf(error))) return instead
    throw error
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
