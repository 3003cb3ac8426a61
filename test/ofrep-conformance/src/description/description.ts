/** What the suite is told of the server's flags: it cannot ask, as the protocol has no list of flags and their kinds. */
import type { JsonObject, Json } from '../json.js'

/** The error codes with which the evaluation of a single flag fails. */
export const evaluationErrorCodes = ['PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'GENERAL'] as const
export type EvaluationErrorCode = (typeof evaluationErrorCodes)[number]

/** OFREP's types of values; a code default is a success without a value. */
export const valueKinds = ['boolean', 'string', 'integer', 'float', 'object', 'codeDefault'] as const
export type ValueKind = (typeof valueKinds)[number]

/** A flag that answers with a value, or leaves the value to the code. */
export interface SucceedingFlag {
  readonly key: string
  readonly kind: ValueKind
  /** Absent for a code default. */
  readonly value?: Json
  readonly variant?: string
  readonly reason?: string
  /** Members that its metadata have to have; there may be others. */
  readonly metadata?: JsonObject
  /** In which it answers like that. */
  readonly context: JsonObject
  /** Whether the bulk answer holds it. */
  readonly isInBulk: boolean
}

/** A flag that is there and cannot be evaluated. */
export interface FailingFlag {
  readonly key: string
  readonly errorCode: EvaluationErrorCode
  readonly context: JsonObject
  readonly isInBulk: boolean
}

/** How an answer is brought about that ordinary requests do not get. */
export interface Provocation {
  /** Headers in addition, and in place of the suite's own. */
  readonly headers: Readonly<Record<string, string>>
  /** The flag to ask for; null: all flags. */
  readonly flagKey: string | null
  readonly context: JsonObject
  /** How many requests to try at most. */
  readonly attempts: number
}

/** A request to whatever controls the server's flags. */
export interface ChangeRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export interface Description {
  /** The context of requests that have no need of their own. */
  readonly context: JsonObject
  /** One in which some flag answers differently. */
  readonly otherContext: JsonObject | null
  readonly flags: readonly SucceedingFlag[]
  readonly failingFlags: readonly FailingFlag[]
  /** A key that no flag has. */
  readonly missingFlag: string
  /** Members that the metadata of the flag set have to have. */
  readonly metadata: JsonObject | null
  readonly provoke: {
    readonly forbidden: Provocation | null
    readonly rateLimited: Provocation | null
    readonly serverError: Provocation | null
    readonly change: ChangeRequest | null
  }
  /** Null: the server is not for pages of other origins. */
  readonly cors: { readonly origin: string; readonly refusedOrigin: string | null } | null
  /** How often a silent event stream shows that it lives; null: not said. */
  readonly heartbeatWithinMs: number | null
}
