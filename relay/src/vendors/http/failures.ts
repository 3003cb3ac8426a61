/** What can go wrong with a request, in the relay's own words. */
import { RelayError } from '../../relay-error.js'
import { retryAfterMs } from './retry-after.js'

/** The failure that a status stands for. */
export function statusError(status: number, retryAfter: string | undefined): RelayError {
  const wait = retryAfterMs(retryAfter, Date.now())
  const options = { retryable: true, ...(wait === undefined ? {} : { retryAfterMs: wait }) }
  switch (status) {
    case 401:
    case 403:
      return new RelayError(
        'UPSTREAM_UNAUTHORIZED',
        `the upstream refuses the key (status ${status}): check the configured key`,
        options,
      )
    case 404:
      return new RelayError(
        'UPSTREAM_NOT_FOUND',
        'the upstream has no such document (status 404): check the base URL and the key',
        options,
      )
    case 429:
      return new RelayError('UPSTREAM_RATE_LIMITED', 'the upstream asks for fewer requests (status 429)', options)
    default:
      return new RelayError('UPSTREAM_STATUS', `the upstream answers with status ${status}`, options)
  }
}

/**
 * Anything that a request may throw, as a RelayError.
 *
 * @param deadlineMs the deadline, when it is what ended the request
 */
export function failureOf(error: unknown, deadlineMs: number | undefined): RelayError {
  if (error instanceof RelayError) return error
  if (deadlineMs !== undefined) {
    return new RelayError('UPSTREAM_TIMEOUT', `the upstream's answer was not complete within ${deadlineMs} ms`, {
      retryable: true,
      cause: error,
    })
  }
  const code = codeOf(error)
  if (code.startsWith('Z_')) {
    return new RelayError('UPSTREAM_MALFORMED', 'the body is not what its encoding says', {
      retryable: true,
      cause: error,
    })
  }
  if (code.includes('TIMEOUT')) {
    return new RelayError('UPSTREAM_TIMEOUT', `the upstream does not answer in time (${code})`, {
      retryable: true,
      cause: error,
    })
  }
  const why = code === '' ? (error instanceof Error ? error.message : String(error)) : code
  return new RelayError('UPSTREAM_UNREACHABLE', `the upstream cannot be reached (${why})`, {
    retryable: true,
    cause: error,
  })
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return codeOf(error.cause)
}
