/**
 * The contract between the compiler (and the interpreter) and a dialect: a named set of operators.
 *
 * A dialect reproduces one vendor's comparisons, conversions and buckets exactly. Its operators are pure functions of their
 * arguments, the evaluation context, the clock and the random source they are given, and they are never used directly by
 * anything but the compiler and the interpreter.
 */
import type { Json, JsonObject } from './types.js'

/** The evaluation under way, as operators see it. One object is reused: nothing may keep it. */
export interface Evaluation {
  /** Evaluation context as JSON; read by own members only. */
  readonly context: JsonObject
  /** `context.targetingKey` if it is text (`''` included), else null (rule C4). */
  readonly targetingKey: string | null
  /** The clock, epoch milliseconds, read once per evaluation. */
  readonly nowMs: number
  /** `0 <= random() < 1`. */
  readonly random: () => number
  /** What the list operators of a language are looking at, innermost last. Whoever pushes pops. */
  readonly locals: Json[]
  /** Steps left for the bodies of list operators; below zero the evaluation fails (limit 100,000). */
  stepsLeft: number
}

/** A prepared expression. */
export type Operand = (evaluation: Evaluation) => Json

/**
 * `static` arguments are JSON read when compiling, `value` arguments are expressions. `?` marks an optional one, `..` any
 * number of them; both only at the end.
 */
export type Parameter = 'static' | 'static?' | 'static..' | 'value' | 'value?' | 'value..'

export interface Operator {
  readonly parameters: readonly Parameter[]
  /**
   * Called once per call site when compiling. Parse patterns, versions and numbers here, not in the operand.
   *
   * @returns the operand, or what is wrong with the static arguments: that spoils the flag or segment they stand in
   */
  prepare(args: PreparedArguments): Operand | InvalidArguments
  /**
   * What the operator itself reads besides its arguments. An operator that has this is never folded into a constant, so it
   * must be there for every operator whose answer depends on more than its arguments.
   */
  reads?(statics: readonly Json[]): Partial<Reads>
  /**
   * For an operator that hashes: the exact text it hashes for these arguments, shown when a decision is explained; null
   * where nothing is hashed.
   */
  hashInput?(statics: readonly Json[], values: readonly Json[], evaluation: Evaluation): string | null
  /** The same for an operator that gives something else than the bucket which that text falls into: the bucket. */
  bucket?(statics: readonly Json[], values: readonly Json[], evaluation: Evaluation): number | null
}

/** How an operator is put into words when a decision is explained. */
export interface OperatorWords {
  /**
   * A sentence or a part of one. `{0}`, `{1}` .. stand for the arguments by position and `{*}` for all of them; `{0|name}`
   * leaves out the quotes around text that is a plain name, `{0|raw}` around any text; `{0|value}` is what an argument was
   * evaluated to. What is not mentioned is not said.
   */
  readonly say: Phrase
  /** The same for `not` around it; absent: `not (..)`. */
  readonly deny?: Phrase
  /** What stands between the arguments of `{*}`; a comma when absent. */
  readonly join?: string
  /** What it gives was found outside of the rule, mostly in the context: it is shown beside the sentence. */
  readonly reads?: true
  /** What it means that it gives null although it was given something: `is no number`. */
  readonly nothing?: string
  /** Of which type its arguments have to be: what is of another one is named. `same`: of one type, whichever it is. */
  readonly expects?: 'number' | 'string' | 'same'
  /** What it gives is called that where what was seen is listed; absent: as the sentence says. */
  readonly result?: string
  /** Name of the hash, for an operator with a `hashInput`. */
  readonly hash?: string
  /**
   * Its arguments are shown one below the other: `all` or `any` of them have to hold, the one must `not`; of a `choice` each
   * condition is followed by what it leads to. `same`: it says nothing of its own where its argument is one of these, and
   * `truth` nothing either where its argument is a sentence already, which is one that has a `deny`.
   */
  readonly shape?: 'all' | 'any' | 'not' | 'choice' | 'same' | 'truth'
}

/** Words, or what makes them of the static arguments; value arguments are undefined there. */
export type Phrase = string | ((statics: readonly (Json | undefined)[]) => string)

export interface PreparedArguments {
  /** Static arguments in order; those left out are missing at the end. */
  readonly statics: readonly Json[]
  /** Value arguments in order, lazy: an operand is evaluated when it is called. */
  readonly operands: readonly Operand[]
  readonly host: Host
}

export interface InvalidArguments {
  readonly invalid: string
  /** Whether a later engine may know what this one does not: the flag is unsupported then, and not malformed (rule V2). */
  readonly isUnknown?: true
}

/** What the machine underneath lends to operators. */
export interface Host {
  /**
   * Compiles a pattern to a linear-time matcher, once per distinct triple.
   *
   * @param flavour how the pattern is to be read: `re2`, `python`, `dotnet`, `ecma`, `cloudbees:<flags>`
   * @returns null where the pattern cannot be run; a diagnostic has then been reported
   */
  regex(pattern: string, flavour: string, mode: RegexMode): Matcher | null
}

export type RegexMode = 'search' | 'prefix' | 'full'

export interface Matcher {
  test(subject: string): boolean
}

/**
 * What an expression, a flag or a ruleset looks at: decides what may be cached, and how.
 *
 * @see docs/ruleset.md, "What an answer depends on"
 */
export interface Reads {
  readonly attributes: readonly string[]
  /** Reads the targeting key. */
  readonly key: boolean
  /** Reads the context as a whole, so no list of attributes can say what the answer depends on. */
  readonly whole: boolean
  readonly clock: boolean
  readonly random: boolean
}

export interface Dialect {
  /** Prefix of its operators: `flagd` for `flagd.var`. */
  readonly name: string
  /** Counts the times operators were added; rulesets and readers name it, as `dialectLabel` writes it. */
  readonly version: number
  /** By their names without the prefix. */
  readonly operators: ReadonlyMap<string, Operator>
  /** By the same names; an operator without words is shown as a call. */
  readonly words?: ReadonlyMap<string, OperatorWords>
}

/**
 * Thrown by an operator where the vendor's engine throws (rule X6): it ends the flag's decision and the flag's `failed`
 * outcome is the answer. Create it once, when preparing; throwing an existing one costs no stack trace.
 */
export class OperatorFailure extends Error {
  override readonly name = 'OperatorFailure'
}

/** An operator of one eager argument. */
export function unary(apply: (value: Json) => Json): Operator {
  return {
    parameters: ['value'],
    prepare: ({ operands: [a] }) => {
      const first = a as Operand
      return (evaluation) => apply(first(evaluation))
    },
  }
}

/** An operator of two eager arguments. */
export function binary(apply: (a: Json, b: Json) => Json): Operator {
  return {
    parameters: ['value', 'value'],
    prepare: ({ operands: [a, b] }) => {
      const first = a as Operand
      const second = b as Operand
      return (evaluation) => apply(first(evaluation), second(evaluation))
    },
  }
}

/** An operator of any number of eager arguments. */
export function variadic(apply: (values: readonly Json[]) => Json): Operator {
  return {
    parameters: ['value..'],
    prepare: ({ operands }) => {
      return (evaluation) => apply(operands.map((operand) => operand(evaluation)))
    },
  }
}
