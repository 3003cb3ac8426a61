import { describe, expect, it } from 'vitest'
import { textOf } from '../repository/files.js'
import { rows } from './rows.js'
import { matrixOf, readMatrix, withMatrix } from './table.js'

const [head, ...lines] = readMatrix(textOf('README.md'))

describe('the outage matrix in the README', () => {
  it('has a line for each row, in order', () => {
    expect(lines.map(([title]) => title)).toEqual(rows.map(({ title }) => title))
  })

  it.each(lines.map((line) => [line[0] ?? '', line] as const))('was played, and nothing was wrong: %s', (_, line) => {
    expect(line.length).toBe(head?.length)
    expect(line[2]).toMatch(/^(0|skipped: .+)$/)
  })

  it('explains every row', () => {
    const page = textOf('docs/outages.md')
    expect(rows.filter(({ id }) => !page.includes(`\`${id}\``)).map(({ id }) => id)).toEqual([])
  })

  it('is read as it is written', () => {
    const result = { asked: 9, failed: 1, wrong: ['x'], failures: '503 ×1', freshAgainMs: 1_230, said: 'stale' }
    const page = 'a\n<!-- outage matrix: written by npm run chaos -->\n<!-- end of the outage matrix -->\nb'
    const [, row] = readMatrix(withMatrix(page, matrixOf(rows.slice(0, 1), new Map([[rows[0]?.id ?? '', result]]))))
    expect(row).toEqual([rows[0]?.title, rows[0]?.means, '1', '1 of 9 (503 ×1)', '1.2 s', 'stale'])
  })
})
