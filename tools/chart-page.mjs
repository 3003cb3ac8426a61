// @ts-check
/** The chart's README: what a person wrote, and the values with their defaults and comments. */
import { isMap, isScalar, parseDocument } from 'yaml'

/**
 * @typedef {import('yaml').Pair<import('yaml').Scalar<string>, import('yaml').Node | null>} Pair
 * @typedef {{ path: string, value: string, meaning: string }} Row
 */

/**
 * @param {string} introduction Markdown
 * @param {string} values the text of values.yaml
 * @returns {string} the whole page
 */
export function chartPage(introduction, values) {
  const { contents } = parseDocument(values)
  if (!isMap(contents)) throw new TypeError('values.yaml is no map')
  const rows = rowsOf(contents, '')
  const lines = rows.map(({ path, value, meaning }) => `| \`${path}\` | ${code(value)} | ${cell(meaning)} |`)
  return `${introduction.trimEnd()}\n\n## Values\n\n| Value | Default | Meaning |\n| --- | --- | --- |\n${lines.join('\n')}\n`
}

/**
 * A map that is described as a whole is one row; otherwise each of its members is.
 *
 * @param {import('yaml').YAMLMap} map
 * @param {string} prefix
 * @returns {Row[]}
 */
function rowsOf(map, prefix) {
  return map.items.flatMap((item, index) => {
    const { key, value } = /** @type {Pair} */ (item)
    // The comment before the first member belongs to the map.
    const before = index === 0 ? (prefix === '' ? null : map.commentBefore) : key.commentBefore
    const meaning = descriptionIn(before ?? key.commentBefore ?? '')
    const path = prefix + key.value
    if (meaning === '' && isMap(value) && value.items.length > 0) return rowsOf(value, `${path}.`)
    return [{ path, value: JSON.stringify(isScalar(value) ? value.value : value?.toJSON()), meaning }]
  })
}

/** @param {string} comment the lines before a key, without `#` */
function descriptionIn(comment) {
  const at = comment.lastIndexOf(' -- ')
  return at === -1
    ? ''
    : comment
        .slice(at + 4)
        .replaceAll(/\s*\n\s*/g, ' ')
        .trim()
}

/** @param {string} value JSON */
function code(value) {
  return value === '""' || value === '[]' || value === '{}' ? 'empty' : `\`${cell(value)}\``
}

/** @param {string} value */
function cell(value) {
  return value.replaceAll('|', '\\|')
}
