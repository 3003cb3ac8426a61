/**
 * What was measured, a file a day: `test/bench/results/<date>.json`. Each command of the benchmarks writes its own part of it, and the
 * documentation is written from the newest of each part.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('results', import.meta.url))

/** When and where a measurement is made: of what commit, on what machine, and what else that had to do. */
export function circumstances() {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const machine = {
    processor: cpus()[0].model,
    cores: cpus().length,
    system: `Linux ${release().split('-')[0]}`,
    node: process.version,
  }
  return { date: new Date().toISOString(), commit, machine }
}

/**
 * Writes a part of today's file; the other parts stay.
 *
 * @param {'peers' | 'ratios'} part
 * @returns {string} the file
 */
export function record(part, content) {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${content.date.slice(0, 10)}.json`)
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  writeFileSync(file, `${JSON.stringify({ ...known, [part]: content }, null, 2)}\n`)
  return file
}

/** The newest of that part, or null where there is none. */
export function newest(part) {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  for (const name of files.toSorted().toReversed()) {
    const content = JSON.parse(readFileSync(join(folder, name), 'utf8'))[part]
    if (content !== undefined) return { ...content, file: `test/bench/results/${name}` }
  }
  return null
}
