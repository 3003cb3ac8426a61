/** Reads of the clock: `now()` in milliseconds, and the property `rox.now`. */
import type { Expr } from '../../../ruleset/types.js'
import { numberOf } from '../dialect/comparison.js'
import { type Call, isCall, type Node } from '../roxx/syntax.js'
import type { ExpressionScope } from './scope.js'

/** The property that is the clock. */
export const clockProperty = 'rox.now'

/** The evaluation's clock, epoch milliseconds, unless the context brings its own. */
export function clockMs({ clock }: ExpressionScope): Expr {
  clock.isContinuous = true
  return ['first', ['cloudbees.instant', ['attr', clockProperty]], ['now']]
}

/**
 * A numeric comparison. One of the clock with a constant turns at a known instant, and what it reads of the clock counts for
 * nothing else.
 */
export function clockComparison(
  { args }: Call,
  scope: ExpressionScope,
  translate: (scope: ExpressionScope) => Expr,
): Expr {
  const [a, b] = args as [Node, Node]
  const turn = turnOf(a, b) ?? turnOf(b, a)
  if (turn === null) return translate(scope)
  for (const ms of turn) scope.clock.turns.add(ms)
  return translate({ ...scope, clock: { turns: new Set(), isContinuous: false } })
}

/** The clock's ticks at which a comparison with a constant may turn: when it gets there, and when it gets past it. */
function turnOf(clock: Node, limit: Node): readonly [number, number] | null {
  const unitMs = clockUnit(clock)
  const number = limit.kind === 'literal' ? numberOf(limit.value) : null
  if (unitMs === null || number === null) return null
  const tick = Math.floor(number)
  return [tick * unitMs, (tick + 1) * unitMs]
}

/** How many milliseconds apart the values of this reading of the clock are; null for anything else. */
function clockUnit(node: Node): number | null {
  if (isCall(node, 'now')) return 1
  const operand = isCall(node, 'tsToNum') ? node.args[0] : undefined
  const name = isCall(operand, 'property') ? operand.args[0] : undefined
  return name?.kind === 'literal' && name.value === clockProperty ? 1_000 : null
}
