/** The rows of what is to be told to the relay: bounded in number, so that a relay that is away costs no memory. */

/** One row of a batch, as the relay reads it. */
export interface UsageRow {
  readonly flag: string
  /** Empty where the answer had none. */
  readonly variant: string
  readonly reason: string
  readonly count: number
}

export interface UsageRows {
  add(row: UsageRow): void
  /** Takes all of them out. A count that is larger than the relay reads leaves the rest of it for the next time. */
  take(): UsageRow[]
}

/** In place of what is not told apart; the relay names what it does not know the same. */
export const other = 'other'

/** What comes beyond is counted together. */
const maxRows = 2_000
/** The largest count that the relay reads. */
const maxCount = 2 ** 31 - 1

/** Creates a table without rows. */
export function createUsageRows(limit: number = maxRows): UsageRows {
  let rows = new Map<string, UsageRow & { count: number }>()

  const add = (row: UsageRow): void => {
    const { flag, variant, reason, count } = row
    const id = JSON.stringify([flag, variant, reason])
    const known = rows.get(id)
    if (known !== undefined) known.count += count
    // The overflow's own rows, one for each reason, are the only ones beyond the limit.
    else if (rows.size < limit || flag === other) rows.set(id, { ...row })
    else add({ ...row, flag: other, variant: other })
  }
  return {
    add,
    take() {
      const taken = [...rows.values()]
      rows = new Map()
      for (const row of taken) if (row.count > maxCount) add({ ...row, count: row.count - maxCount })
      return taken.map((row) => ({ ...row, count: Math.min(row.count, maxCount) }))
    },
  }
}
