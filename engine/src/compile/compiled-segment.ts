import type { Operand } from '../ruleset/dialect.js'
import type { Segment } from '../ruleset/types.js'
import type { References } from './references.js'

/** A segment ready to run. */
export interface CompiledSegment {
  readonly segment: Segment
  readonly operand: Operand
  readonly references: References
  /** Malformed: the flags that use it are spoiled. */
  readonly isSpoiled: boolean
  /** Spoiled by something that a later version may know. */
  readonly isUnsupported: boolean
  /** What is wrong with patterns in it: told again with every revision that takes the segment over. */
  readonly unsupportedPatterns: ReadonlySet<string>
  /** Why it always fails, null for a sound one. */
  readonly problem: string | null
}
