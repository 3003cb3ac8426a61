import { RelayError, type RelayErrorCode } from '../../relay-error.js'
import { productOf } from './environment-key.js'
import type { CloudBeesOptions } from './options.js'
import { isSignedByCloudBees } from './signature.js'

/** The text of a configuration with the date of its signature, as CloudBees delivers it. */
export interface Envelope {
  /** JSON, signed as it is. */
  readonly data: string
  /** RFC 3339; absent where the envelope does not say. */
  readonly signedDate?: string
}

/**
 * Checks where an answer comes from. What the configuration in it says is for the engine to read.
 *
 * @throws RelayError for what is no envelope, is not signed by CloudBees though it has to be, or is of another environment
 */
export function openEnvelope(
  answer: Readonly<Record<string, unknown>>,
  { environmentKey, verifySignature }: Pick<CloudBeesOptions, 'environmentKey' | 'verifySignature'>,
): Envelope {
  const { data, signature_v0: signature, signed_date: signedDate } = answer
  // A configuration without its envelope is a document too, but nobody could say whose.
  if (typeof data !== 'string') throw failure('DOCUMENT_INVALID', 'what came is no signed configuration of CloudBees')
  const isChecked = verifySignature && productOf(environmentKey) === 'legacy'
  if (isChecked && !(typeof signature === 'string' && isSignedByCloudBees(data, signature))) {
    throw failure('SIGNATURE_INVALID', "the configuration's signature is not CloudBees'")
  }
  if (applicationOf(data) !== environmentKey) {
    throw failure('DOCUMENT_INVALID', 'the configuration is not for the configured key')
  }
  return typeof signedDate === 'string' && signedDate !== '' ? { data, signedDate } : { data }
}

/** The key a configuration says it is for; undefined where it does not. */
function applicationOf(data: string): unknown {
  try {
    return (JSON.parse(data) as { readonly application?: unknown } | null)?.application
  } catch {
    return undefined
  }
}

function failure(code: RelayErrorCode, message: string): RelayError {
  return new RelayError(code, message, { retryable: true })
}
