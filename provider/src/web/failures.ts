/** What failures mean to the application. */
import { instantiateErrorByErrorCode, type ErrorCode } from '@openfeature/web-sdk'
import type { Failure } from '../ofrep/index.js'

/** The OpenFeature code of a failure: the relay's own where it names one. */
export function codeOf({ kind, errorCode }: Failure): string {
  return kind === 'refused' ? 'PROVIDER_FATAL' : (errorCode ?? 'PROVIDER_NOT_READY')
}

/** Whether the relay was not there, or not ready: it has said nothing about the flags. */
export function isPassing({ kind }: Failure): boolean {
  return kind === 'unavailable' || kind === 'later'
}

/**
 * A code that OpenFeature does not know becomes GENERAL.
 *
 * @throws OpenFeatureError where something is wrong
 */
export function raise(failure: Failure | null): void {
  if (failure) throw instantiateErrorByErrorCode(codeOf(failure) as unknown as ErrorCode, failure.message)
}

/** A delay by chance, below one that doubles each time up to two minutes: not everybody is to come back at once. */
export function backoffMs(count: number): number {
  return Math.random() * Math.min(120_000, 1_000 * 2 ** count)
}
