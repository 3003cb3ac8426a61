/** A document becomes a ruleset. */
import { createDiagnosticSink, type DiagnosticSink } from '../../ruleset/diagnostic.js'
import { fromEntries } from '../../ruleset/json.js'
import { createOutcomeTable } from '../../ruleset/outcome-table.js'
import type { Expr, Flag, JsonObject, List, Outcome, Ruleset, Segment } from '../../ruleset/types.js'
import type { Translation } from '../../ruleset/vendor.js'
import {
  type CloudBeesDocument,
  type CloudBeesOptions,
  type Experiment,
  isMalformed,
  type MalformedExperiment,
  type MalformedTargetGroup,
  type TargetGroup,
} from './document.js'
import { parse, type Parsed } from './roxx/parse.js'
import { decisionOf } from './translate/decision.js'
import { expressionOf, guardOf } from './translate/expression.js'
import { codeDefault, expressionFailed, malformedExpression } from './translate/outcomes.js'
import { changesOf, type DocumentScope, type ExpressionScope } from './translate/scope.js'

/** Longer lists of texts and numbers are kept beside the flags. */
const maxInlineItems = 200

/** What the parts of one document share. */
interface Translating extends DocumentScope {
  readonly sink: DiagnosticSink
  readonly lists: Map<string, List>
}

export function translate(document: CloudBeesDocument, options: CloudBeesOptions = {}): Translation {
  const sink = createDiagnosticSink()
  const flags = flagsOf(document, sink)
  const groups = groupsOf(document, sink)
  const lists = new Map<string, List>()
  const translating: Translating = {
    flagKeys: new Set(flags.keys()),
    groupIds: new Set(groups.keys()),
    stickinessAttribute: options.stickinessAttribute ?? null,
    datetimeAttributes: new Set(options.datetimeAttributes ?? []),
    sink,
    lists,
  }
  const segments = Array.from(groups, ([id, group]) => [id, translateGroup(group, translating)] as const)
  const ruleset: Ruleset = {
    ruleset: 1,
    dialects: ['cloudbees'],
    info: infoOf(document),
    flags: fromEntries(Array.from(flags, ([key, experiment]) => [key, translateFlag(key, experiment, translating)])),
    ...(segments.length === 0 ? {} : { segments: fromEntries(segments) }),
    ...(lists.size === 0 ? {} : { lists: fromEntries(lists) }),
  }
  return { ruleset, diagnostics: sink.diagnostics }
}

/** Experiments by the flags they belong to. Of two experiments for one flag the first counts, as for a flag asked by name. */
function flagsOf(
  { experiments }: CloudBeesDocument,
  sink: DiagnosticSink,
): Map<string, Experiment | MalformedExperiment> {
  const flags = new Map<string, Experiment | MalformedExperiment>()
  for (const [index, experiment] of experiments.entries()) {
    for (const { name } of experiment.featureFlags) {
      if (!flags.has(name)) flags.set(name, experiment)
      else reportDuplicate(['experiments', String(index)], `the flag ${JSON.stringify(name)}`, sink)
    }
  }
  return flags
}

function groupsOf(
  { targetGroups }: CloudBeesDocument,
  sink: DiagnosticSink,
): Map<string, TargetGroup | MalformedTargetGroup> {
  const groups = new Map<string, TargetGroup | MalformedTargetGroup>()
  for (const [index, group] of targetGroups.entries()) {
    const { _id: id } = group
    if (!groups.has(id)) groups.set(id, group)
    else reportDuplicate(['targetGroups', String(index)], `the target group ${JSON.stringify(id)}`, sink)
  }
  return groups
}

function reportDuplicate(path: readonly string[], what: string, sink: DiagnosticSink): void {
  sink.warning('DUPLICATE_KEY', path, `${what} is there twice: the first one counts`)
}

/** What is known about the document; not its key, which opens the environment to everybody. */
function infoOf({ platform, creation_date, api_version, signed_date }: CloudBeesDocument): JsonObject {
  return {
    vendor: 'cloudbees',
    platform,
    apiVersion: api_version,
    creationDate: creation_date,
    signedDate: signed_date,
  }
}

function scopeOf(path: readonly string[], { sink, lists, ...document }: Translating): ExpressionScope {
  const reported = new Set<string>()
  const pointer = path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  let listCount = 0
  return {
    ...document,
    clock: { turns: new Set(), isContinuous: false },
    membersOf(items) {
      const isListable = items.every((item) => typeof item === 'string' || typeof item === 'number')
      if (items.length <= maxInlineItems || !isListable) return { const: items }
      const id = `${pointer}/${listCount}`
      listCount += 1
      lists.set(id, { items })
      return ['list', id]
    },
    report(severity, code, message) {
      if (reported.has(message)) return
      reported.add(message)
      sink[severity](code, path, message)
    },
  }
}

/** Reads an expression, and reports one that says nothing. */
function parseOrReport(condition: string, scope: ExpressionScope): Parsed {
  const parsed = parse(condition)
  if ('problem' in parsed) scope.report('error', parsed.code, `malformed expression: ${parsed.problem}`)
  return parsed
}

/** Only true lets somebody in, so a group whose expression means nothing is empty, and one that fails holds nobody. */
function translateGroup(group: TargetGroup | MalformedTargetGroup, translating: Translating): Segment {
  if (isMalformed<MalformedTargetGroup>(group)) return { when: false }
  const { _id: id, name, condition } = group
  const scope = scopeOf(['targetGroups', id], translating)
  const named = name === '' || name === id ? {} : { name }
  const parsed = parseOrReport(condition, scope)
  if ('problem' in parsed) return { ...named, when: false }
  const guard = guardOf(parsed.seeds, scope)
  const belongs = expressionOf(parsed.root, scope)
  const when: Expr = guard === null ? belongs : ['and', ['not', guard], belongs]
  return { ...named, when, ...changesOf(scope.clock) }
}

function translateFlag(key: string, experiment: Experiment | MalformedExperiment, translating: Translating): Flag {
  // Flags of that name steer CloudBees' SDKs and are not the application's.
  const audience = key.startsWith('rox.internal.') ? { audience: 'internal' as const } : {}
  if (isMalformed<MalformedExperiment>(experiment)) return { ...audience, ...single(malformedExpression) }
  const about = { ...audience, metadata: metadataOf(experiment) }
  const { condition } = experiment.deploymentConfiguration
  if (condition === '') return { ...about, ...single(codeDefault) }
  const scope = scopeOf(['experiments', key], translating)
  const parsed = parseOrReport(condition, scope)
  if ('problem' in parsed) return { ...about, ...single(malformedExpression) }
  const outcomes = createOutcomeTable()
  const decide = decisionOf(parsed, scope, outcomes)
  const failed = parsed.root.kind === 'call' ? { failed: outcomes.add(expressionFailed) } : {}
  return { ...about, outcomes: outcomes.outcomes, decide, ...failed, ...changesOf(scope.clock) }
}

/** A flag with one answer. */
function single(outcome: Outcome): Pick<Flag, 'outcomes' | 'decide'> {
  return { outcomes: [outcome], decide: 0 }
}

function metadataOf({ _id, name, labels }: Experiment): NonNullable<Flag['metadata']> {
  return {
    experimentId: _id,
    experimentName: name,
    ...(labels.length === 0 ? {} : { labels: labels.join(',') }),
  }
}
