/** What an expression may read of another flag's answer (rule X7). */
import { isRecord, member } from '../ruleset/json.js'
import type { Json, ValueType } from '../ruleset/types.js'
import type { EvaluatedOutcome } from './snapshot.js'

/**
 * The reader of one field; what is absent reads as null.
 *
 * @param field `value`, `variant`, `reason`, `errorCode`, `as.<type>`, `metadata.<key>` or `native.<key>`
 * @returns null when there is no such field
 */
export function flagField(field: string): ((outcome: EvaluatedOutcome) => Json) | null {
  switch (field) {
    case 'value':
      return (outcome) => outcome.value ?? null
    case 'variant':
      return (outcome) => outcome.variant ?? null
    case 'reason':
      return (outcome) => outcome.reason
    case 'errorCode':
      return (outcome) => outcome.errorCode ?? null
    default:
      return memberField(field)
  }
}

function memberField(field: string): ((outcome: EvaluatedOutcome) => Json) | null {
  const dot = field.indexOf('.')
  const name = field.slice(dot + 1)
  switch (field.slice(0, dot)) {
    case 'as':
      return (outcome) => outcome.as?.[name as ValueType] ?? null
    case 'metadata':
      return (outcome) => member(outcome.serverMetadata, name)
    case 'native':
      return (outcome) => (isRecord(outcome.native) ? member(outcome.native, name) : null)
    default:
      return null
  }
}
