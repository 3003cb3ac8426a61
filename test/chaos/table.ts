/** The outage matrix as pages show it. */
import type { Result, Row } from './row.js'

export const pagesWithMatrix = ['README.md', 'docs/outages.md']

const begin = '<!-- outage matrix: written by npm run chaos -->'
const end = '<!-- end of the outage matrix -->'

const head = [
  'outage',
  'how it is made',
  'wrong answers',
  'failed requests',
  'fresh again after',
  'what `/status` said',
]

/** @param results a result for each row, or why there is none */
export function matrixOf(rows: readonly Row[], results: ReadonlyMap<string, Result | string>): string {
  const lines = rows.map((row) => {
    const result = results.get(row.id) ?? 'not played'
    return [row.title, row.means, ...(typeof result === 'string' ? [result, '', '', ''] : cells(result))]
  })
  const all = [head, head.map(() => '---'), ...lines]
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)))
  const padded = (line: readonly string[]): string =>
    `| ${line.map((cell, at) => (cell === '---' ? '-' : cell).padEnd(widths[at] ?? 0, cell === '---' ? '-' : ' ')).join(' | ')} |`
  return all.map(padded).join('\n')
}

function cells({ wrong, failed, asked, failures, freshAgainMs, said }: Result): string[] {
  const failing = failed === 0 ? `0 of ${asked}` : `${failed} of ${asked} (${failures})`
  return [String(wrong.length), failing, `${(freshAgainMs / 1_000).toFixed(1)} s`, said]
}

/** The cells of the matrix in a page, its head first; empty where there is none. */
export function readMatrix(page: string): string[][] {
  const [, after = ''] = page.split(begin)
  const [inside = ''] = after.split(end)
  const lines = inside.split('\n').filter((line) => line.startsWith('|'))
  return lines
    .filter((_, at) => at !== 1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

/** @returns the page with another matrix between its marks */
export function withMatrix(page: string, matrix: string): string {
  const [before, after] = page.split(begin)
  const rest = after?.split(end)[1]
  if (before === undefined || rest === undefined) throw new TypeError(`the page has no lines ${begin} and ${end}`)
  return `${before}${begin}\n\n${matrix}\n\n${end}${rest}`
}
