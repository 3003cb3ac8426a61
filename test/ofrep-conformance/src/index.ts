/** The conformance suite as a library, for test suites of servers. */
export { readDescription, decodeDescription, type DecodedDescription } from './description/decode-description.js'
export type {
  ChangeRequest,
  Description,
  EvaluationErrorCode,
  FailingFlag,
  Provocation,
  SucceedingFlag,
  ValueKind,
} from './description/description.js'
export type { Json, JsonObject } from './json.js'
export { NoAnswerError } from './http/answer.js'
export type { Credentials, Scheme, TargetOptions } from './http/target.js'
export { formatJson, type ReportOptions } from './report/json.js'
export { formatJunit } from './report/junit.js'
export { isConformant, summaryOf, type Summary } from './report/summary.js'
export { formatTable } from './report/table.js'
export type { Level, Reference, Rule, RuleGroup, Verdict } from './rules/rule.js'
export { ruleGroups, rules } from './rules/rules.js'
export { runSuite, type RuleResult, type SuiteOptions } from './run-suite.js'
