/** Ways from a flagd rule, flag or document to what it answers, at a fixed clock. */
import { createHost } from '../../../src/compile/host.js'
import { compileExpression } from '../../../src/compile/expression.js'
import { core } from '../../../src/compile/core.js'
import { noReferences } from '../../../src/compile/references.js'
import { createSlots } from '../../../src/compile/slots.js'
import { compile } from '../../../src/index.js'
import type { EvaluatedOutcome, Expr, Flag, Json, JsonObject, Snapshot } from '../../../src/index.js'
import { OperatorFailure } from '../../../src/ruleset/dialect.js'
import { dialect } from '../../../src/vendors/flagd/dialect.js'
import type { FlagdDocument, FlagdOptions } from '../../../src/vendors/flagd/document.js'
import { flagd } from '../../../src/vendors/flagd/index.js'
import { createRuleTranslator } from '../../../src/vendors/flagd/translate/expression.js'
import { rootScope } from '../../../src/vendors/flagd/translate/scope.js'

export const clock = { nowMs: Date.UTC(2026, 0, 1), random: (): number => 0.5 }

/** What is compared of an answer. */
export interface Answer {
  readonly reason: string
  readonly variant?: string
  readonly value?: Json
  readonly errorCode?: string
}

export function decoded(document: unknown): FlagdDocument {
  const result = flagd.decode(document)
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics))
  return result.document
}

export function snapshotOf(document: unknown, options: FlagdOptions = {}): Snapshot {
  const { snapshot, diagnostics } = compile(flagd.translate(decoded(document), options).ruleset)
  // Whatever flagd's translator writes, the compiler understands.
  if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics))
  return snapshot
}

export function answerOf({ reason, variant, value, errorCode }: EvaluatedOutcome): Answer {
  return {
    reason,
    ...(variant === undefined ? {} : { variant }),
    ...(value === undefined ? {} : { value }),
    ...(errorCode === undefined ? {} : { errorCode }),
  }
}

/** A flag with variants `a`, `b`, `true` and `false`, each with its name for its value, and `b` for its default. */
export function flagWith(
  targeting: unknown,
  rest: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const variants = { a: 'a', b: 'b', true: 'true', false: 'false' }
  return { state: 'ENABLED', variants, defaultVariant: 'b', targeting, ...rest }
}

export function answerOfFlag(flag: unknown, context: JsonObject = {}, options: FlagdOptions = {}, key = 'f'): Answer {
  return answerOf(snapshotOf({ flags: { [key]: flag } }, options).evaluate(key, context, clock))
}

/** The variant that a rule selects in {@link flagWith}, or the error code. */
export function select(targeting: unknown, context: JsonObject = {}, options: FlagdOptions = {}): string | undefined {
  const { variant, errorCode } = answerOfFlag(flagWith(targeting), context, options)
  return errorCode ?? variant
}

export function translated(flag: unknown, options: FlagdOptions = {}): Flag {
  const { f } = flagd.translate(decoded({ flags: { f: flag } }), options).ruleset.flags
  if (f === undefined) throw new Error('the flag was left out')
  return f
}

/** The decision of {@link flagWith} for that rule. */
export function decide(targeting: unknown, options: FlagdOptions = {}): Flag['decide'] {
  return translated(flagWith(targeting), options).decide
}

export const failed = Symbol('failed')

/** What a rule itself answers, before it is taken for the name of a variant. */
export function answerOfRule(rule: Json, context: JsonObject = {}, flagKey = 'f'): Json | typeof failed {
  const translator = createRuleTranslator({ flagKey, bucketing: 'current', report: () => undefined })
  return answerOfExpr(translator.valueOf(rule, rootScope), context)
}

/** Calls one operator of the dialect. */
export function call(operator: string, ...args: (Expr | Json)[]): Json | typeof failed {
  return answerOfExpr([`flagd.${operator}`, ...args], {})
}

function answerOfExpr(expr: Expr, context: JsonObject): Json | typeof failed {
  const { operand } = compileExpression(expr, {
    dialects: new Map([core, dialect].map((set) => [set.name, set])),
    host: createHost(new Map(), () => undefined),
    slots: createSlots(),
    references: noReferences(),
  })
  const key = context['targetingKey']
  try {
    const targetingKey = typeof key === 'string' ? key : null
    return operand({ ...clock, context, targetingKey, locals: [], stepsLeft: 100_000 })
  } catch (error) {
    if (error instanceof OperatorFailure) return failed
    throw error
  }
}
