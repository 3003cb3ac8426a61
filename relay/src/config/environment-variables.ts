/** Reads settings from environment variables: `SWITCHYARD_SERVER__PORT` is `server.port`. */
import { closest } from './closest.js'
import type { Path, Problem } from './problem.js'
import { pathText } from './problem.js'
import { alternatives, rootNode, settingNames, type SchemaNode } from './schema-node.js'
import type { Setting } from './written.js'

const prefix = 'SWITCHYARD_'

/** Variables of ours that are not settings: the file's name, and where the project's own test suites find their data. */
const notSettings = new Set(['SWITCHYARD_CONFIG', 'SWITCHYARD_VECTORS'])

/**
 * What Kubernetes and container links tell every container about a service called `switchyard...`:
 * `SWITCHYARD_SERVICE_HOST`, `SWITCHYARD_PORT=tcp://...`, `SWITCHYARD_PORT_8080_TCP_ADDR`.
 */
const serviceVariable =
  /^SWITCHYARD(_[A-Z0-9]+)*_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_[A-Z]+)?)$/

/** @returns the variable that holds a setting: upper case words with `_`, levels with `__`, list items by number from 0 */
export function variableName(path: Path): string {
  return prefix + path.map(variablePart).join('__')
}

function variablePart(part: string | number): string {
  return String(part)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase()
}

/** Variables without a value count as not set. Names that are no setting are problems. */
export function readVariables(env: Readonly<Record<string, string | undefined>>): {
  readonly settings: readonly Setting[]
  readonly problems: readonly Problem[]
} {
  const settings: Setting[] = []
  const problems: Problem[] = []
  for (const [variable, text] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!variable.startsWith(prefix) || !text || notSettings.has(variable) || isOfService(variable, text)) continue
    const found = find(variable)
    const parent = settings.find((setting) => variable.startsWith(`${setting.variable}__`))
    if (!found.isKnown) problems.push(unknownVariable(variable, found))
    else if (parent) problems.push(contradiction(variable, found.path, parent.variable))
    else settings.push({ path: found.path, value: typed(text, found.node), variable })
  }
  return { settings, problems }
}

interface Found {
  readonly isKnown: boolean
  /** As far as the schema goes along. */
  readonly path: Path
  readonly node: SchemaNode
}

function find(variable: string): Found {
  const path: (string | number)[] = []
  let node = rootNode
  for (const part of variable.slice(prefix.length).split('__')) {
    const next = step(node, part)
    if (!next) return { isKnown: false, path, node }
    path.push(next.part)
    node = next.node
  }
  return { isKnown: true, path, node }
}

function step(
  node: SchemaNode,
  part: string,
): { readonly part: string | number; readonly node: SchemaNode } | undefined {
  for (const { properties = {}, additionalProperties, items } of alternatives(node, undefined)) {
    const name = Object.keys(properties).find((key) => variablePart(key) === part)
    if (name !== undefined) return { part: name, node: properties[name] ?? {} }
    if (additionalProperties && /^[A-Z0-9]+(_[A-Z0-9]+)*$/.test(part)) {
      return { part: part.toLowerCase().replaceAll('_', '-'), node: additionalProperties }
    }
    if (items && /^(0|[1-9]\d{0,3})$/.test(part)) return { part: Number(part), node: items }
  }
  return undefined
}

/** Numbers and booleans as the schema wants them; what is neither stays text, which the schema refuses. */
function typed(text: string, node: SchemaNode): unknown {
  const types = alternatives(node, undefined).map(({ type }) => type)
  if (types.includes('boolean') && /^(true|false)$/.test(text)) return text === 'true'
  if (types.includes('integer') && /^-?\d{1,15}$/.test(text)) return Number(text)
  return text
}

function isOfService(variable: string, text: string): boolean {
  return serviceVariable.test(variable) || (variable.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(text))
}

function unknownVariable(variable: string, { path, node }: Found): Problem {
  const level = path.length === 0 ? prefix : `${variableName(path)}__`
  const known = settingNames(node, undefined).map((name) => level + variablePart(name))
  const near = closest(variable, known) ?? closest(variable, allVariables)
  const expected = known.length > 0 ? `one of ${known.join(', ')}` : whatFollows(level, node)
  return {
    path: pathText(path),
    expected,
    received: variable,
    message: `${variable} is not a setting${near ? `; did you mean ${near}?` : `: expected ${expected}.`}`,
    source: 'env',
    name: variable,
  }
}

function whatFollows(level: string, node: SchemaNode): string {
  if (node.items) return `${level}0, ${level}1 and so on`
  if (node.additionalProperties) return `${level}<NAME> in capital letters, digits and single underscores`
  return `${level.slice(0, -2)} and nothing behind it`
}

function contradiction(variable: string, path: Path, parent: string): Problem {
  return {
    path: pathText(path),
    expected: `either ${parent} or ${variable}`,
    received: 'both',
    message: `${variable} and ${parent} set the same thing: remove one of them.`,
    source: 'env',
    name: variable,
  }
}

/** Those whose names hold nothing that users choose. */
const allVariables: readonly string[] = namesBelow(rootNode, [])

function namesBelow(node: SchemaNode, path: Path): string[] {
  const properties = Object.entries(node.properties ?? {})
  if (properties.length === 0) return path.length === 0 ? [] : [variableName(path)]
  return properties.flatMap(([name, child]) => namesBelow(child, [...path, name]))
}
