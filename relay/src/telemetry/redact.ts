/** Takes secrets and users' data out of what is logged. */

/** Stands in place of what was taken out. */
const redacted = '***'

/**
 * Names whose values are never logged: keys and other credentials, and what a request says about its user. A name counts
 * when its last word is one of these: `serverKeys`, `x-api-key`, `management_token`.
 */
const secretWord =
  /(?:^|[^a-z])(?:key|apikey|token|secret|password|credential|authorization|cookie|context|body|query|trait|attribute)s?$/
/** The exceptions: names, not credentials. */
const openNames = new Set(['flagkey', 'flagkeys'])

/** Deeper values, and longer lists, are cut: a log line is for reading. */
const maxDepth = 5
const maxItems = 50
const maxTextLength = 4_000

/** A copy of the fields that may be logged. Errors become plain objects. Never throws. */
export function redact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactRecord(fields, 0)
}

function redactRecord(record: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(record).slice(0, maxItems)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, isSecretName(name) ? redacted : redactValue(value, depth)]),
  )
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Error) return redactError(value, depth)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= maxDepth) return '...'
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => redactValue(item, depth + 1))
  return redactRecord(value, depth + 1)
}

/** What the system refuses (no such file, connection refused) is told by its code: its stack points at nobody's mistake. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  const { name, message } = error
  const stack = 'syscall' in error ? undefined : error.stack
  return {
    name,
    message: redactText(message),
    ...('code' in error ? { code: error.code } : {}),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
    ...(error.cause === undefined || depth >= maxDepth ? {} : { cause: redactValue(error.cause, depth + 1) }),
  }
}

function isSecretName(name: string): boolean {
  const lower = name.toLowerCase()
  if (openNames.has(lower)) return false
  return secretWord.test(name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase())
}

/** Queries and user names of addresses, and credentials of an authorization header, wherever they stand in a text. */
function redactText(text: string): string {
  return text
    .slice(0, maxTextLength)
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi, `$1${redacted}@`)
    .replaceAll(/(\/[^\s?#"']*)\?[^\s#"']+/g, `$1?${redacted}`)
    .replaceAll(/\b(Bearer|Basic)\s+[^\s,;"']+/gi, `$1 ${redacted}`)
}
