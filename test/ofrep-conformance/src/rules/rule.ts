/** What a rule is: one sentence of the protocol that a server keeps or breaks. */
import type { Subject } from './subject.js'

/**
 * How much a rule weighs. MUST: OFREP requires it, or OFREP's clients fail without it. SHOULD: recommended, or required by HTTP
 * where OFREP is silent. MAY: a feature that a server is free to leave out.
 */
export type Level = 'MUST' | 'SHOULD' | 'MAY'

/** Where a rule comes from. */
export interface Reference {
  /** Such as `OFREP 0.3.0, evaluateFlag 404`. */
  readonly text: string
  readonly url: string
}

export type Verdict =
  | { readonly status: 'passed' }
  | { readonly status: 'failed'; readonly problems: readonly string[] }
  | { readonly status: 'skipped'; readonly reason: string }

export interface Rule {
  /** Kebab case; begins with the name of its group. */
  readonly id: string
  readonly level: Level
  /** What a server does that keeps the rule, in the present tense. */
  readonly title: string
  readonly reference: Reference
  /** @throws NoAnswerError, which counts as a failure */
  readonly check: (subject: Subject) => Promise<Verdict>
}

export interface RuleGroup {
  /** What the ids of its rules begin with. */
  readonly name: string
  readonly title: string
  readonly rules: readonly Rule[]
}

/** A sentence about what is wrong; null where nothing is. */
export type Finding = string | null

export function verdictOf(findings: readonly Finding[]): Verdict {
  const problems = findings.filter((finding) => finding !== null)
  return problems.length === 0 ? { status: 'passed' } : { status: 'failed', problems }
}

export function skipped(reason: string): Verdict {
  return { status: 'skipped', reason }
}
