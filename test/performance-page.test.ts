/** The tables of measurements are those of the newest results: nobody writes a number by hand. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

describe('what was measured', () => {
  it.each(['docs/performance.md', 'README.md'])('stands in %s as the newest results have it', (page) => {
    const written = execFileSync(process.execPath, [`${root}test/bench/report.mjs`, '--print', page], {
      encoding: 'utf8',
    })
    expect(readFileSync(`${root}${page}`, 'utf8')).toBe(written)
  })
})
