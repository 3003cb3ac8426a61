/** What an expression refers to by name: properties, target groups, other flags. */
import type { Expr } from '../../../ruleset/types.js'
import { branchesOf, isCall, type Node } from '../roxx/syntax.js'
import { clockMs, clockProperty } from './clock.js'
import type { ExpressionScope } from './scope.js'

type Translate = (node: Node, scope: ExpressionScope) => Expr

/** The property whose value percentages hash unless another one was chosen. */
const distinctId = 'rox.distinct_id'

export function property(name: Node, scope: ExpressionScope, translate: Translate): Expr {
  if (name.kind === 'literal') return typeof name.value === 'string' ? propertyNamed(name.value, scope) : null
  scope.clock.isContinuous = true
  const datetimes = [...scope.datetimeAttributes]
  return ['cloudbees.property', scope.stickinessAttribute, datetimes, translate(name, scope)]
}

function propertyNamed(name: string, scope: ExpressionScope): Expr {
  if (name === clockProperty) return ['cloudbees.datetime', clockMs(scope)]
  if (scope.datetimeAttributes.has(name)) return ['cloudbees.datetime', ['cloudbees.instant', ['attr', name]]]
  const attribute: Expr = ['cloudbees.value', ['attr', name]]
  if (name !== distinctId) return attribute
  const { stickinessAttribute } = scope
  return [
    'first',
    attribute,
    stickinessAttribute === null ? ['key'] : ['cloudbees.value', ['attr', stickinessAttribute]],
  ]
}

/** Nobody is in a group that does not exist. */
export function targetGroup(name: Node, scope: ExpressionScope, translate: Translate): Expr {
  return byName(name, { scope, translate, otherwise: false }, (id) => {
    if (scope.groupIds.has(id)) return ['segment', id]
    scope.report('warning', 'UNKNOWN_REFERENCE', `there is no target group ${JSON.stringify(id)}: nobody is in it`)
    return false
  })
}

/** The text of a flag that does not exist is `false`, as that of one whose answer is the code default. */
export function flagValue(name: Node, scope: ExpressionScope, translate: Translate): Expr {
  return byName(name, { scope, translate, otherwise: 'false' }, (key) => {
    if (scope.flagKeys.has(key)) return ['cloudbees.flagText', ['flag', key, 'value']]
    scope.report('warning', 'UNKNOWN_REFERENCE', `there is no flag ${JSON.stringify(key)}: its value is "false"`)
    return 'false'
  })
}

interface NameScope {
  readonly scope: ExpressionScope
  readonly translate: Translate
  /** Of what is not a name. */
  readonly otherwise: Expr
}

/**
 * What a name stands for, where it is written out or chosen among names that are. Any other one fails: a ruleset has to say
 * what its flags depend on.
 */
function byName(name: Node, names: NameScope, reference: (name: string) => Expr): Expr {
  const { scope, translate, otherwise } = names
  if (isCall(name, 'ifThen')) {
    const { branches, otherwise: last } = branchesOf(name)
    const chosen = branches.flatMap(({ condition, value }): Expr[] => {
      return [translate(condition, scope), byName(value, names, reference)]
    })
    return ['if', ...chosen, byName(last, names, reference)]
  }
  if (name.kind !== 'call') {
    return name.kind === 'literal' && typeof name.value === 'string' ? reference(name.value) : otherwise
  }
  scope.report('error', 'UNSUPPORTED_FEATURE', 'a computed name of a target group or flag: the expression fails there')
  return ['fail', 'computed name']
}
