/** Expressions as they are written, in the shape of those that were evaluated: so that both are told in the same words. */
import type { Dialect } from '../ruleset/dialect.js'
import { isRecord } from '../ruleset/json.js'
import type { Json, Ruleset } from '../ruleset/types.js'
import type { ArgumentTrace, ExprTrace } from './explanation.js'

/** The core operators' arguments that are written in the rule and not evaluated; from that position on. */
const coreStatics: ReadonlyMap<string, number> = new Map([
  ['attr', 0],
  ['has', 0],
  ['path', 0],
  ['segment', 0],
  ['flag', 0],
  ['fail', 0],
  ['matches', 1],
])

/** Reads expressions of one ruleset; a segment's own condition comes with its first mention, as in an explanation. */
export class WrittenExpressions {
  readonly #ruleset: Ruleset
  readonly #dialects: ReadonlyMap<string, Dialect>
  readonly #told = new Set<string>()

  constructor(ruleset: Ruleset, dialects: ReadonlyMap<string, Dialect>) {
    this.#ruleset = ruleset
    this.#dialects = dialects
  }

  read(expr: Json): ExprTrace {
    if (!Array.isArray(expr)) return { value: isRecord(expr) ? ((expr as { const?: Json }).const ?? null) : expr }
    const [operator, ...args] = expr as unknown as readonly [string, ...Json[]]
    const read = args.map((argument, position) => this.#argument(operator, argument, position))
    return { operator, arguments: read, ...(operator === 'segment' ? this.#segment(args[0]) : {}) }
  }

  #argument(operator: string, argument: Json, position: number): ArgumentTrace {
    return this.#isStatic(operator, argument, position) ? { static: argument } : this.read(argument)
  }

  #isStatic(operator: string, argument: Json, position: number): boolean {
    // A list of the ruleset; one that stands in the rule itself is a constant.
    if (operator === 'in') return position === 1 && Array.isArray(argument)
    const dot = operator.indexOf('.')
    if (dot < 0) return position >= (coreStatics.get(operator) ?? Infinity)
    const parameters = this.#dialects.get(operator.slice(0, dot))?.operators.get(operator.slice(dot + 1))?.parameters
    // Of an operator that this engine does not know everything is shown as it is.
    if (parameters === undefined) return true
    return (parameters[position] ?? parameters.at(-1))?.startsWith('static') === true
  }

  #segment(id: Json | undefined): { readonly segment?: { readonly name?: string; readonly when?: ExprTrace } } {
    const { segments = {} } = this.#ruleset
    const segment = typeof id === 'string' && Object.hasOwn(segments, id) ? segments[id] : undefined
    if (segment === undefined || typeof id !== 'string') return {}
    const name = segment.name === undefined ? {} : { name: segment.name }
    if (this.#told.has(id)) return { segment: name }
    this.#told.add(id)
    return { segment: { ...name, when: this.read(segment.when) } }
  }
}
