/** What a condition looks at: a trait, or what a JSONPath query finds. */
import type { DiagnosticSink } from '../../ruleset/diagnostic.js'
import type { Expr } from '../../ruleset/types.js'
import type { FlagsmithEnvironment } from './document.js'
import { memberNames, parseJsonPath } from './json-path-parser.js'

/**
 * The expression that finds a condition's value. Whatever it looks like, a trait of exactly that name comes first, as in the
 * vendor's engine; a query that is none is the name of a trait.
 */
export function propertyExpression(
  property: string,
  environment: FlagsmithEnvironment,
  sink: DiagnosticSink,
  path: readonly string[],
): Expr {
  const trait: Expr = ['flagsmith.trait', property]
  if (!property.startsWith('$.')) return trait
  const parsed = parseJsonPath(property)
  if (parsed === 'invalid') return trait
  const names = parsed === 'filter' ? null : memberNames(parsed.steps)
  if (parsed === 'filter' || names?.[0] === 'features' || names?.[0] === 'segments') {
    sink.warning(
      'UNSUPPORTED_FEATURE',
      path,
      `"${property}" finds nothing here: only environment and identity are searched`,
    )
    return trait
  }
  return ['first', trait, queryExpression(property, names, environment)]
}

/** The usual queries become what they find; only the others search the context as a whole. */
function queryExpression(query: string, names: readonly string[] | null, environment: FlagsmithEnvironment): Expr {
  const [root, member, trait] = names ?? []
  if (root === 'environment' && names?.length === 2) {
    if (member === 'name') return environment.name
    if (member === 'key') return environment.key
  }
  if (root === 'identity' && names?.length === 2) {
    if (member === 'identifier') return ['key']
    if (member === 'key') return ['flagsmith.identityKey', environment.key]
  }
  if (root === 'identity' && member === 'traits' && trait !== undefined && names?.length === 3) {
    return ['flagsmith.scalar', ['flagsmith.trait', trait]]
  }
  return ['flagsmith.jsonPath', query, { key: environment.key, name: environment.name }]
}
