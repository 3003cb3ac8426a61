/** One entry of `featureFlags` becomes a checked flag. */
import {
  type Faults,
  readBoolean,
  readList,
  readNullableText,
  readOptionalBoolean,
  readOptionalList,
  readOptionalNumber,
  readText,
  readTexts,
  textOrEmpty,
} from '../../ruleset/entity-reader.js'
import { isRecord, own } from '../../ruleset/json.js'
import type { Condition, FeatBitFlag, Rollout, RolloutVariation, TargetRule, VariationType } from './document.js'

/** Reads a flag; what it returns is only good while `faults` has found nothing. */
export function readFlag(entry: object, key: string, faults: Faults): FeatBitFlag {
  return {
    id: textOrEmpty(entry, 'id'),
    envId: textOrEmpty(entry, 'envId'),
    name: textOrEmpty(entry, 'name'),
    description: textOrEmpty(entry, 'description'),
    key,
    variationType: readVariationType(entry, faults),
    variations: readList(entry, 'variations', faults, (variation, at) => ({
      id: readText(variation, 'id', at),
      name: textOrEmpty(variation, 'name'),
      value: readText(variation, 'value', at),
    })),
    targetUsers: readOptionalList(entry, 'targetUsers', faults, (target, at) => ({
      keyIds: readTexts(target, 'keyIds', at),
      variationId: textOrEmpty(target, 'variationId'),
    })),
    rules: readOptionalList(entry, 'rules', faults, readRule),
    isEnabled: readBoolean(entry, 'isEnabled', faults),
    disabledVariationId: textOrEmpty(entry, 'disabledVariationId'),
    fallthrough: readFallthrough(entry, faults),
    exptIncludeAllTargets: readOptionalBoolean(entry, 'exptIncludeAllTargets', faults),
    tags: readTexts(entry, 'tags', faults),
    updatedAt: readNullableText(entry, 'updatedAt', faults),
    isArchived: readOptionalBoolean(entry, 'isArchived', faults),
  }
}

/** A rule's or a segment rule's condition. */
export function readCondition(condition: object, faults: Faults): Condition {
  return {
    id: textOrEmpty(condition, 'id'),
    property: readNullableText(condition, 'property', faults) ?? '',
    op: readNullableText(condition, 'op', faults),
    value: readNullableText(condition, 'value', faults),
  }
}

/** The evaluation server takes null for text. */
function readVariationType(entry: object, faults: Faults): VariationType {
  const type = readNullableText(entry, 'variationType', faults) ?? 'string'
  if (type === 'boolean' || type === 'string' || type === 'number' || type === 'json') return type
  faults.at('variationType').add('boolean, string, number or json', type)
  return 'string'
}

function readRule(rule: object, faults: Faults): TargetRule {
  return {
    id: textOrEmpty(rule, 'id'),
    name: textOrEmpty(rule, 'name'),
    conditions: readList(rule, 'conditions', faults, readCondition),
    ...readRollout(rule, faults),
  }
}

function readFallthrough(entry: object, faults: Faults): Rollout {
  const fallthrough = own(entry, 'fallthrough')
  if (isRecord(fallthrough)) return readRollout(fallthrough, faults.at('fallthrough'))
  faults.at('fallthrough').add('an object', fallthrough)
  return { dispatchKey: null, includedInExpt: false, variations: [] }
}

function readRollout(owner: object, faults: Faults): Rollout {
  return {
    dispatchKey: readNullableText(owner, 'dispatchKey', faults),
    includedInExpt: readOptionalBoolean(owner, 'includedInExpt', faults),
    variations: readList(owner, 'variations', faults, readRolloutVariation),
  }
}

function readRolloutVariation(variation: object, faults: Faults): RolloutVariation {
  return {
    id: textOrEmpty(variation, 'id'),
    rollout: readInterval(variation, faults.at('rollout')),
    exptRollout: readOptionalNumber(variation, 'exptRollout', faults),
  }
}

function readInterval(variation: object, faults: Faults): readonly [number, number] {
  const interval = own(variation, 'rollout')
  if (Array.isArray(interval)) {
    const [from, to] = interval as unknown[]
    if (isFiniteNumber(from) && isFiniteNumber(to)) return [from, to]
  }
  faults.add('two finite numbers', interval)
  return [0, 0]
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value)
}
