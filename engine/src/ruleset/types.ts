/**
 * The Ruleset: one vendor-neutral JSON document that carries every vendor's flags exactly.
 *
 * The shapes are a public format (`docs/ruleset.md`). All order that means something is in arrays; objects are read by own
 * members only; unknown members are ignored.
 */

export type Scalar = null | boolean | number | string
export type Json = Scalar | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** OpenFeature's flag metadata: flat, scalar values. */
export type Flat = { readonly [key: string]: boolean | number | string }

/** The types an OpenFeature application can ask for. */
export type ValueType = 'boolean' | 'string' | 'number' | 'object'

/** Who asks: a server key sees everything, a client key never sees rules, segments or server-only flags. */
export type Audience = 'server' | 'client'

/** OpenFeature's resolution reasons that a ruleset may answer with. */
export type Reason = 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'UNKNOWN' | 'ERROR'

/** OpenFeature's error codes. */
export type ErrorCode =
  | 'PROVIDER_NOT_READY'
  | 'FLAG_NOT_FOUND'
  | 'PARSE_ERROR'
  | 'TYPE_MISMATCH'
  | 'TARGETING_KEY_MISSING'
  | 'INVALID_CONTEXT'
  | 'PROVIDER_FATAL'
  | 'GENERAL'

export interface Ruleset {
  /** Major version of the format; a reader refuses any other as a whole. */
  readonly ruleset: 1
  /** Operator sets used besides `core`, sorted; a version other than 1 stands behind the name: `flagd@2`. */
  readonly dialects: readonly string[]
  /** Order-free sum of the parts' hashes (rule H3), 16 hex digits. */
  readonly revision?: string
  /** Content hash of the header: `ruleset`, `dialects`, `metadata`. */
  readonly hash?: string
  readonly targetsHash?: string
  /** Vendor, environment, document version: never hashed, never in an answer. */
  readonly info?: JsonObject
  /** Flag-set metadata, merged under every flag's own. */
  readonly metadata?: Flat
  readonly flags: { readonly [flagKey: string]: Flag }
  readonly segments?: { readonly [id: string]: Segment }
  readonly lists?: { readonly [id: string]: List }
  readonly targets?: Targets
}

/** Individual assignments: targeting key, then flag key, then an index into the flag's outcomes or a one-off outcome. */
export type Targets = { readonly [targetingKey: string]: TargetEntry }
export type TargetEntry = { readonly [flagKey: string]: number | Outcome }

export interface Flag {
  /** Content hash (rule H1), 16 hex digits. */
  readonly hash?: string
  /** The vendor's own declaration; for manifests and pages, not used in evaluation. */
  readonly type?: ValueType
  /** Default `all`. `server`: hidden from client keys. `internal`: only other flags can read it. */
  readonly audience?: 'all' | 'server' | 'internal'
  readonly metadata?: Flat
  readonly outcomes: readonly Outcome[]
  readonly decide: Decision
  /** Outcome when an operator fails (rule X6); absent: ERROR, PARSE_ERROR. */
  readonly failed?: number
  /** When the answer may change by itself; only for flags that read the clock. */
  readonly changes?: Changes
}

export interface Outcome {
  /** Absent: the application's code default. */
  readonly value?: Json
  readonly variant?: string
  readonly reason: Reason
  /** Both only with reason ERROR. */
  readonly errorCode?: ErrorCode
  readonly errorDetails?: string
  readonly metadata?: Flat
  /** As `metadata`, but never shown to client keys: names of rules and segments. */
  readonly serverMetadata?: Flat
  /** What a typed resolution answers when it asks for another type than the value's. */
  readonly as?: { readonly [T in ValueType]?: Json }
  /** Types for which the code default is the right answer, not a mismatch. */
  readonly codeDefault?: readonly ValueType[]
  /** Left out of bulk answers; FLAG_NOT_FOUND when asked for singly. */
  readonly hidden?: true
  /** The vendor's own words, only for the vendor's own API. */
  readonly native?: Json
  /** A computed outcome (rule D8). */
  readonly compute?: Compute
}

export interface Compute {
  readonly from: Expr
  readonly value: string
  readonly variant?: string
  readonly boolean?: string
  readonly string?: string
  readonly number?: string
  readonly object?: string
}

export interface Segment {
  readonly hash?: string
  readonly name?: string
  readonly when: Expr
  readonly changes?: Changes
}

export interface List {
  readonly hash?: string
  readonly items: readonly (string | number)[]
}

/** `always`, or epoch milliseconds: instants at which, and windows inside which, an answer may change by itself. */
export type Changes = 'always' | readonly (number | readonly [fromMs: number, toMs: number])[]

/** `number`: index into the flag's outcomes. `null`: nothing decided here, the surrounding rule list goes on. */
export type Decision = number | null | RulesDecision | SplitDecision | SwitchDecision | TargetsDecision

export interface RulesDecision {
  readonly rules: readonly Rule[]
  readonly else?: Decision
}

export interface Rule {
  readonly when: Expr
  readonly then: Decision
  readonly name?: string
}

export interface SplitDecision {
  readonly split: Expr
  readonly arms: readonly (readonly [from: number, to: number, then: Decision])[]
  /** Arms include their upper bound. */
  readonly closed?: true
  readonly missing?: Decision
  readonly else?: Decision
}

export interface SwitchDecision {
  readonly switch: Expr
  readonly cases: readonly (readonly [match: Scalar | readonly Scalar[], then: Decision])[]
  readonly missing?: Decision
  readonly else?: Decision
}

export interface TargetsDecision {
  readonly targets: Decision
}

/** A literal is itself, `{const}` is any JSON, an array is always the call of an operator. */
export type Expr = Scalar | { readonly const: Json } | Call
export type Call = readonly [operator: string, ...args: (Expr | Json)[]]
