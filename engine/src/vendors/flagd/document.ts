/**
 * A flagd flag definition document, checked and completed: every flag has its key, what may be absent is null or empty. It
 * is written in flagd's own list form, so it can be decoded again and given to flagd's SDKs.
 *
 * @see https://flagd.dev/schema/v0/flags.json and https://flagd.dev/reference/flag-definitions/
 */
import type { Flat, Json } from '../../ruleset/types.js'

export interface FlagdDocument {
  readonly flags: readonly (FlagdFlag | MalformedFlag)[]
  /** Rules by name, for `$ref`. */
  readonly $evaluators: { readonly [name: string]: Json }
  /** Metadata of the flag set; a flag's own is laid over it. */
  readonly metadata: Flat
}

export interface FlagdFlag {
  readonly key: string
  /** Anything but the exact text `DISABLED` is enabled. */
  readonly state: 'ENABLED' | 'DISABLED'
  readonly variants: { readonly [name: string]: Json }
  /** One of the variants; null: the application's code default. */
  readonly defaultVariant: string | null
  /** A JSONLogic rule. Absent: there is none. A literal, null included, is a rule that answers itself. */
  readonly targeting?: Json
  readonly metadata: Flat
}

/** A flag that cannot be read: it answers with an error, and the others work. */
export interface MalformedFlag {
  readonly key: string
  /** What is wrong, for people. */
  readonly problem: string
}

export interface FlagdOptions {
  /**
   * The algorithm of `fractional`: `current` (flagd 0.15 and later, the default) or `legacy` (flagd up to 0.14). Changing it
   * moves users between variants.
   */
  readonly bucketing?: 'current' | 'legacy'
}

export function isMalformed(flag: FlagdFlag | MalformedFlag): flag is MalformedFlag {
  return 'problem' in flag
}
