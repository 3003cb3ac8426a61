/** A document becomes a ruleset with the semantics of FeatBit's evaluation server. */
import { createDiagnosticSink } from '../../ruleset/diagnostic.js'
import { fromEntries } from '../../ruleset/json.js'
import { createOutcomeTable } from '../../ruleset/outcome-table.js'
import type { Decision, Expr, Flag, JsonObject, List, Rule, Ruleset, Segment } from '../../ruleset/types.js'
import type { Translation } from '../../ruleset/vendor.js'
import { ruleCondition, segmentRuleCondition, type TranslationScope } from './condition.js'
import {
  type FeatBitDocument,
  type FeatBitFlag,
  type FeatBitSegment,
  isMalformed,
  type MalformedFlag,
  type MalformedSegment,
} from './document.js'
import { archivedFlag, keyMissing, malformedFlag, readValue, valueTypes } from './outcome.js'
import { type FlagScope, rolloutDecision, variationDecision, variationsById } from './rollout.js'
import { documentVersion } from './updated-at.js'

export interface FeatBitOptions {
  /**
   * What becomes of a condition on an attribute that the user does not have: it is compared with empty text, as the evaluation
   * server does (the default), or it never matches, not even a negative one, as FeatBit's written specification wants.
   */
  readonly missingAttributes?: 'empty-string' | 'no-match'
}

/** Longer lists of texts are kept beside the flags. */
const maxInlineItems = 200
/** More targeted users than this, and each of the lists is asked by itself. */
const maxSwitchCases = 1_000

export function translate(document: FeatBitDocument, options: FeatBitOptions = {}): Translation {
  const sink = createDiagnosticSink()
  const lists = new Map<string, List>()
  const scope: TranslationScope = {
    segmentIds: new Set(document.segments.map(({ id }) => id)),
    missingAttributes: options.missingAttributes ?? 'empty-string',
    sink,
    membersOf(items, path) {
      if (items.length <= maxInlineItems) return { const: items }
      const id = pointerOf(path)
      lists.set(id, { items })
      return ['list', id]
    },
  }
  const segments = document.segments.map((segment) => [segment.id, translateSegment(segment, scope)] as const)
  const flags = document.featureFlags.map((flag) => [flag.key, translateFlag(flag, scope)] as const)
  const ruleset: Ruleset = {
    ruleset: 1,
    dialects: ['featbit'],
    info: infoOf(document),
    flags: fromEntries(flags),
    segments: fromEntries(segments),
    ...(lists.size === 0 ? {} : { lists: fromEntries(lists) }),
  }
  return { ruleset, diagnostics: sink.diagnostics }
}

