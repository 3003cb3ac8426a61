/**
 * A change on its way to many clients of event streams: when the first and when the last of them has it, and what each costs in memory.
 * The server has one core; its clients, in processes of 10,000 each, the other, and addresses of their own, so that no two run out of
 * ports.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { spread } from './figures.mjs'
import { answered, stop, told } from '../processes.mjs'
import { residentMebibytes } from './proc.mjs'
import { startServer } from './server.mjs'
import { cores } from './wrk.mjs'

const program = fileURLToPath(new URL('../stream-clients.mjs', import.meta.url))
const perProcess = 10_000
/** Files that a server has open besides its clients. */
const spareFiles = 300
/** For opening so many that a busy machine opens only hundreds in a second. */
const openingDeadlineMs = 180_000

/**
 * @param {object[]} contenders those without `stream` do not take part
 * @returns {Promise<object[]>} a row for each
 */
export async function measureStreams(contenders, { case: { name: caseName, size, clients: wanted }, rounds }) {
  const { hard } = process.report.getReport().userLimits.open_files
  const clients = hard === 'unlimited' ? wanted : Math.min(wanted, Number(hard) - spareFiles)
  const rows = []
  for (const contender of contenders) {
    if (contender.stream === undefined) continue
    const who = { case: caseName, contender: contender.name }
    const row = await rowOf(contender, { size, clients, rounds }).catch(({ message }) => ({
      notRun: message.split('\n')[0],
    }))
    rows.push({ ...who, ...row })
  }
  return rows
}

async function rowOf(contender, { size, clients, rounds }) {
  const { stream } = contender
  const command = [contender.command, stream.more].filter(Boolean).join(' ')
  const server = await startServer({ ...contender, command, env: { ...contender.env, ...stream.env } }, size)
  const crowd = crowdOf(clients)
  try {
    const before = residentMebibytes(server.pid)
    const port = Number(server.places[stream.port ?? 'port'])
    const { text, until, news } = stream
    const opened = crowd.map(({ child, count }, index) => {
      const order = { order: 'open', port, request: text, until, news, count, address: `127.0.0.${index + 2}` }
      return told(child, order, openingDeadlineMs)
    })
    await Promise.all(opened)
    const kibibytes = ((residentMebibytes(server.pid) - before) * 1_024) / clients
    const times = { first: [], last: [] }
    for (let round = 0; round <= rounds; round += 1) {
      const { firstMs, lastMs } = await untilAllHaveIt(crowd, port, () =>
        server.change(round % 2 === 0 ? 'blue' : 'red'),
      )
      if (round === 0) continue
      times.first.push(firstMs)
      times.last.push(lastMs)
    }
    return {
      clients,
      heard: stream.heard ?? contender.heard,
      kibibytes: Math.round(kibibytes * 10) / 10,
      firstMs: spread(times.first),
      lastMs: spread(times.last),
    }
  } finally {
    for (const { child } of crowd) await stop(child)
    await server.close()
  }
}

function crowdOf(clients) {
  return Array.from({ length: Math.ceil(clients / perProcess) }, (_, index) => {
    const count = Math.min(perProcess, clients - index * perProcess)
    const child = spawn('taskset', ['-c', cores.load, process.execPath, program], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    return { child, count }
  })
}

async function untilAllHaveIt(crowd, port, change) {
  await Promise.all(crowd.map(({ child }) => told(child, { order: 'arm', port })))
  const all = Promise.all(crowd.map(({ child }) => answered(child)))
  const startNs = process.hrtime.bigint()
  await change()
  const ends = await all
  const milliseconds = (ns) => Number(BigInt(ns) - startNs) / 1e6
  return {
    firstMs: Math.min(...ends.map(({ firstNs }) => milliseconds(firstNs))),
    lastMs: Math.max(...ends.map(({ atNs }) => milliseconds(atNs))),
  }
}
