/** A flag ready to answer. Never changed after compiling: snapshots share the flags that did not change. */
import type { Changes, Flag, Outcome } from '../ruleset/types.js'
import { CompiledOutcome, type OutcomeOwner } from './outcome.js'
import type { References } from './references.js'
import type { EvaluationState } from './state.js'

/** A decision in closures: an outcome, or null where nothing is decided (rule D2). */
export type Decide = (state: EvaluationState) => CompiledOutcome | null

/** What an evaluation that an operator ended answers unless the flag names another outcome (rule X6). */
const evaluationFailed: Outcome = { reason: 'ERROR', errorCode: 'PARSE_ERROR', errorDetails: 'evaluation failed' }

const nothing: ReadonlySet<string> = new Set()

export class CompiledFlag {
  readonly key: string
  readonly slot: number
  readonly hash: string | undefined
  readonly changes: Changes | undefined
  readonly outcomes: readonly CompiledOutcome[]
  readonly references: References
  /** What is wrong with patterns in it: told again with every revision that takes the flag over. */
  readonly unsupportedPatterns: ReadonlySet<string>
  /** Answers with an error because of what was found when compiling. */
  readonly isSpoiled: boolean
  /** Reaches something that a later version may know (rule V2): spoiled by it, or with a pattern that never matches here. */
  readonly isUnsupported: boolean
  /** The one answer of a flag that looks at nothing; lets the caller skip preparing an evaluation. */
  readonly constant: CompiledOutcome | null
  readonly audience: 'all' | 'server' | 'internal'
  readonly owner: OutcomeOwner
  readonly #decide: Decide
  readonly #undecided: CompiledOutcome
  readonly #failed: CompiledOutcome

  constructor(parts: CompiledFlagParts) {
    const { owner, flag, outcomes, constant } = parts
    this.key = owner.flagKey
    this.audience = owner.audience
    this.owner = owner
    this.slot = owner.slot
    this.hash = flag.hash
    this.changes = flag.changes
    this.outcomes = outcomes
    this.references = parts.references
    this.unsupportedPatterns = parts.unsupportedPatterns ?? nothing
    this.isSpoiled = parts.isSpoiled
    this.isUnsupported = parts.isUnsupported
    this.constant = constant
    this.#decide = parts.decide
    this.#undecided = new CompiledOutcome(owner, -1, { reason: 'DEFAULT' })
    const failed = flag.failed === undefined ? undefined : outcomes[flag.failed]
    this.#failed = failed ?? new CompiledOutcome(owner, -1, evaluationFailed)
  }

  /** This flag's answer in the evaluation under way. Never throws. */
  answer(state: EvaluationState): CompiledOutcome {
    if (this.constant !== null) return this.constant
    try {
      return this.#decide(state) ?? this.#undecided
    } catch {
      // An operator's failure, or a defect of ours (a stack overflow included): the same answer, the other flags go on.
      return this.#failed
    }
  }
}

export interface CompiledFlagParts {
  readonly owner: OutcomeOwner
  readonly flag: Flag
  readonly outcomes: readonly CompiledOutcome[]
  readonly decide: Decide
  readonly constant: CompiledOutcome | null
  readonly references: References
  readonly unsupportedPatterns?: ReadonlySet<string>
  readonly isSpoiled: boolean
  readonly isUnsupported: boolean
}
