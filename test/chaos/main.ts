/** Plays rows one after the other, and writes the matrix when all were played. */
import { readFileSync, writeFileSync } from 'node:fs'
import { brokenPromises, playRow, type Result, type Row } from './row.js'
import { rows } from './rows.js'
import { matrixOf, pagesWithMatrix, withMatrix } from './table.js'

/**
 * @param only text that the row's identifier contains; empty: all rows are played, and the matrix is written, whatever is in it
 * @returns whether no answer was wrong, and every row came to its end as it promises
 */
export async function main(only: string): Promise<boolean> {
  const chosen = rows.filter(({ id }) => id.includes(only))
  if (chosen.length === 0) throw new RangeError(`--only ${only}: the rows are ${rows.map(({ id }) => id).join(', ')}`)
  const results = new Map<string, Result | string>()
  let isGood = true
  for (const row of chosen) {
    const { result, isAsPromised } = await playAloud(row)
    results.set(row.id, result)
    isGood &&= isAsPromised
  }
  if (only === '') {
    const matrix = matrixOf(rows, results)
    for (const page of pagesWithMatrix) writeFileSync(page, withMatrix(readFileSync(page, 'utf8'), matrix))
    console.log(`${pagesWithMatrix.join(' and ')} have the matrix`)
  }
  return isGood
}

async function playAloud(row: Row): Promise<{ readonly result: Result | string; readonly isAsPromised: boolean }> {
  const missing = row.missing?.() ?? null
  if (missing !== null) {
    console.log(`${row.id}: skipped: ${missing}`)
    return { result: `skipped: ${missing}`, isAsPromised: true }
  }
  try {
    const result = await playRow(row)
    console.log(`${row.id}: ${inOneLine(result)}`)
    const broken = brokenPromises(row, result)
    for (const line of broken.slice(0, 5)) console.log(`  ${line}`)
    return { result, isAsPromised: broken.length === 0 }
  } catch (error) {
    console.error(`${row.id}: did not come to its end; again: npm run chaos -- --only ${row.id}\n`, error)
    return { result: 'did not come to its end', isAsPromised: false }
  }
}

function inOneLine({ asked, failed, failures, wrong, freshAgainMs, said, note }: Result): string {
  return [
    `${wrong.length} wrong`,
    `${failed} failed of ${asked}${failures && ` (${failures})`}`,
    `fresh again after ${Math.round(freshAgainMs)} ms`,
    `/status: ${said}`,
    ...(note === undefined ? [] : [note]),
  ].join('; ')
}
