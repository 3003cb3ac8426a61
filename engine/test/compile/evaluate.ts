/** Helpers of the compiler's tests: small rulesets, evaluated at a fixed clock. */
import { compile } from '../../src/index.js'
import type { Decision, EvaluatedOutcome, Expr, Flag, JsonObject, Outcome, Ruleset } from '../../src/index.js'

export const clock = { nowMs: Date.UTC(2026, 0, 1), random: (): number => 0.25 }

export function rulesetOf(flags: Ruleset['flags'], rest: Partial<Ruleset> = {}): Ruleset {
  return { ruleset: 1, dialects: [], flags, ...rest }
}

/** A flag with outcomes `a` and `b`: `a` where the condition is true. */
export function conditional(when: Expr): Flag {
  return { outcomes: outcomes('a', 'b'), decide: { rules: [{ when, then: 0 }], else: 1 } }
}

export function outcomes(...variants: string[]): Outcome[] {
  return variants.map((variant) => ({ value: variant, variant, reason: 'TARGETING_MATCH' }))
}

export function evaluate(flag: Flag, context: JsonObject = {}, rest: Partial<Ruleset> = {}): EvaluatedOutcome {
  return compile(rulesetOf({ f: flag }, rest)).snapshot.evaluate('f', context, clock)
}

/** Whether the condition is true in that context. */
export function isTrue(when: Expr, context: JsonObject = {}, rest: Partial<Ruleset> = {}): boolean {
  return evaluate(conditional(when), context, rest).variant === 'a'
}

/** The variant that a decision over outcomes a, b, c, d gives; null where nothing is decided. */
export function decided(decide: Decision, context: JsonObject = {}, rest: Partial<Ruleset> = {}): string | null {
  return evaluate({ outcomes: outcomes('a', 'b', 'c', 'd'), decide }, context, rest).variant ?? null
}
