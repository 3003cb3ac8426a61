/** Why the relay could not be read. */
export interface FeedFailure {
  /**
   * `refused`: 401, 403. `absent`: it does not offer rulesets. `format`: it does, in a format of another time.
   * `unavailable`: everything that may pass.
   */
  readonly kind: 'refused' | 'absent' | 'format' | 'unavailable'
  readonly message: string
  /** How long it asks to be left alone, null where it does not say. */
  readonly retryAfterMs?: number | null
}

/** A failure on its way out of a connection. */
export class FeedError extends Error {
  readonly failure: FeedFailure

  constructor(failure: FeedFailure) {
    super(failure.message)
    this.failure = failure
  }
}

/** The failure in whatever was thrown. */
export function asFeedFailure(error: unknown): FeedFailure {
  if (error instanceof FeedError) return error.failure
  return { kind: 'unavailable', message: error instanceof Error ? error.message : String(error) }
}

/**
 * What a status other than those of success means.
 *
 * @param details what the relay says about it
 */
export function failureOfStatus(status: number, retryAfterMs: number | null, details?: string): FeedFailure {
  const message = `status ${status}${details === undefined ? '' : `: ${details}`}`
  return { kind: kindOf(status), message, retryAfterMs }
}

function kindOf(status: number): FeedFailure['kind'] {
  switch (status) {
    case 401:
    case 403:
      return 'refused'
    case 404:
    case 405:
      return 'absent'
    case 406:
      return 'format'
    default:
      return 'unavailable'
  }
}
