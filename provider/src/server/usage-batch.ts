/** Batches: rows under a name, as they are sent to the relay, however often that takes. */
import type { UsageRow } from './usage-rows.js'

export interface UsageBatch {
  readonly rows: readonly UsageRow[]
  /** JSON. It is sent again as it is: under the same name, with the same counts. */
  readonly body: string
}

/** In characters; the relay takes four times as much. */
const maxBatchLength = 65_536

/**
 * Makes batches of rows.
 *
 * @param newName a name that nobody else gives
 */
export function toBatches(rows: readonly UsageRow[], newName: () => string): UsageBatch[] {
  const batches: UsageBatch[] = []
  let from = 0
  let length = 0
  for (const [index, row] of rows.entries()) {
    const rowLength = JSON.stringify(row).length
    if (index > from && length + rowLength > maxBatchLength) {
      batches.push(batchOf(rows.slice(from, index), newName))
      from = index
      length = 0
    }
    length += rowLength
  }
  if (from < rows.length) batches.push(batchOf(rows.slice(from), newName))
  return batches
}

/** Two batches of one that was too long; none of a single row, which cannot be told then. */
export function halve({ rows }: UsageBatch, newName: () => string): UsageBatch[] {
  if (rows.length < 2) return []
  const middle = rows.length >> 1
  return [rows.slice(0, middle), rows.slice(middle)].map((half) => batchOf(half, newName))
}

function batchOf(rows: readonly UsageRow[], newName: () => string): UsageBatch {
  return { rows, body: JSON.stringify({ batch: newName(), evaluations: rows }) }
}
