/** The configuration's JSON Schema, as the tree in which paths are looked up. */
import { z } from 'zod'
import type { OptionMeta } from '../vendors/option-types.js'
import { member } from './member.js'
import type { Path } from './problem.js'
import { configurationSchema } from './schema.js'

/** The parts of JSON Schema that the configuration uses, with what the schema knows besides. */
export interface SchemaNode extends OptionMeta {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean'
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  /** Of what users name: the schema of each. */
  readonly additionalProperties?: SchemaNode | false
  readonly propertyNames?: SchemaNode
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  /** Told apart by `type`. */
  readonly oneOf?: readonly SchemaNode[]
  readonly enum?: readonly string[]
  readonly const?: string
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
}

/** Of the whole configuration, as it is written. */
export const rootNode: SchemaNode = z.toJSONSchema(configurationSchema, {
  io: 'input',
  target: 'draft-7',
}) as SchemaNode

/**
 * @param value what is written at the node; decides between alternatives
 * @returns the node of a member, undefined where the schema knows none
 */
export function childNode(node: SchemaNode, part: string | number, value: unknown): SchemaNode | undefined {
  const found = alternatives(node, value)
    .map((alternative) => ownChild(alternative, part))
    .filter((child) => child !== undefined)
  const types = found.flatMap((child) => child.const ?? [])
  return types.length > 1 ? { enum: types } : found[0]
}

/** @returns the node that a path leads to, undefined where the schema knows none */
export function nodeAt(path: Path, value: unknown): SchemaNode | undefined {
  let node: SchemaNode | undefined = rootNode
  let reached = value
  for (const part of path) {
    node = node && childNode(node, part, reached)
    reached = member(reached, part)
  }
  return node
}

/** The shapes that a node may have, only the right one where `value` says its `type`. */
export function alternatives(node: SchemaNode, value: unknown): readonly SchemaNode[] {
  const all = node.oneOf ?? node.anyOf
  if (!all) return [node]
  const type = member(value, 'type')
  const chosen = all.filter((alternative) => alternative.properties?.['type']?.const === type)
  const shapes = type !== undefined && chosen.length > 0 ? chosen : all
  return shapes.flatMap((shape) => alternatives(shape, value))
}

/** @returns the names that may stand in a mapping */
export function settingNames(node: SchemaNode | undefined, value: unknown): readonly string[] {
  if (!node) return []
  return [...new Set(alternatives(node, value).flatMap((alternative) => Object.keys(alternative.properties ?? {})))]
}

/** @returns what a node's value must be, in words that complete "must be ..." */
export function expectation(node: SchemaNode | undefined): string {
  if (!node) return 'a setting'
  if (node.expects !== undefined) return node.expects
  if (node.const !== undefined) return node.const
  if (node.enum) return `one of ${node.enum.join(', ')}`
  switch (node.type) {
    case 'integer':
      return `a whole number from ${node.minimum} to ${node.maximum}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return 'a list'
    case 'string':
      return 'text'
    default:
      return 'a section of settings'
  }
}

/** @returns whether a secret may stand at the node or below it; a certificate counts, as a private key may stand there by mistake */
export function holdsSecret(node: SchemaNode): boolean {
  if (node.isSecret || node.isText) return true
  const below = [...(node.oneOf ?? node.anyOf ?? []), ...Object.values(node.properties ?? {})]
  if (node.items) below.push(node.items)
  if (node.additionalProperties) below.push(node.additionalProperties)
  return below.some(holdsSecret)
}

function ownChild(node: SchemaNode, part: string | number): SchemaNode | undefined {
  if (typeof part === 'number') return node.items
  const { properties = {} } = node
  if (Object.hasOwn(properties, part)) return properties[part]
  return node.additionalProperties || undefined
}
