/** Plays rows one after the other, and writes the matrix into the README when all were played. */
import { readFileSync, writeFileSync } from 'node:fs'
import { playRow, type Result } from './row.js'
import { rows } from './rows.js'
import { matrixOf, withMatrix } from './table.js'

/**
 * @param only text that the row's identifier contains; empty: all rows are played, and the README is written
 * @returns whether no answer was wrong and every row came to its end
 */
export async function main(only: string): Promise<boolean> {
  const chosen = rows.filter(({ id }) => id.includes(only))
  if (chosen.length === 0) throw new RangeError(`--only ${only}: the rows are ${rows.map(({ id }) => id).join(', ')}`)
  const results = new Map<string, Result | string>()
  let isGood = true
  for (const row of chosen) {
    const missing = row.missing?.() ?? null
    if (missing !== null) {
      console.log(`${row.id}: skipped: ${missing}`)
      results.set(row.id, missing)
      continue
    }
    try {
      const result = await playRow(row)
      results.set(row.id, result)
      const { asked, failed, failures, wrong, freshAgainMs, said, note = '' } = result
      console.log(
        `${row.id}: ${wrong.length} wrong, ${failed} failed of ${asked}${failures && ` (${failures})`}, fresh again after ${Math.round(freshAgainMs)} ms, /status: ${said}${note && `; ${note}`}`,
      )
      for (const line of wrong.slice(0, 5)) console.log(`  ${line}`)
      if (wrong.length > 0) isGood = false
    } catch (error) {
      console.error(`${row.id}: did not come to its end; again: npm run chaos -- --only ${row.id}\n`, error)
      isGood = false
    }
  }
  if (only === '' && isGood) {
    writeFileSync('README.md', withMatrix(readFileSync('README.md', 'utf8'), matrixOf(rows, results)))
    console.log('README.md has the matrix')
  }
  return isGood
}
