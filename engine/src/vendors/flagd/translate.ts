/** A flagd document becomes a ruleset. */
import { createDiagnosticSink, type DiagnosticSink } from '../../ruleset/diagnostic.js'
import { byCodeUnits, fromEntries } from '../../ruleset/json.js'
import type { Flag, Flat, Json, Outcome, ValueType } from '../../ruleset/types.js'
import type { Translation } from '../../ruleset/vendor.js'
import { type FlagdDocument, type FlagdFlag, type FlagdOptions, isMalformed } from './document.js'
import { createInliner, type Inliner } from './inline-references.js'
import { decisionOf } from './translate/decision.js'
import { createRuleTranslator } from './translate/expression.js'
import { createOutcomeList, defaultOutcome } from './translate/outcomes.js'
import type { Bucketing, ClockUse, RuleTranslator } from './translate/rule-translator.js'

interface DocumentScope {
  readonly bucketing: Bucketing
  readonly inliner: Inliner
  readonly sink: DiagnosticSink
}

/** Flags and variants are in the order of their names, so that a document that was only rearranged gives the same text. */
export function translate(document: FlagdDocument, { bucketing = 'current' }: FlagdOptions = {}): Translation {
  const sink = createDiagnosticSink()
  const scope: DocumentScope = { bucketing, inliner: createInliner(document.$evaluators), sink }
  const sorted = document.flags.toSorted((a, b) => byCodeUnits(a.key, b.key))
  const flags = sorted.map((flag) => {
    return [flag.key, isMalformed(flag) ? single(malformed, {}) : translateFlag(flag, scope)] as const
  })
  const metadata = isEmpty(document.metadata) ? {} : { metadata: document.metadata }
  return {
    ruleset: { ruleset: 1, dialects: ['flagd'], ...metadata, flags: fromEntries(flags) },
    diagnostics: sink.diagnostics,
  }
}

const malformed: Outcome = { reason: 'ERROR', errorCode: 'PARSE_ERROR', errorDetails: 'malformed flag' }
const malformedRule: Outcome = { reason: 'ERROR', errorCode: 'PARSE_ERROR', errorDetails: 'malformed targeting' }

/** A flag with one answer. */
function single(outcome: Outcome, parts: Pick<Flag, 'type' | 'metadata'>): Flag {
  return { ...parts, outcomes: [outcome], decide: 0 }
}

function translateFlag(flag: FlagdFlag, scope: DocumentScope): Flag {
  const parts = { ...typeOf(flag), ...(isEmpty(flag.metadata) ? {} : { metadata: flag.metadata }) }
  if (flag.state === 'DISABLED') return single({ reason: 'DISABLED' }, parts)
  if (flag.targeting === undefined || isEmptyObject(flag.targeting)) {
    return single(defaultOutcome(flag.variants, flag.defaultVariant, 'STATIC'), parts)
  }
  const inlined = scope.inliner.inline(flag.targeting)
  if (!inlined.ok) {
    scope.sink.error(inlined.code, ['flags', flag.key, 'targeting'], inlined.message)
    return single(malformedRule, parts)
  }
  return translateRule(flag, inlined.rule, parts, scope)
}

function translateRule(
  flag: FlagdFlag,
  rule: Json,
  parts: Pick<Flag, 'type' | 'metadata'>,
  { bucketing, sink }: DocumentScope,
): Flag {
  const outcomes = createOutcomeList(flag)
  const path = ['flags', flag.key, 'targeting']
  const report: RuleTranslator['report'] = (code, message) => sink.warning(code, path, message)
  const translator = createRuleTranslator({ flagKey: flag.key, bucketing, report: onlyOnce(report) })
  const decide = decisionOf(rule, { translator, outcomes, variants: Object.keys(flag.variants) })
  return { ...parts, outcomes: outcomes.outcomes, decide, ...changesOf(translator.clock) }
}

function onlyOnce(report: RuleTranslator['report']): RuleTranslator['report'] {
  const reported = new Set<string>()
  return (code, message) => {
    if (reported.has(message)) return
    reported.add(message)
    report(code, message)
  }
}

/** Clocks beyond this many seconds are never reached: further than dates go in JavaScript. */
const maxSeconds = 8_640_000_000_000

/** A second at which a comparison turns begins an answer, and the next one may begin another. */
function changesOf({ turns, isContinuous }: ClockUse): Pick<Flag, 'changes'> {
  if (isContinuous || turns.size === 0) return {}
  const seconds = [...turns].filter((second) => Math.abs(second) < maxSeconds).flatMap((second) => [second, second + 1])
  return { changes: [...new Set(seconds)].toSorted((a, b) => a - b).map((second) => second * 1_000) }
}

/** The type of the variants where they all have the same one. */
function typeOf({ variants }: FlagdFlag): Pick<Flag, 'type'> {
  const [type, ...others] = new Set(Object.values(variants).map(valueType))
  return type === undefined || others.length > 0 ? {} : { type }
}

function valueType(value: Json): ValueType | undefined {
  if (value === null) return undefined
  const type = typeof value
  return type === 'boolean' || type === 'string' || type === 'number' ? type : 'object'
}

function isEmpty(metadata: Flat): boolean {
  return Object.keys(metadata).length === 0
}

function isEmptyObject(rule: Json): boolean {
  return typeof rule === 'object' && rule !== null && !Array.isArray(rule) && Object.keys(rule).length === 0
}
