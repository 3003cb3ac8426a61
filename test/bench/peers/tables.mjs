/** The tables of the documentation, from what was measured. */
import { cases } from './cases.mjs'
import { judged, rowOf } from './targets.mjs'

const floor = { name: 'floor', title: 'bare `node:http`' }

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function tookPart({ contenders, rows }) {
  const named = new Set(rows.filter(({ notRun }) => notRun === undefined).map(({ contender }) => contender))
  return [floor, ...contenders].filter(({ name }) => named.has(name))
}

/** Who took part, at what version, built how; and of the others why not. */
export function contendersTable({ contenders }) {
  const rows = contenders.map(({ title, version, build, notRun }) => [
    title,
    version,
    build,
    notRun === undefined ? 'run' : `not run: ${notRun}`,
  ])
  return table(['', 'version', 'from', ''], rows)
}

/** CPU of a request, median and spread, and how many times the bare server's. */
export function cpuTable(result) {
  const columns = tookPart(result)
  const cell = (name, caseName) => {
    const row = rowOf(result, caseName, name)
    if (row.notRun !== undefined) return ''
    const { median, min, max } = row.cpuMicroseconds
    const bare = rowOf(result, caseName, 'floor')
    const isClaimed = name !== 'floor' && row.isSteady && bare.isSteady
    const times = isClaimed ? `, ${(median / bare.cpuMicroseconds.median).toFixed(2)}x` : ''
    return `${median} (${min} to ${max})${times}`
  }
  const measured = cases.filter(({ name }) => result.rows.some((row) => row.case === name))
  const rows = measured.map(({ name, title }) => [
    `\`${name}\`: ${title}`,
    ...columns.map((one) => cell(one.name, name)),
  ])
  return table(['CPU µs of a request', ...columns.map(({ title }) => title)], rows)
}

/** Requests a second, latencies and memory. */
export function rateTable(result) {
  const titles = new Map([floor, ...result.contenders].map(({ name, title }) => [name, title]))
  const rows = result.rows.map((row) => {
    const who = [`\`${row.case}\``, titles.get(row.contender)]
    if (row.notRun !== undefined) return [...who, `not run: ${row.notRun.split('\n')[0]}`, '', '', '', '']
    const { requestsPerSecond: rate, p50Ms, p99Ms, rssBeforeMiB, rssAfterMiB, answerBytes } = row
    const spread = `${rate.median} (${rate.min} to ${rate.max})`
    return [...who, spread, `${p50Ms.median} / ${p99Ms.median}`, `${rssBeforeMiB} / ${rssAfterMiB}`, answerBytes]
  })
  return table(
    ['case', '', 'requests/s', 'p50 / p99 ms', 'MiB before / after', 'bytes'],
    rows.map((row) => row.slice(0, 6)),
  )
}

/** What has to be reached, and what was. */
export function targetsTable(result) {
  const words = new Map([
    [true, 'reached'],
    [false, '**not reached**'],
    [null, 'no ratio is claimed'],
  ])
  const rows = judged(result).map(({ what, limit, measured, isReached }) => [
    what,
    limit,
    measured,
    words.get(isReached),
  ])
  return table(['', 'to reach', 'measured', ''], rows)
}

/** For the first page: one answer of 50 flags, what it costs each. */
export function shortTable(result) {
  const ours = rowOf(result, 'bulk-50', 'switchyard')
  const rows = [floor, ...result.contenders].map(({ name, title, version }) => {
    const row = rowOf(result, 'bulk-50', name)
    if (row.notRun !== undefined) return [title, version ?? '', 'not run', '']
    const { median } = row.cpuMicroseconds
    const times =
      row.isSteady && ours.isSteady ? `${(median / ours.cpuMicroseconds.median).toFixed(2)}x` : 'too unsteady'
    return [title, version ?? '', median, times]
  })
  return table(['', 'version', 'CPU µs', "of Switchyard's"], rows)
}
