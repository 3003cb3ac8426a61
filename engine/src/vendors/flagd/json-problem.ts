/** Whether a value is JSON of a sane size, found out without recursion. */
import { isRecord } from '../../ruleset/json.js'

const maxDepth = 256
const maxNodes = 1_000_000

/** What keeps a parsed value from being JSON, null if nothing does. */
export function jsonProblem(input: unknown): string | null {
  const open: [value: unknown, depth: number][] = [[input, 0]]
  let nodes = 0
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const [value, depth] = entry
    nodes += 1
    if (depth > maxDepth) return `nested deeper than ${maxDepth}`
    if (nodes + open.length > maxNodes) return `more than ${maxNodes} values`
    if (Array.isArray(value) || isRecord(value)) {
      for (const child of Object.values(value) as unknown[]) open.push([child, depth + 1])
    } else if (!isJsonScalar(value)) {
      return `${typeof value === 'number' ? String(value) : typeof value} is not JSON`
    }
  }
  return null
}

function isJsonScalar(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}
