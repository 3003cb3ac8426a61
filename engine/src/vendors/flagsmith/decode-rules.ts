/** Reads the rules of a segment, of either kind of document. */
import type { DiagnosticSink } from '../../ruleset/diagnostic.js'
import { isRecord, own } from '../../ruleset/json.js'
import type { Json } from '../../ruleset/types.js'
import type { Condition, Rule, RuleType, Segment } from './document.js'
import { print } from './python-values.js'

/** Deeper rules would not fit into a ruleset's expression (128 levels). */
const maxDepth = 32

/** Name of the member that holds a condition's property. */
export type PropertyMember = 'property_' | 'property'

export const documentConditions: PropertyMember = 'property_'
export const contextConditions: PropertyMember = 'property'

/** Reads rules; a segment with a malformed one matches nobody, and says why. */
export function decodeRules(
  input: unknown,
  path: readonly string[],
  sink: DiagnosticSink,
  propertyMember: PropertyMember,
): Pick<Segment, 'rules' | 'problem'> {
  try {
    return { rules: listOf(input, 'rules').map((rule) => decodeRule(rule, propertyMember, 1)), problem: null }
  } catch (error) {
    if (!(error instanceof MalformedRule)) throw error
    sink.error('INVALID_SEGMENT', path, `the segment matches nobody: ${error.message}`)
    return { rules: [], problem: error.message }
  }
}

/** Thrown while reading a segment's rules, caught there. */
class MalformedRule extends Error {}

function decodeRule(input: unknown, propertyMember: PropertyMember, depth: number): Rule {
  if (depth > maxDepth) throw new MalformedRule(`rules are nested deeper than ${maxDepth}`)
  if (!isRecord(input)) throw new MalformedRule('a rule must be an object')
  const type = own(input, 'type')
  if (!isRuleType(type)) throw new MalformedRule("a rule's type must be ALL, ANY or NONE")
  return {
    type,
    conditions: listOf(own(input, 'conditions'), 'conditions').map((item) => decodeCondition(item, propertyMember)),
    rules: listOf(own(input, 'rules'), 'rules').map((rule) => decodeRule(rule, propertyMember, depth + 1)),
  }
}

function isRuleType(type: unknown): type is RuleType {
  return type === 'ALL' || type === 'ANY' || type === 'NONE'
}

function listOf(input: unknown, name: string): readonly unknown[] {
  if (input == null) return []
  if (!Array.isArray(input)) throw new MalformedRule(`${name} must be a list`)
  return input
}

function decodeCondition(input: unknown, propertyMember: PropertyMember): Condition {
  const operator = isRecord(input) ? own(input, 'operator') : undefined
  const property = isRecord(input) ? (own(input, propertyMember) ?? '') : undefined
  if (!isRecord(input) || typeof operator !== 'string' || typeof property !== 'string') {
    throw new MalformedRule(`a condition must have an operator and a ${propertyMember} that are text`)
  }
  return { operator, property, value: decodeValue(own(input, 'value') ?? null) }
}

/** Values are text, even numbers; what is not is read as the text Python prints for it. */
function decodeValue(input: unknown): Condition['value'] {
  if (Array.isArray(input)) return (input as readonly Json[]).map(printed)
  return input === null || typeof input === 'string' ? input : printed(input as Json)
}

function printed(value: Json): string {
  return typeof value === 'string' ? value : (print(value) ?? 'None')
}
