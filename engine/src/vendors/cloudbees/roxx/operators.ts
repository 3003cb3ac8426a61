/** The words of the language that take operands. */

export interface Signature {
  /** How many operands follow the word. */
  readonly arity: number
  readonly isBoolean: boolean
  /** Asks the context, the clock or a percentage. */
  readonly isDynamic: boolean
}

function signature(arity: number, is: { boolean?: true; dynamic?: true } = {}): Signature {
  return { arity, isBoolean: is.boolean === true, isDynamic: is.dynamic === true }
}

const comparison = signature(2, { boolean: true })

/** By name, case-sensitive. `numneq` is what one of CloudBees' SDKs calls `numne`. */
export const operators: ReadonlyMap<string, Signature> = new Map([
  ['isUndefined', signature(1, { boolean: true })],
  ['now', signature(0, { dynamic: true })],
  ['and', comparison],
  ['or', comparison],
  ['not', signature(1, { boolean: true })],
  ['ifThen', signature(3)],
  ['eq', comparison],
  ['ne', comparison],
  ['lt', comparison],
  ['lte', comparison],
  ['gt', comparison],
  ['gte', comparison],
  ['numeq', comparison],
  ['numne', comparison],
  ['numneq', comparison],
  ['semverEq', comparison],
  ['semverNe', comparison],
  ['semverLt', comparison],
  ['semverLte', comparison],
  ['semverGt', comparison],
  ['semverGte', comparison],
  ['match', signature(3, { boolean: true })],
  ['inArray', comparison],
  ['md5', signature(1)],
  ['concat', signature(2)],
  ['b64d', signature(1)],
  ['tsToNum', signature(1)],
  ['mergeSeed', signature(2)],
  ['isInPercentage', signature(2, { boolean: true, dynamic: true })],
  ['isInPercentageRange', signature(3, { boolean: true, dynamic: true })],
  ['property', signature(1, { dynamic: true })],
  ['isInTargetGroup', signature(1, { boolean: true, dynamic: true })],
  ['flagValue', signature(1, { dynamic: true })],
])

/** Whether the operator hashes its last operand to decide. */
export function isPercentage(operator: string): boolean {
  return operator === 'isInPercentage' || operator === 'isInPercentageRange'
}
