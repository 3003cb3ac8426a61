/** Holds a server against the rules, one after the other. */
import type { Description } from './description/description.js'
import { NoAnswerError } from './http/answer.js'
import { reasonOf } from './http/exchange.js'
import { createTarget, type TargetOptions } from './http/target.js'
import type { Rule, Verdict } from './rules/rule.js'
import { rules as allRules } from './rules/rules.js'
import { createSubject, type Subject } from './rules/subject.js'
import { createChange } from './run-change.js'

export interface SuiteOptions extends TargetOptions {
  readonly description: Description
  /** A shell command that makes a flag change; in place of the description's `provoke.change`. */
  readonly changeCommand?: string
  /** All when absent. */
  readonly rules?: readonly Rule[]
}

/** What became of one rule. */
export interface RuleResult {
  readonly rule: Rule
  readonly verdict: Verdict
  readonly durationMs: number
}

/**
 * Holds the server against the rules.
 *
 * @throws NoAnswerError when the server does not answer at all
 */
export async function runSuite(options: SuiteOptions): Promise<RuleResult[]> {
  const { description, changeCommand, rules = allRules } = options
  const target = createTarget(options)
  // A server that is not there breaks no rule.
  await target.bulk({ context: description.context })
  const change = createChange({
    command: changeCommand,
    request: description.provoke.change,
    timeoutMs: options.timeoutMs,
  })
  const subject = createSubject(target, description, change)
  const hide = hiding(options)
  const results: RuleResult[] = []
  for (const rule of rules) {
    const startedMs = performance.now()
    const verdict = hide(await check(rule, subject))
    results.push({ rule, verdict, durationMs: performance.now() - startedMs })
  }
  return results
}

/** The boundary behind which nothing is thrown: no answer is an answer, too. */
async function check(rule: Rule, subject: Subject): Promise<Verdict> {
  try {
    return await rule.check(subject)
  } catch (error) {
    if (error instanceof NoAnswerError) return { status: 'failed', problems: [error.message] }
    return { status: 'failed', problems: [`the rule could not be checked: ${reasonOf(error)}`] }
  }
}

/** Keeps the key out of sentences, which quote what servers answer. */
function hiding({ credentials }: TargetOptions): (verdict: Verdict) => Verdict {
  if (credentials === null || credentials.key === '') return (verdict) => verdict
  const hide = (text: string): string => text.replaceAll(credentials.key, '<key>')
  return (verdict) => (verdict.status === 'failed' ? { ...verdict, problems: verdict.problems.map(hide) } : verdict)
}
