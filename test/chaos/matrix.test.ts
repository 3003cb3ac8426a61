import { describe, expect, it } from 'vitest'
import { textOf } from '../repository/files.js'
import { brokenPromises } from './row.js'
import { rows } from './rows.js'
import { matrixOf, pagesWithMatrix, readMatrix, withMatrix } from './table.js'

/** What the matrix has to show: an outage by the beginning of its rows' titles. */
const promised = [
  'upstream refused at start, with a snapshot',
  'upstream refused at start, without a snapshot',
  'lost while serving',
  'slow drip',
  'truncated',
  'wrong type',
  '401',
  '403',
  '404',
  '429 with Retry-After',
  '500 storm',
  'redirect loop',
  'TLS failure',
  'half-open stream',
  'clock jump',
  'disk full',
  'disk read-only',
  'snapshot bit-flip',
  'Redis killed',
  'Redis partitioned',
  'leader killed',
  'rolling restart',
  'document without flags',
  "another environment's document",
  'no outage: a change over three relays',
]

const outages = textOf('docs/outages.md')

describe.each(pagesWithMatrix)('the outage matrix in %s', (page) => {
  const [head, ...lines] = readMatrix(textOf(page))

  it('has a line for each row, in order', () => {
    expect(lines.map(([title]) => title)).toEqual(rows.map(({ title }) => title))
  })

  it('has every outage that is promised', () => {
    const shown = promised.filter((outage) => lines.some(([title]) => title?.startsWith(outage)))
    expect(shown).toEqual(promised)
  })

  it.each(rows)('shows that nothing was wrong: $title', (row) => {
    const line = lines.find(([title]) => title === row.title) ?? []
    expect(line.length).toBe(head?.length)
    const [, means, wrong = '', failed = '', freshAgain, said] = line
    expect(means).toBe(row.means)
    if (row.missing !== undefined && wrong.startsWith('skipped: ')) return
    expect(wrong).toBe('0')
    const [, count = '', asked = '', failures = ''] = /^(\d+) of (\d+)(?: \((.+)\))?$/.exec(failed) ?? []
    expect(Number(asked)).toBeGreaterThan(50)
    expect(freshAgain).toMatch(/^\d+\.\d s$/)
    const result = {
      asked: Number(asked),
      failed: Number(count),
      wrong: [],
      failures,
      freshAgainMs: 0,
      said: said ?? '',
    }
    expect(brokenPromises(row, result)).toEqual([])
  })
})

describe('the page about outages', () => {
  it('explains every row', () => {
    expect(rows.filter(({ id }) => !outages.includes(`\`${id}\``)).map(({ id }) => id)).toEqual([])
  })
})

describe('the table', () => {
  it('is read as it is written', () => {
    const result = { asked: 9, failed: 1, wrong: ['x'], failures: '503 ×1', freshAgainMs: 1_230, said: 'stale' }
    const page = 'a\n<!-- outage matrix: written by npm run chaos -->\n<!-- end of the outage matrix -->\nb'
    const [, row] = readMatrix(withMatrix(page, matrixOf(rows.slice(0, 1), new Map([[rows[0]?.id ?? '', result]]))))
    expect(row).toEqual([rows[0]?.title, rows[0]?.means, '1', '1 of 9 (503 ×1)', '1.2 s', 'stale'])
  })

  it.each([
    ['a wrong answer', { wrong: ['plain: {}'] }, 'wrong: plain: {}'],
    ['a failed request', { failed: 1, failures: '500 ×1' }, 'failed: 500 ×1'],
    ['another status', { said: 'fresh' }, '/status said: fresh'],
    ['nobody who asks', { asked: 0 }, 'nobody asked'],
  ])('is refused for %s', (_, change, reason) => {
    const good = { asked: 9, failed: 0, wrong: [], failures: '', freshAgainMs: 1, said: 'stale' }
    const row = { says: /^stale$/ }
    expect(brokenPromises(row, good)).toEqual([])
    const broken = brokenPromises(row, { ...good, ...change })
    expect(broken).toHaveLength(1)
    expect(broken[0]).toContain(reason)
  })
})
