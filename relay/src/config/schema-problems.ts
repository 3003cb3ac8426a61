/** Says what the schema refuses in words for people. */
import type { z } from 'zod'
import { closest } from './closest.js'
import { variableName } from './environment-variables.js'
import { member } from './member.js'
import type { Path, Problem } from './problem.js'
import { pathText } from './problem.js'
import { expectation, holdsSecret, nodeAt, settingNames, type SchemaNode } from './schema-node.js'
import { originOf, type Written } from './written.js'

/** @param issue as the schema reports it; one that names several keys gives several problems */
export function problemsOf(issue: z.core.$ZodIssue, written: Written): Problem[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  const node = nodeAt(path, written.value)
  if (issue.code === 'invalid_key') return [wrongName(path, written)]
  // What looks like a key in a secret may be a secret itself.
  const isText = node?.isSecret || node?.isText
  if (issue.code === 'unrecognized_keys' && !isText) {
    return issue.keys.map((key) => unknownKey([...path, key], written))
  }
  const value = path.reduce<unknown>(member, written.value)
  return [value === undefined ? missing(path, written) : wrong(path, value, written)]
}

/** Writes a value for a message: short, and never a secret. */
function shown(value: unknown, node: SchemaNode | undefined): string {
  if (value === null) return 'nothing (null)'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return Object.keys(value).length > 0 ? 'a section of settings' : 'an empty section'
  if (!node || holdsSecret(node)) return typeof value === 'string' ? '***' : `a ${typeof value}`
  if (typeof value !== 'string') return JSON.stringify(value)
  const harmless = value.replace(/\/\/.*@/s, '//***@').replace(/\?.*$/s, '?***')
  return JSON.stringify(harmless.length > 60 ? `${harmless.slice(0, 60)}...` : harmless)
}

function unknownKey(path: Path, written: Written): Problem {
  const key = String(path.at(-1))
  const parent = path.slice(0, -1)
  const mapping = parent.reduce<unknown>(member, written.value)
  const names = settingNames(nodeAt(parent, written.value), mapping)
  const near = closest(key, names)
  const expected = `one of ${names.join(', ')}`
  const text = pathText(path)
  return {
    path: text,
    expected,
    received: key,
    message: `${text} is not a setting${near ? `; did you mean ${near}?` : `: expected ${expected}.`}`,
    ...originOf(written, path),
  }
}

function wrongName(path: Path, written: Written): Problem {
  const parent = path.slice(0, -1)
  const expected = expectation(nodeAt(parent, written.value)?.propertyNames)
  const received = JSON.stringify(path.at(-1))
  const message = `${pathText(parent)} may not have the name ${received}: expected ${expected}.`
  return { path: pathText(path), expected, received, message, ...originOf(written, path) }
}

function missing(path: Path, written: Written): Problem {
  const text = pathText(path)
  const node = nodeAt(path, written.value)
  const expected = expectation(node)
  const origin = originOf(written, path)
  const more = node?.properties || node?.additionalProperties ? '__...' : ''
  const hint = origin.source === 'file' ? '' : ` (${variableName(path)}${more})`
  const message = `${text} is missing${hint}: expected ${expected}.`
  return { path: text, expected, received: 'nothing', message, ...origin }
}

function wrong(path: Path, value: unknown, written: Written): Problem {
  const text = pathText(path)
  const node = nodeAt(path, written.value)
  const expected = expectation(node)
  const received = shown(value, node)
  const origin = originOf(written, path)
  const hint = origin.source === 'env' && node?.items ? ` (${variableName([...path, 0])} and so on)` : ''
  const message = `${text || 'The configuration'} must be ${expected}${hint}, not ${received}.`
  return { path: text, expected, received, message, ...origin }
}
