import { ErrorCode, type ResolutionDetails } from '@openfeature/server-sdk'
import type { Json, Resolution } from '../ofrep/index.js'

const errorCodes: ReadonlyMap<string, ErrorCode> = new Map(Object.values(ErrorCode).map((code) => [code, code]))

/** A resolution in the SDK's words; an error code that OpenFeature does not know becomes GENERAL and stays readable. */
export function toResolutionDetails<T>({
  errorCode,
  errorMessage = '',
  ...rest
}: Resolution<Json>): ResolutionDetails<T> {
  const resolved = { ...rest, value: rest.value as T }
  if (errorCode === undefined) return resolved
  const known = errorCodes.get(errorCode)
  if (known !== undefined) return { ...resolved, errorCode: known, errorMessage }
  return { ...resolved, errorCode: ErrorCode.GENERAL, errorMessage: `${errorCode}: ${errorMessage}` }
}
