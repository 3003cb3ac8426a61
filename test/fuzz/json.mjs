/** Helpers for trees of JSON. None of them recurses: trees may be as deep as a parser takes them. */

/** Freezes a tree, so that whoever changes what they were given is found out. */
export function freeze(root) {
  const open = [root]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) continue
    Object.freeze(value)
    for (const child of Object.values(value)) if (typeof child === 'object') open.push(child)
  }
  return root
}

/**
 * What keeps a value from being the JSON it claims to be, and would be lost on its way through a text.
 *
 * @returns {string | null}
 */
export function jsonProblem(root) {
  const open = [[root, '$', 0]]
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const [value, path, depth] = entry
    if (depth > 1_000) return `${path.slice(0, 40)}.. is nested deeper than 1,000`
    if (typeof value === 'object' && value !== null) {
      for (const [name, child] of Object.entries(value)) open.push([child, `${path}.${name}`, depth + 1])
    } else if (
      typeof value === 'number' ? !Number.isFinite(value) : !['string', 'boolean', 'object'].includes(typeof value)
    ) {
      return `${path} is ${String(value)}`
    }
  }
  return null
}
