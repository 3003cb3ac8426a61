/**
 * `node test/bench/report.mjs`: writes what was measured last into docs/performance.md and README.md, between their marks.
 * `--print <page>` shows a page as it would be.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import {
  contendersTable,
  cpuTable,
  openTable,
  rateTable,
  shortTable,
  streamsTable,
  targetsTable,
  timesTable,
} from './peers/tables.mjs'
import { newest } from './results.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** By page and mark, what stands there. */
const parts = {
  'docs/performance.md': { peers: peersPart },
  'README.md': { performance: shortPart },
}

function peersPart(result) {
  const tables = [contendersTable, targetsTable, cpuTable, rateTable, openTable, timesTable, streamsTable]
  return [measuredAt(result), ...tables.map((table) => table(result))].filter((part) => part !== null).join('\n\n')
}

function shortPart(result) {
  return shortTable(result)
}

function measuredAt({ date, commit, machine, load, settings, file }) {
  const { seconds, rounds, connections } = settings
  return `Measured on ${date.slice(0, 10)} at commit ${commit}, with Node ${machine.node.slice(1)} on ${machine.cores} cores of ${machine.processor}, ${machine.system}; ${rounds} rounds of ${seconds} s over ${connections} connections. Other work was on the machine: its load average was ${load.before} when the run began and ${load.after} when it ended. All figures: [${file}](../${file}).`
}

/**
 * A page with its parts written anew.
 *
 * @param {string} page its path from the root
 */
async function written(page) {
  const path = `${root}${page}`
  const measured = newest('peers')
  let text = readFileSync(path, 'utf8')
  for (const [mark, part] of Object.entries(parts[page])) {
    const [begin, end] = [`<!-- measured: ${mark} -->`, `<!-- end of ${mark} -->`]
    const [from, to] = [text.indexOf(begin), text.indexOf(end)]
    if (from < 0 || to < from) throw new Error(`${page} has no ${begin} … ${end}`)
    text = `${text.slice(0, from + begin.length)}\n\n${measured === null ? 'Nothing has been measured yet.' : part(measured)}\n\n${text.slice(to)}`
  }
  return format(text, { ...(await resolveConfig(path)), filepath: path })
}

const [option, page] = process.argv.slice(2)
if (option === '--print') process.stdout.write(await written(page))
else for (const each of Object.keys(parts)) writeFileSync(`${root}${each}`, await written(each))
