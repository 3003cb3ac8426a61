import { describe, expect, it } from 'vitest'
import { playRow } from './row.js'
import { rows } from './rows.js'

describe('an outage gives no wrong answer', () => {
  it.each(rows.filter(({ isQuick }) => isQuick).map((row) => [row.title, row] as const))('%s', async (_, row) => {
    const { wrong, failed } = await playRow(row)
    expect(wrong).toEqual([])
    // Without any data there is nothing to answer with.
    if (row.id !== 'refused-without-snapshot') expect(failed).toBe(0)
  })
})
