import type { ErrorCode } from './types.js'

/** A part that cannot be evaluated: what it answers instead. */
export interface BrokenPart {
  readonly errorCode: ErrorCode
  readonly message: string
}
