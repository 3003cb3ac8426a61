/**
 * A change on its way to many clients of event streams: when the first and when the last of them has it, and what each costs in memory.
 * The server has one core; its clients, in processes of 10,000 each, the other, and addresses of their own, so that no two run out of
 * ports.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { answered, printed, stop, told } from '../processes.mjs'
import { spread } from './figures.mjs'
import { residentMebibytes } from './proc.mjs'
import { asText } from './requests.mjs'
import { startServer } from './server.mjs'
import { cores } from './wrk.mjs'

const clientProgram = fileURLToPath(new URL('../stream-clients.mjs', import.meta.url))
const floorProgram = fileURLToPath(new URL('../stream-floor.mjs', import.meta.url))
const perProcess = 10_000
/** Files that a server has open besides its clients. */
const spareFiles = 300
/** For opening so many that a busy machine opens only hundreds in a second. */
const openingDeadlineMs = 180_000

/**
 * @param {object[]} contenders those without `stream` do not take part; the bare server sends what the first of them does
 * @returns {Promise<object[]>} a row for each
 */
export async function measureStreams(contenders, { case: { name: caseName, size, clients: wanted }, rounds }) {
  const { hard } = process.report.getReport().userLimits.open_files
  const clients = hard === 'unlimited' ? wanted : Math.min(wanted, Number(hard) - spareFiles)
  const taking = contenders.filter(({ stream }) => stream !== undefined)
  const servers = [['floor', () => startFloor(taking[0], size)]]
  for (const contender of taking) servers.push([contender.name, () => startStreaming(contender, size)])
  const rows = []
  for (const [contender, start] of servers) {
    const row = await measured(start, { clients, rounds }).catch(({ message }) => ({ notRun: message.split('\n')[0] }))
    rows.push({ case: caseName, contender, ...row })
  }
  return rows
}

/** A contender that is set up for streams. */
async function startStreaming(contender, size) {
  const { stream } = contender
  const command = [contender.command, stream.more].filter(Boolean).join(' ')
  const server = await startServer({ ...contender, command, env: { ...contender.env, ...stream.env } }, size)
  const port = Number(server.places[stream.port ?? 'port'])
  return { ...server, stream, port, heard: stream.heard ?? contender.heard }
}

/** A bare server that writes the bytes with which a stream of that contender begins, and those of a change. */
async function startFloor(contender, size) {
  const { opening, news } = await bytesOf(contender, size)
  const child = pinned(cores.server, floorProgram, 'pipe')
  const port = Number(await printed(child, /(\d+)\n/))
  await told(child, { order: 'opening', bytes: opening })
  await told(child, { order: 'event', bytes: news })
  const { stream } = contender
  return { pid: child.pid, port, stream, change: () => child.send({ order: 'write' }), close: () => stop(child) }
}

async function bytesOf(contender, size) {
  const server = await startStreaming(contender, size)
  const { path, headers } = contender.stream.request
  const abort = new AbortController()
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers, signal: abort.signal })
  const chunks = answer.body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]()
  const until = async (text) => {
    let read = ''
    while (!read.includes(text) || !read.endsWith('\n\n')) read += (await chunks.next()).value
    return read
  }
  try {
    const opening = await until(contender.stream.until)
    await server.change('blue')
    return { opening, news: await until(contender.stream.news) }
  } finally {
    abort.abort()
    await server.close()
  }
}

async function measured(start, { clients, rounds }) {
  const server = await start()
  const { port, stream, heard } = server
  const crowd = crowdOf(clients)
  try {
    const before = residentMebibytes(server.pid)
    await openAll(crowd, port, stream)
    const kibibytes = ((residentMebibytes(server.pid) - before) * 1_024) / clients
    const times = []
    for (let round = 0; round <= rounds; round += 1) {
      times.push(await untilAllHaveIt(crowd, port, () => server.change(round % 2 === 0 ? 'blue' : 'red')))
    }
    const figure = (name) => spread(times.slice(1).map((one) => one[name]))
    const cost = { kibibytes: Math.round(kibibytes * 10) / 10 }
    return {
      clients,
      heard,
      ...cost,
      firstMs: figure('firstMs'),
      lastMs: figure('lastMs'),
      sendingMs: figure('sendingMs'),
    }
  } finally {
    for (const { child } of crowd) await stop(child)
    await server.close()
  }
}

function crowdOf(clients) {
  return Array.from({ length: Math.ceil(clients / perProcess) }, (_, index) => {
    const count = Math.min(perProcess, clients - index * perProcess)
    return { child: pinned(cores.load, clientProgram, 'ignore'), count }
  })
}

/** A program of ours on that core, with a channel for messages. */
function pinned(core, program, output) {
  return spawn('taskset', ['-c', core, process.execPath, program], { stdio: ['ignore', output, 'inherit', 'ipc'] })
}

async function openAll(crowd, port, { request, until, news }) {
  const opened = crowd.map(({ child, count }, index) => {
    const address = `127.0.0.${index + 2}`
    return told(
      child,
      { order: 'open', port, request: asText(request), until, news, count, address },
      openingDeadlineMs,
    )
  })
  await Promise.all(opened)
}

async function untilAllHaveIt(crowd, port, change) {
  await Promise.all(crowd.map(({ child }) => told(child, { order: 'arm', port })))
  const all = Promise.all(crowd.map(({ child }) => answered(child)))
  const startNs = process.hrtime.bigint()
  await change()
  const ends = await all
  const milliseconds = (ns) => Number(BigInt(ns) - startNs) / 1e6
  const firstMs = Math.min(...ends.map(({ firstNs }) => milliseconds(firstNs)))
  const lastMs = Math.max(...ends.map(({ atNs }) => milliseconds(atNs)))
  return { firstMs, lastMs, sendingMs: lastMs - firstMs }
}
