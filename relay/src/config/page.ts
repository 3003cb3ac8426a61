/** Writes `docs/configuration.md`: the rules in words, and every setting from the schema. */
import { variableName } from './environment-variables.js'
import { introduction, keysText } from './page-text.js'
import type { Path } from './problem.js'
import { pathText } from './problem.js'
import { expectation, rootNode, type SchemaNode } from './schema-node.js'

/** @returns the whole page, Markdown */
export function configurationPage(): string {
  const { environments, ...sections } = rootNode.properties ?? {}
  const { upstream, ...settings } = (environments?.additionalProperties || {}).properties ?? {}
  const path = ['environments', '<name>']
  const parts = [
    introduction,
    ...Object.entries(sections).map(([name, section]) => `### ${name}\n\n${table(rowsAt(section, [name]))}`),
    `### environments\n\n${keysText}\n\n${table(rowsOf({ properties: settings }, path))}`,
    ...(upstream?.oneOf ?? []).map((kind) => upstreamPart(kind, [...path, 'upstream'])),
  ]
  return `${parts.join('\n\n')}\n`
}

function upstreamPart(kind: SchemaNode, path: Path): string {
  const { type } = kind.properties ?? {}
  return `### upstream: ${type?.const ?? ''}\n\n${table(rowsOf(kind, path))}`
}

/** One line of a table. */
interface Row {
  readonly path: Path
  readonly node: SchemaNode
  readonly isRequired: boolean
}

/** Of a section of settings, or of a setting that stands by itself. */
function rowsAt(node: SchemaNode, path: Path): Row[] {
  return node.properties ? rowsOf(node, path) : [{ path, node, isRequired: false }]
}

function rowsOf({ properties = {}, required = [] }: SchemaNode, path: Path): Row[] {
  return Object.entries(properties).flatMap(([name, node]) => {
    const below = [...path, name]
    return node.properties ? rowsOf(node, below) : [{ path: below, node, isRequired: required.includes(name) }]
  })
}

function table(rows: readonly Row[]): string {
  const head = ['Setting', 'Variable', 'Value', 'Default', 'Meaning']
  const lines = [head, head.map(() => '---'), ...rows.map(cellsOf)]
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
}

function cellsOf({ path, node, isRequired }: Row): string[] {
  const [setting, variable, value] = namesAndValue(path, node)
  const fallback = isRequired ? '**required**' : defaultText(node.default)
  return [`\`${pathText(setting)}\``, `\`${variableName(variable)}\``, value, fallback, node.description ?? '']
}

/** Of a list or of what users name, one member is shown. */
function namesAndValue(path: Path, node: SchemaNode): [setting: Path, variable: Path, value: string] {
  if (node.items) return [path, [...path, 0], `a list; each ${expectation(node.items)}`]
  if (!node.additionalProperties) return [path, path, expectation(node)]
  const named = [...path, '<name>']
  return [named, named, expectation(node.additionalProperties)]
}

function defaultText(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0))
    return 'none'
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}
