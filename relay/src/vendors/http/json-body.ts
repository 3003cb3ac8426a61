import { RelayError } from '../../relay-error.js'

/**
 * Parses a body that is to be a JSON object.
 *
 * @throws RelayError UPSTREAM_MALFORMED for anything else
 */
export function parseJsonObject(body: Buffer): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw new RelayError('UPSTREAM_MALFORMED', 'the document is not JSON', { retryable: true, cause })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new RelayError('UPSTREAM_MALFORMED', 'the document is not a JSON object', { retryable: true })
}
