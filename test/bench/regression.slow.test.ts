/**
 * A request costs no more than it did, measured in processor time beside a bare node:http server in the same run: never a time of its
 * own. How far below the limits it has to get is for `npm run bench`; these are beyond what other work on the machine adds.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'

interface Row {
  readonly what: string
  readonly ratio: number
}

const program = fileURLToPath(new URL('gate.mjs', import.meta.url))
let rows: readonly Row[]

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program])
  rows = JSON.parse(stdout) as readonly Row[]
})

describe('beside a bare server', () => {
  it.each([
    { what: 'one flag of 50, unique users', limit: 2 },
    { what: 'bulk of 50 flags, unique users', limit: 3 },
    { what: 'bulk that has not changed (304)', limit: 2.3 },
  ])('$what costs at most $limit times as much processor time', ({ what, limit }) => {
    const row = rows.find((one) => one.what.startsWith(what))
    expect(row?.ratio).toBeGreaterThan(0)
    expect(row?.ratio).toBeLessThan(limit)
  })
})
