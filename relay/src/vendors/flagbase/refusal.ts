import { RelayError } from '../../relay-error.js'

/**
 * What Flagbase's poller means by an answer that is no document: its status is 500 for everything, and the body tells a refused
 * key from a failure.
 *
 * @returns undefined where the body is none of Flagbase's, or says nothing of use
 */
export function readRefusal(status: number, body: string): RelayError | undefined {
  const { code, message } = firstError(body)
  if (message.startsWith('cannot find SDK key')) {
    return new RelayError(
      'UPSTREAM_UNAUTHORIZED',
      `the upstream refuses the key (status ${status}): check that it is the server key of the environment`,
      { retryable: true },
    )
  }
  if (code !== 'NotFoundError') return undefined
  return new RelayError(
    'UPSTREAM_STATUS',
    `the upstream answers with status ${status} (NotFoundError): a flag of the environment may have lost its targeting`,
    { retryable: true },
  )
}

interface VendorError {
  readonly code: string
  readonly message: string
}

/** The first entry of `{"errors": [{"code": ..., "message": ...}]}`; empty texts where there is none. */
function firstError(body: string): VendorError {
  try {
    const { errors } = JSON.parse(body) as { readonly errors?: readonly Partial<Record<string, unknown>>[] }
    const { code, message } = errors?.[0] ?? {}
    return { code: textOrEmpty(code), message: textOrEmpty(message) }
  } catch {
    return { code: '', message: '' }
  }
}

function textOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
