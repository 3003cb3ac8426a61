/** An operational failure: something outside the program did not work, and somebody may want to know why. */
export class RelayError extends Error {
  override readonly name = 'RelayError'
  /** Stable, upper snake case, catalogued in `docs/errors.md`. */
  readonly code: RelayErrorCode
  /** Whether trying again later, unchanged, can help. */
  readonly retryable: boolean
  /** The other side's wish, from `Retry-After`. */
  readonly retryAfterMs?: number

  constructor(code: RelayErrorCode, message: string, options: RelayErrorOptions) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.retryable = options.retryable
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs
  }
}

export interface RelayErrorOptions {
  readonly retryable: boolean
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

export type RelayErrorCode =
  | 'CONFIG_INVALID'
  | 'LISTEN_FAILED'
  | 'WORKERS_FAILED'
  | 'DOCUMENT_INVALID'
  | 'SIGNATURE_INVALID'
  | 'UPSTREAM_UNREACHABLE'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_UNAUTHORIZED'
  | 'UPSTREAM_NOT_FOUND'
  | 'UPSTREAM_RATE_LIMITED'
  | 'UPSTREAM_STATUS'
  | 'UPSTREAM_MALFORMED'
  | 'UPSTREAM_TOO_LARGE'
  | 'UPSTREAM_REDIRECT'
  | 'UPSTREAM_STALE'
  | 'FILE_UNREADABLE'
  | 'FILE_MALFORMED'
  | 'STORE_UNREACHABLE'
  | 'STORE_FULL'
  | 'STORE_READ_ONLY'
  | 'STORE_FAILED'
