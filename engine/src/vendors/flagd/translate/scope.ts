/** Which data a part of a rule looks at. */

/**
 * Scopes are numbered from the outside: 0 is the context, n the element of the n-th list
 * operator around the rule.
 */
export interface RuleScope {
  /** How many list operators there are around the rule. */
  readonly depth: number
  /** The scope that the rule is evaluated in. */
  readonly own: number
  /**
   * Scopes whose values the daemon writes into the rule before evaluating it, in that order: the reason why an attribute of
   * the context hides one of the element.
   */
  readonly insertedFrom: readonly number[]
}

export const rootScope: RuleScope = { depth: 0, own: 0, insertedFrom: [] }

/** How deep list operators may stand in each other. */
export const maxListDepth = 4

/** The scope of the body of a list operator. */
export function bodyScope(operator: string, scope: RuleScope): RuleScope {
  const element = scope.depth + 1
  const inserted = insertedBy(operator, scope.own, element)
  return { depth: element, own: element, insertedFrom: [...new Set([...scope.insertedFrom, ...inserted])] }
}

function insertedBy(operator: string, outer: number, element: number): readonly number[] {
  switch (operator) {
    case 'filter':
    case 'none':
      return [outer]
    case 'some':
      return [outer, element]
    case 'all':
      return [element]
    default:
      return []
  }
}

/** The same place, but evaluated in another scope and with nothing inserted. */
export function inScope(own: number, { depth }: RuleScope): RuleScope {
  return { depth, own, insertedFrom: [] }
}

/** The dialect's way of naming the scope a rule is evaluated in: -1 the context, 0 the innermost element. */
export function relativeDepth({ depth, own }: RuleScope): number {
  return own === 0 ? -1 : depth - own
}

/** Whether `var` reads the context and nothing else. */
export function isRoot({ own, insertedFrom }: RuleScope): boolean {
  return own === 0 && insertedFrom.every((scope) => scope === 0)
}
