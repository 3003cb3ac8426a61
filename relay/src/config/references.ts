/** Puts secrets in place and makes paths usable: `${VARIABLE}`, `{ fromFile: path }`, paths beside the configuration file. */
import { dirname, isAbsolute, join } from 'node:path'
import { member } from './member.js'
import type { ConfigurationWarning, Path, Problem } from './problem.js'
import { pathText } from './problem.js'
import { childNode, expectation, rootNode, type SchemaNode } from './schema-node.js'
import { originOf, type Written } from './written.js'

/** What references may read. */
export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** UTF-8; rejects when the file cannot be read. */
  readonly readFile: (path: string) => Promise<string>
}

/** A reference that cannot be resolved stays as it is and is a problem. */
export interface ResolvedReferences {
  readonly written: Written
  readonly problems: readonly Problem[]
  readonly warnings: readonly ConfigurationWarning[]
}

/** Never rejects. */
export async function resolveReferences(written: Written, sources: ReferenceSources): Promise<ResolvedReferences> {
  const resolver: Resolver = { ...sources, written, problems: [], warnings: [] }
  const value = await resolve(resolver, written.value, { path: [], node: rootNode })
  return { written: { ...written, value }, problems: resolver.problems, warnings: resolver.warnings }
}

interface Resolver extends ReferenceSources {
  readonly written: Written
  readonly problems: Problem[]
  readonly warnings: ConfigurationWarning[]
}

interface Place {
  readonly path: Path
  readonly node: SchemaNode
}

async function resolve(resolver: Resolver, value: unknown, place: Place): Promise<unknown> {
  const { path, node } = place
  if ((node.isSecret || node.isText) && !isKeyWithDate(value)) return resolveText(resolver, value, place)
  if (typeof value === 'string') {
    if (value.includes('${')) resolver.warnings.push(notReplaced(path))
    return node.isPath ? besideFile(resolver, value, path) : value
  }
  if (typeof value !== 'object' || value === null) return value
  const members: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  const resolved: [string | number, unknown][] = []
  for (const [part, item] of members) {
    const child = childNode(node, part, value)
    resolved.push([part, child ? await resolve(resolver, item, { path: [...path, part], node: child }) : item])
  }
  return Array.isArray(value) ? resolved.map(([, item]) => item) : Object.fromEntries(resolved)
}

/** Its key and its date are texts, and it is none. */
function isKeyWithDate(value: unknown): boolean {
  return member(value, 'key') !== undefined
}

async function resolveText(resolver: Resolver, value: unknown, place: Place): Promise<unknown> {
  if (typeof value === 'string') return withVariables(resolver, value, place)
  const named = member(value, 'fromFile')
  if (typeof named !== 'string' || Object.keys(value as object).length > 1) return value
  const file = besideFile(resolver, named, [...place.path, 'fromFile'])
  try {
    const text = (await resolver.readFile(file)).replace(/\r?\n$/, '')
    if (text !== '') return text
    refuse(resolver, place, 'an empty file', `the file ${file} is empty`)
  } catch (error) {
    const failure = readFailure(error)
    refuse(resolver, place, `a file that ${failure}`, `the file ${file} ${failure}`)
  }
  return value
}

/** Replaces `${NAME}`; `$${` stands for `${` itself. */
function withVariables(resolver: Resolver, text: string, place: Place): string {
  return text.replaceAll(/\$(\$?)\{([^}]*)(\}?)/g, (reference, escape: string, name: string, end: string) => {
    if (escape) return reference.slice(1)
    if (!end) {
      refuse(resolver, place, '${ without }', 'a ${ has no }; $${ stands for ${ itself')
      return reference
    }
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      refuse(resolver, place, '${...} around something else', 'there is no name of a variable between ${ and }')
      return reference
    }
    const value = resolver.env[name]
    if (value) return value
    const state = value === undefined ? 'is not set' : 'is empty'
    refuse(resolver, place, `\${${name}}, which ${state}`, `the environment variable ${name} ${state}`)
    return reference
  })
}

/** A path in a file counts from that file, one in a variable from the working directory. */
function besideFile({ written }: Resolver, file: string, path: Path): string {
  const { source, name } = originOf(written, path)
  return source === 'file' && name !== undefined && !isAbsolute(file) ? join(dirname(name), file) : file
}

/** @returns why a file could not be read, to complete "the file ..." */
export function readFailure(error: unknown): string {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOENT':
      return 'does not exist'
    case 'EACCES':
    case 'EPERM':
      return 'may not be read'
    case 'EISDIR':
      return 'is a directory'
    default:
      return 'cannot be read'
  }
}

function refuse({ written, problems }: Resolver, { path, node }: Place, received: string, reason: string): void {
  const text = pathText(path)
  const message = `${text} has no value: ${reason}.`
  problems.push({ path: text, expected: expectation(node), received, message, ...originOf(written, path) })
}

function notReplaced(path: Path): ConfigurationWarning {
  const text = pathText(path)
  return { path: text, message: `${text} contains \${...}, which is replaced in secrets only.` }
}