/** A name for what stands at a path that no other path has: a JSON Pointer. */
function pointerOf(path: readonly string[]): string {
  return path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function infoOf(document: FeatBitDocument): JsonObject {
  const sound = [...document.featureFlags, ...document.segments].find(
    (entity): entity is FeatBitFlag | FeatBitSegment => !isMalformed(entity),
  )
  const environmentId = sound?.envId ?? ''
  return {
    vendor: 'featbit',
    ...(environmentId === '' ? {} : { environmentId }),
    version: documentVersion(document),
  }
}

/** Excluded users win over included ones, those over rules. Archived segments go on matching, as on the evaluation server. */
function translateSegment(segment: FeatBitSegment | MalformedSegment, scope: TranslationScope): Segment {
  if (isMalformed(segment)) return { when: ['fail', 'malformed segment'] }
  const path = ['segments', segment.id]
  const isIn = (items: readonly string[], list: string): Expr[] =>
    items.length === 0 ? [] : [['in', ['key'], scope.membersOf(items, [...path, list])]]
  const rules = segment.rules.map(({ conditions }, index) =>
    segmentRuleCondition(conditions, [...path, 'rules', String(index)], scope),
  )
  const belongs: Expr = ['or', ...isIn(segment.included, 'included'), ...rules]
  const [excluded] = isIn(segment.excluded, 'excluded')
  const when: Expr = excluded === undefined ? belongs : ['and', ['not', excluded], belongs]
  return segment.name === '' ? { when } : { name: segment.name, when }
}

function translateFlag(flag: FeatBitFlag | MalformedFlag, scope: TranslationScope): Flag {
  if (isMalformed(flag)) return { outcomes: [malformedFlag], decide: 0 }
  reportUnreadableValues(flag, scope)
  const table = createOutcomeTable()
  const decide = flagDecision({ ...scope, flag, variations: variationsById(flag), table })
  return {
    type: valueTypes[flag.variationType],
    ...(flag.updatedAt === null ? {} : { metadata: { updatedAt: flag.updatedAt } }),
    outcomes: table.outcomes,
    decide,
  }
}

function reportUnreadableValues({ key, variations, variationType }: FeatBitFlag, { sink }: TranslationScope): void {
  for (const [index, { value }] of variations.entries()) {
    if (readValue(value, variationType) !== undefined) continue
    const path = ['featureFlags', key, 'variations', String(index), 'value']
    sink.error('INVALID_VALUE', path, `the text is not a ${variationType}: whoever is served it gets an error`)
  }
}

/** In FeatBit's order: archived, off, targeted users, rules, the default rule. */
function flagDecision(scope: FlagScope): Decision {
  const { flag, table } = scope
  const path = ['featureFlags', flag.key]
  if (flag.isArchived) return table.add(archivedFlag)
  if (!flag.isEnabled) {
    const served = { match: { reason: 'DISABLED', matchReason: 'flag disabled' }, sendToExperiment: false } as const
    return variationDecision(flag.disabledVariationId, served, [...path, 'disabledVariationId'], scope)
  }
  const withoutKey: Rule = { name: 'guard', when: ['featbit.blank', ['key']], then: table.add(keyMissing) }
  return { rules: [withoutKey], else: targetsFirst(rulesFirst(path, scope), path, scope) }
}

/** A user in two lists gets the first one's variation. */
function targetsFirst(otherwise: Decision, path: readonly string[], scope: FlagScope): Decision {
  const { flag } = scope
  const match = { reason: 'TARGETING_MATCH', matchReason: 'targeted' } as const
  const served = { match, sendToExperiment: flag.exptIncludeAllTargets }
  const targets = flag.targetUsers.flatMap(({ keyIds, variationId }, index) => {
    const at = [...path, 'targetUsers', String(index)]
    if (keyIds.length === 0) return []
    return [{ keyIds, then: variationDecision(variationId, served, [...at, 'variationId'], scope), at }]
  })
  if (targets.length === 0) return otherwise
  const userCount = targets.reduce((sum, { keyIds }) => sum + keyIds.length, 0)
  if (userCount <= maxSwitchCases) {
    return { switch: ['key'], cases: targets.map(({ keyIds, then }) => [keyIds, then]), else: otherwise }
  }
  const rules = targets.map(({ keyIds, then, at }): Rule => {
    return { when: ['in', ['key'], scope.membersOf(keyIds, [...at, 'keyIds'])], then }
  })
  return { rules, else: otherwise }
}

function rulesFirst(path: readonly string[], scope: FlagScope): Decision {
  const { flag } = scope
  const rules = flag.rules.map((rule, index): Rule => {
    const at = [...path, 'rules', String(index)]
    const match = { reason: 'TARGETING_MATCH', matchReason: rule.name, ruleName: rule.name } as const
    const when = ruleCondition(rule.conditions, at, scope)
    return { when, then: rolloutDecision(rule, match, at, scope), name: rule.name }
  })
  const match = { reason: 'DEFAULT', matchReason: 'default' } as const
  const otherwise = rolloutDecision(flag.fallthrough, match, [...path, 'fallthrough'], scope)
  return rules.length === 0 ? otherwise : { rules, else: otherwise }
}
