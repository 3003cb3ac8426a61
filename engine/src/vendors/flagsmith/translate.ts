/** A Flagsmith environment as a ruleset: identity overrides before segment overrides by priority before the default. */
import { createDiagnosticSink, type DiagnosticSink } from '../../ruleset/diagnostic.js'
import { fromEntries } from '../../ruleset/json.js'
import { createOutcomeTable, type OutcomeTable } from '../../ruleset/outcome-table.js'
import type { Decision, Expr, Flag, Rule, Segment as RulesetSegment } from '../../ruleset/types.js'
import type { Translation } from '../../ruleset/vendor.js'
import type { FeatureState, FlagsmithDocument } from './document.js'
import { assignedFeatures, translateIdentityOverrides } from './identity-overrides.js'
import { type Cause, type OutcomeOptions, outcomeOf } from './outcome.js'
import { segmentExpression } from './segment-expression.js'

export interface FlagsmithTranslationOptions {
  /** Whether a disabled flag answers its value instead of the application's default; it does not unless told to. */
  readonly serveDisabledValues?: boolean
}

/** Expresses an environment as a ruleset. Pure: equal documents give equal text. Never throws. */
export function translateDocument(
  document: FlagsmithDocument,
  { serveDisabledValues = false }: FlagsmithTranslationOptions = {},
): Translation {
  const sink = createDiagnosticSink()
  const options = { serveDisabledValues, hidesDisabledFlags: document.hidesDisabledFlags }
  const segments = translateSegments(document, sink)
  const overrides = segmentOverrides(document, segments)
  const assigned = assignedFeatures(document.identityOverrides)
  const drafts = new Map<string, FlagDraft>()
  for (const [name, feature] of document.features) {
    drafts.set(name, draftFlag(feature, overrides.get(name) ?? [], assigned.has(name), { document, options }))
  }
  const targets = translateIdentityOverrides(document.identityOverrides, drafts, options)
  const isSplit = [...document.features.values()].some((feature) => feature.options.length > 0)
  return {
    ruleset: {
      ruleset: 1,
      dialects: segments.size > 0 || isSplit ? ['flagsmith'] : [],
      info: document.info,
      flags: fromEntries([...drafts].map(([name, draft]) => [name, finishFlag(draft, document)])),
      ...(segments.size > 0 ? { segments: fromEntries(segments) } : {}),
      ...(targets === null ? {} : { targets }),
    },
    diagnostics: sink.diagnostics,
  }
}

function translateSegments(document: FlagsmithDocument, sink: DiagnosticSink): Map<string, RulesetSegment> {
  const { environment, segmentsNeedIdentity: needsIdentity } = document
  return new Map(
    document.segments.map((segment) => [
      segment.id,
      { name: segment.name, when: segmentExpression(segment, { environment, needsIdentity, sink }) },
    ]),
  )
}

interface SegmentOverride {
  readonly segmentId: string
  readonly segmentName: string
  readonly state: FeatureState
}

/** Overrides by feature, the strongest first; those of equal priority, and those without one, in the segments' order. */
function segmentOverrides(
  document: FlagsmithDocument,
  segments: ReadonlyMap<string, RulesetSegment>,
): Map<string, SegmentOverride[]> {
  const overrides = new Map<string, SegmentOverride[]>()
  for (const { id, name, overrides: states } of document.segments) {
    // What can never match must not make a flag look as if it depended on anything.
    if (segments.get(id)?.when === false) continue
    for (const state of states) {
      const override = { segmentId: id, segmentName: name, state }
      const known = overrides.get(state.name)
      if (known === undefined) overrides.set(state.name, [override])
      else known.push(override)
    }
  }
  for (const found of overrides.values()) found.sort((a, b) => comparePriorities(a.state.priority, b.state.priority))
  return overrides
}

function comparePriorities(a: number, b: number): number {
  return a < b ? -1 : Number(a > b)
}

/** A flag whose list of outcomes still grows by what identities are assigned. */
export interface FlagDraft {
  readonly feature: FeatureState
  readonly outcomes: OutcomeTable
  readonly decide: Decision
}

interface DraftScope {
  readonly document: FlagsmithDocument
  readonly options: OutcomeOptions
}

function draftFlag(
  feature: FeatureState,
  overrides: readonly SegmentOverride[],
  isAssigned: boolean,
  { document, options }: DraftScope,
): FlagDraft {
  const outcomes = createOutcomeTable()
  const decideState = (state: FeatureState, cause: Cause): Decision =>
    stateDecision(state, document.environment.key, (share) => outcomes.add(outcomeOf(state, cause, share, options)))
  const isStatic = overrides.length === 0 && !isAssigned && feature.options.length === 0
  const otherwise = decideState(feature, { kind: 'default', isStatic })
  const rules = overrides.map(({ segmentId, segmentName, state }): Rule => {
    const when: Expr = ['segment', segmentId]
    return { name: segmentName, when, then: decideState(state, { kind: 'segment', segment: segmentName }) }
  })
  const decide = rules.length === 0 ? otherwise : { rules, else: otherwise }
  return { feature, outcomes, decide: isAssigned ? { targets: decide } : decide }
}

/** A state's outcome, or its split: without an identity nobody is split, and who falls into no share gets the control. */
function stateDecision(
  { options, seed, problem }: FeatureState,
  environmentKey: string,
  add: (share: Parameters<typeof outcomeOf>[2]) => number,
): Decision {
  if (options.length === 0 || problem !== null) return add(null)
  const missing = add(null)
  const arms: [number, number, Decision][] = []
  let start = 0
  for (const option of options) {
    const end = start + option.weight
    if (start < end) arms.push([start, end, add(option)])
    start = end
  }
  const split: Expr = ['flagsmith.bucket', seed, ['flagsmith.identityKey', environmentKey]]
  return { split, arms, missing, else: add('control') }
}

function finishFlag({ feature, outcomes, decide }: FlagDraft, { serverOnlyFeatureIds }: FlagsmithDocument): Flag {
  const { featureId } = feature
  return {
    ...(featureId !== null && serverOnlyFeatureIds.has(featureId) ? { audience: 'server' } : {}),
    ...(featureId === null ? {} : { metadata: { featureId } }),
    outcomes: outcomes.outcomes,
    decide,
  }
}
