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
  const measured = cases.filter(({ name, kind }) => kind === undefined && result.rows.some((row) => row.case === name))
  const rows = measured.map(({ name, title }) => [
    `\`${name}\`: ${title}`,
    ...columns.map((one) => cell(one.name, name)),
  ])
  return table(['CPU µs of a request', ...columns.map(({ title }) => title)], rows)
}

/** The rows of that kind of case, each with its case and the title of who it is of. */
function rowsOf(result, kind) {
  const titles = new Map([floor, ...result.contenders].map(({ name, title }) => [name, title]))
  const named = new Set(cases.filter((one) => one.kind === kind).map(({ name }) => name))
  return result.rows
    .filter((row) => named.has(row.case))
    .map((row) => ({ row, who: [`\`${row.case}\``, titles.get(row.contender)] }))
}

function inWords({ median, min, max }) {
  return `${median} (${min} to ${max})`
}

/** Those cells, or why there are none. */
function cellsOf({ row, who }, width, cells) {
  const told = row.notRun === undefined ? cells() : [`not run: ${row.notRun.split('\n')[0]}`]
  return [...who, ...told, ...Array.from({ length: width }, () => '')].slice(0, width + who.length)
}

/** Latency at half of the highest rate of each; null where it was not measured. */
export function openTable(result) {
  const rows = rowsOf(result, 'open').map((each) =>
    cellsOf(each, 4, () => {
      const { rate, p50Ms, p99Ms, maxMs, isSteady } = each.row
      return [rate, inWords(p50Ms), inWords(p99Ms), isSteady ? maxMs.median : `${maxMs.median}, load too late`]
    }),
  )
  return rows.length === 0 ? null : table(['case', '', 'requests/s', 'p50 ms', 'p99 ms', 'most ms'], rows)
}

/** How soon a change is answered, and a server that was started; null where neither was measured. */
export function timesTable(result) {
  const rows = ['change', 'start'].flatMap((kind) =>
    rowsOf(result, kind).map((each) =>
      cellsOf(each, 3, () => {
        const { elapsedMs, heard, rssMiB } = each.row
        return [inWords(elapsedMs), heard ?? '', rssMiB === undefined ? '' : rssMiB.median]
      }),
    ),
  )
  return rows.length === 0 ? null : table(['case', '', 'ms', 'hears of it by', 'MiB then'], rows)
}

/** Changes to many streams; null where they were not measured. */
export function streamsTable(result) {
  const rows = rowsOf(result, 'streams').map((each) =>
    cellsOf(each, 6, () => {
      const { clients, firstMs, lastMs, sendingMs, kibibytes, heard } = each.row
      return [clients, inWords(firstMs), inWords(lastMs), inWords(sendingMs), kibibytes, heard ?? '']
    }),
  )
  const head = ['case', '', 'clients', 'ms to the first', 'to the last', 'between', 'KiB for each', 'hears of it by']
  return rows.length === 0 ? null : table(head, rows)
}

/** Requests a second, latencies and memory. */
export function rateTable(result) {
  const rows = rowsOf(result, undefined).map(({ row, who }) => {
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
