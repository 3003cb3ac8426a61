/** What a rule is held against: the server, what is known of its flags, and what was seen while they changed. */
import type {
  Description,
  EvaluationErrorCode,
  FailingFlag,
  SucceedingFlag,
  ValueKind,
} from '../description/description.js'
import type { Target } from '../http/target.js'
import { observeChange, type ObservedChange } from './observe-change.js'

export interface Subject {
  readonly description: Description
  readonly target: Target
  /** Described flags that answer with that kind of value. */
  flagsOf(kind: ValueKind): readonly SucceedingFlag[]
  /** Described flags that fail with that code. */
  failingFlagsOf(code: EvaluationErrorCode): readonly FailingFlag[]
  /** Makes a flag change, once for all rules, and tells what was seen. Null: nobody said how. */
  observedChange(): Promise<ObservedChange> | null
}

/** @param change makes some flag change; null where that cannot be done */
export function createSubject(target: Target, description: Description, change: (() => Promise<void>) | null): Subject {
  let observed: Promise<ObservedChange> | null = null
  return {
    description,
    target,
    flagsOf: (kind) => description.flags.filter((flag) => flag.kind === kind),
    failingFlagsOf: (code) => description.failingFlags.filter(({ errorCode }) => errorCode === code),
    observedChange() {
      if (change !== null) observed ??= observeChange(target, description.context, change)
      return observed
    },
  }
}
