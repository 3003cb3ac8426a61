/** A document becomes a ruleset with the semantics of Flagbase's server. */
import { createDiagnosticSink, type DiagnosticSink } from '../../ruleset/diagnostic.js'
import { fromEntries } from '../../ruleset/json.js'
import { createOutcomeTable, type OutcomeTable } from '../../ruleset/outcome-table.js'
import type { Decision, Flag, Rule } from '../../ruleset/types.js'
import type { Translation } from '../../ruleset/vendor.js'
import { ruleCondition } from './condition.js'
import {
  type FlagbaseDocument,
  type FlagbaseFlag,
  isMalformed,
  type MalformedFlag,
  type Variation,
} from './document.js'
import { malformedFlag, noVariations, type OutcomeOptions, outcomeOf } from './outcome.js'
import { rangesOf } from './ranges.js'

export type FlagbaseOptions = OutcomeOptions

export function translate(document: FlagbaseDocument, options: FlagbaseOptions = {}): Translation {
  const sink = createDiagnosticSink()
  const flags = document.flags.map((flag) => [flag.key, translateFlag(flag, options, sink)] as const)
  return {
    ruleset: { ruleset: 1, dialects: ['flagbase'], info: { vendor: 'flagbase' }, flags: fromEntries(flags) },
    diagnostics: sink.diagnostics,
  }
}

function translateFlag(flag: FlagbaseFlag | MalformedFlag, options: FlagbaseOptions, sink: DiagnosticSink): Flag {
  if (isMalformed(flag)) return { outcomes: [malformedFlag], decide: 0 }
  const table = createOutcomeTable()
  const decide = flagDecision({ flag, table, options, sink })
  return { type: 'string', outcomes: table.outcomes, decide }
}

interface FlagScope {
  readonly flag: FlagbaseFlag
  readonly table: OutcomeTable
  readonly options: FlagbaseOptions
  readonly sink: DiagnosticSink
}

function flagDecision(scope: FlagScope): Decision {
  const { flag, sink } = scope
  const path = ['data', flag.key]
  const fallthrough = weightedDecision(
    flag.fallthroughVariations,
    'FALLTHROUGH',
    [...path, 'fallthroughVariations'],
    scope,
  )
  if (flag.useFallthrough || flag.rules.length === 0) return fallthrough
  const rules = flag.rules.map((rule, index): Rule => {
    const at = [...path, 'rules', String(index)]
    const when = ruleCondition(rule, at, sink)
    const then = weightedDecision(rule.ruleVariations, 'TARGETED', [...at, 'ruleVariations'], scope)
    return rule.id === '' ? { when, then } : { name: rule.id, when, then }
  })
  return { rules, else: fallthrough }
}

/** The variation that the user's bucket falls to. Flagbase's word tells how many are listed, not how many can be served. */
function weightedDecision(
  variations: readonly Variation[],
  served: 'FALLTHROUGH' | 'TARGETED',
  path: readonly string[],
  { flag, table, options, sink }: FlagScope,
): Decision {
  if (variations.length === 0) {
    sink.error('INVALID_FLAG', path, 'there is no variation to serve: whoever comes here gets an error')
    return table.add(noVariations)
  }
  const ranges = rangesOf(variations)
  const unsplit = served === 'TARGETED' ? 'TARGETING_MATCH' : 'DEFAULT'
  const match = {
    reason: ranges.length === 1 ? unsplit : 'SPLIT',
    flagbaseReason: variations.length === 1 ? served : (`${served}_WEIGHTED` as const),
  } as const
  const arms = ranges.map(({ from, to, variation }) => {
    return [from, to, table.add(outcomeOf(variation.variationKey, match, options))] as const
  })
  const [[, , only] = [0, 0, null]] = arms
  return arms.length === 1 ? only : { split: ['flagbase.bucket', flag.key, ['key']], arms }
}
