// @ts-check
/** JSON text with one flag or one answer to a line: short enough to be carried along, and a change shows where it is. */

const expandedDepth = 4

/**
 * @param {unknown} value
 * @param {number} [depth]
 * @returns {string}
 */
export function layout(value, depth = 0) {
  if (typeof value !== 'object' || value === null || depth === expandedDepth) return JSON.stringify(value)
  const isList = Array.isArray(value)
  const items = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `${isList ? '' : `${JSON.stringify(name)}: `}${layout(member, depth + 1)}`)
  const [open, close] = isList ? '[]' : '{}'
  if (items.length === 0) return `${open}${close}`
  const indent = '\n' + ' '.repeat(depth + 1)
  return `${open}${indent}${items.join(`,${indent}`)}\n${' '.repeat(depth)}${close}`
}
