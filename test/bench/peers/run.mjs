/**
 * `npm run bench:peers`: the relay beside its peers and beside a bare server, in one run on one machine. Writes
 * its part of `test/bench/results/<date>.json`. Options: `--cases a,b`, `--peers a,b`, `--skip a,b` for
 * peers that are to be told as not run, `--seconds n` of a round, `--rounds n`, `--out file`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { circumstances, record } from '../results.mjs'
import { cases, flagsOf } from './cases.mjs'
import { peers, switchyard, withGivenCommand } from './contenders.mjs'
import { startFloor } from './floor.mjs'
import { install } from './install.mjs'
import { measureCase } from './measure-case.mjs'
import { measureChange, measureStart } from './measure-change.mjs'
import { measureOpen } from './measure-open.mjs'
import { measureStreams } from './measure-streams.mjs'
import { loadAverage } from './proc.mjs'
import { ask } from './requests.mjs'
import { startServer } from './server.mjs'

const connections = 8

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string' },
    peers: { type: 'string' },
    skip: { type: 'string', default: '' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
})
const chosen = (list, option) => list.filter(({ name }) => option === undefined || option.split(',').includes(name))
const settings = { rounds: Number(options.rounds), seconds: Number(options.seconds), connections }

/** All cases of one size with the servers that this size needs. */
async function measureSize(size, contenders, folder) {
  const servers = []
  const rows = []
  try {
    for (const contender of contenders) {
      const server = await startServer(contender, size).catch(({ message }) => ({
        name: contender.name,
        notRun: message,
      }))
      servers.push({ ...server, contender })
    }
    for (const one of casesOf(size)) {
      const measured = await measureOne(one, servers, folder)
      measured.forEach(printRow)
      rows.push(...measured)
    }
  } finally {
    for (const server of servers) await server.close?.()
  }
  return rows
}

function casesOf(size) {
  return chosen(cases, options.cases).filter((found) => found.size === size)
}

/** How each kind of case is measured: of those that are there, some have a bare server beside them. */
const measures = {
  open: withFloor(measureOpen),
  change: measureChange,
  start: measureStart,
  streams: (servers, given) =>
    measureStreams(
      servers.map(({ contender }) => contender),
      given,
    ),
}

async function measureOne(one, servers, folder) {
  const taking = servers.filter(({ contender }) => contender.cases[one.call] !== undefined)
  const up = taking.filter(({ notRun }) => notRun === undefined)
  const measure = measures[one.kind] ?? withFloor(measureCase)
  const measured = await measure(up, { ...settings, case: one, flags: flagsOf(one), folder })
  const down = taking.filter(({ notRun }) => notRun !== undefined)
  return [...measured, ...down.map(({ name, notRun }) => ({ case: one.name, contender: name, notRun }))]
}

/** Measures servers and, first of all, the bare one that sends what the first of them does. */
function withFloor(measure) {
  return async (servers, given) => {
    const participants = []
    for (const server of servers) participants.push(await participantOf(server, given.case))
    const floor = await startFloor(participants[0], given.case, given.folder)
    try {
      return await measure([floor, ...participants], given)
    } finally {
      await floor.close()
    }
  }
}

/** The request of the case for that server. */
async function participantOf({ name, port, pid, contender }, { call, flag }) {
  const { request, values, keys } = contender.cases[call]
  const argument = call === 'notModified' ? await validatorOf(port, contender) : flag
  return { name, port, pid, values, keys, request: typeof request === 'function' ? request(argument) : request }
}

async function validatorOf(port, { cases: { bulk } }) {
  const answer = await ask(port, bulk.request, 0)
  await answer.arrayBuffer()
  return answer.headers.get('etag')
}

function printRow({ case: name, contender, ...row }) {
  console.log(`${name.padEnd(22)} ${contender.padEnd(22)} ${inWords(row)}`)
}

function inWords(row) {
  const { notRun, cpuMicroseconds: cpu, requestsPerSecond, rate, p50Ms, p99Ms, elapsedMs, clients } = row
  if (notRun !== undefined) return `not run: ${notRun.split('\n')[0]}`
  if (cpu !== undefined)
    return `${cpu.median} us CPU (${cpu.min}-${cpu.max}), ${requestsPerSecond.median}/s, p99 ${p99Ms.median} ms`
  if (rate !== undefined) return `at ${rate}/s: p50 ${p50Ms.median} ms, p99 ${p99Ms.median} ms`
  if (clients === undefined) return `${elapsedMs.median} ms (${elapsedMs.min}-${elapsedMs.max})`
  return `${clients} clients: first ${row.firstMs.median} ms, last ${row.lastMs.median} ms, between ${row.sendingMs.median} ms, ${row.kibibytes} KiB each`
}

function skipped({ name }) {
  return options.skip.split(',').includes(name) ? 'left out of this run' : null
}

/** Everybody who takes part, and for each of the others why not. */
function present() {
  const wanted = chosen(peers, options.peers).map((peer) => withGivenCommand(peer))
  const told = wanted.map((peer) => ({ peer, reason: skipped(peer) ?? install(peer) }))
  const contenders = [switchyard, ...told.filter(({ reason }) => reason === null).map(({ peer }) => peer)]
  const facts = ({ name, title, version, build }, reason) => ({
    name,
    title,
    version,
    build,
    ...(reason && { notRun: reason }),
  })
  return { contenders, described: [facts(switchyard), ...told.map(({ peer, reason }) => facts(peer, reason))] }
}

const { contenders, described } = present()
for (const { name, notRun } of described) if (notRun !== undefined) console.log(`${name}: not run: ${notRun}`)
const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'))
const loadBefore = loadAverage()
const rows = []
try {
  for (const size of new Set(chosen(cases, options.cases).map((one) => one.size))) {
    rows.push(...(await measureSize(size, contenders, folder)))
  }
} finally {
  rmSync(folder, { recursive: true })
}
const load = { before: loadBefore, after: loadAverage() }
const result = { ...circumstances(), load, settings, contenders: described, rows }
if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(result, null, 2)}\n`)
else if (options.peers === undefined) console.log(`written to ${record('peers', result)}`)
else console.log('not kept, because not all peers were asked for: `--out` names a file')
