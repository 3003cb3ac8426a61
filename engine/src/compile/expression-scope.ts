/** What is passed around while expressions are compiled. */
import type { Dialect, Host, Operand } from '../ruleset/dialect.js'
import type { Json } from '../ruleset/types.js'
import type { References } from './references.js'
import type { Slots } from './slots.js'

/** An expression ready to run; `constant` is there when its value is known already. */
export interface CompiledExpression {
  readonly operand: Operand
  readonly constant?: { readonly value: Json }
}

/** What compiling one flag or segment needs, and what it finds out. */
export interface ExpressionScope {
  readonly dialects: ReadonlyMap<string, Dialect>
  readonly host: Host
  readonly slots: Slots
  readonly references: References
}

/** An expression whose value is known already. */
export function constantOf(value: Json): CompiledExpression {
  return { operand: () => value, constant: { value } }
}
