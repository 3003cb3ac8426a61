/**
 * A change on its way to 5,000 clients of event streams, beside a bare node:http server that writes the same bytes to as many;
 * and what each client costs in memory. Relay, bare server and clients are processes of their own.
 */
import { join } from 'node:path'
import { startHub } from './hub.mjs'
import { median, ratioRow } from './measure.mjs'
import { answered, printed, startNodeWithChannel, startRelay, stop, told } from './processes.mjs'

const clients = 5_000
const clientProcesses = 2
const rounds = 15
const folderOfBench = new URL('.', import.meta.url).pathname

/** What a new client reads before it has all: the last event of the opening. */
const kinds = [
  { name: 'ruleset stream', path: '/switchyard/v1/stream', until: 'event: ruleset' },
  { name: 'OFREP event stream', path: '/ofrep/v1/events', until: 'event: message' },
]

/** Rows: how long until the last client has the change, and kibibytes for each client. */
export async function streamRows() {
  expectEnoughFiles()
  const rows = []
  for (const kind of kinds) rows.push(...(await rowsOf(kind)))
  return rows
}

/** Throws where a process may not have as many sockets as there are clients; node takes as many as it may by itself. */
function expectEnoughFiles() {
  const { hard } = process.report.getReport().userLimits?.open_files ?? {}
  const needed = clients + 200
  if (Number(hard) < needed) throw new Error(`${needed} open files are needed, ${hard} are allowed: see ulimit -Hn`)
}

async function rowsOf(kind) {
  const hub = await startHub()
  const children = []
  try {
    const relay = await startStreamingRelay(hub, children)
    const floor = await startFloor(await openingOf(relay, kind), children)
    const crowd = startClients(children)
    const before = await told(relay.child, 'memory')
    await openAll(crowd, relay.port, kind)
    const after = await told(relay.child, 'memory')
    await openAll(crowd, floor.port, kind)
    const { ours, theirs } = await milliseconds({ relay, floor, crowd, hub })
    const what = `a change until the last of ${clients} clients of the ${kind.name} has it, beside bare node:http`
    return [ratioRow(what, ours, theirs, { unit: 'ms', limit: 2 }), memoryRow(kind, before, after)]
  } finally {
    // Clients first: to them an end of a stream is a failure.
    for (const child of children.toReversed()) await stop(child)
    hub.close()
  }
}

/** Without pacing, which would spread news over a time on purpose; without heartbeats while time is taken. */
async function startStreamingRelay(hub, children) {
  const settings = {
    ENVIRONMENTS__BENCH__UPSTREAM__TYPE: 'switchyard',
    ENVIRONMENTS__BENCH__UPSTREAM__BASE_URL: hub.url,
    SERVER__STREAMS__PACING: '0ms',
    SERVER__STREAMS__HEARTBEAT: '10m',
    SERVER__STREAMS__MAX_PER_KEY: String(2 * clients),
    SERVER__STREAMS__MAX: String(2 * clients),
  }
  const preload = ['--expose-gc', '--import', join(folderOfBench, 'memory-on-request.mjs')]
  const start = (args, env) => startNodeWithChannel([...preload, ...args], env)
  const { child, dataUrl } = await startRelay(settings, start)
  children.push(child)
  return { child, port: Number(new URL(dataUrl).port) }
}

function startClients(children) {
  const crowd = Array.from({ length: clientProcesses }, () =>
    startNodeWithChannel([join(folderOfBench, 'stream-clients.mjs')]),
  )
  for (const child of crowd) child.stdout.resume()
  children.push(...crowd)
  return crowd
}

/** The bytes with which a stream of the relay begins. */
async function openingOf({ port }, { path, until }) {
  const abort = new AbortController()
  const stream = await fetch(`http://127.0.0.1:${port}${path}`, { signal: abort.signal })
  let text = ''
  for await (const part of stream.body.pipeThrough(new TextDecoderStream())) {
    text += part
    if (text.includes(until) && text.endsWith('\n\n')) break
  }
  abort.abort()
  return text
}

async function startFloor(opening, children) {
  const child = startNodeWithChannel([join(folderOfBench, 'stream-floor.mjs')])
  children.push(child)
  const port = Number(await printed(child, /(\d+)\n/))
  await told(child, { order: 'opening', bytes: opening })
  return { child, port }
}

async function openAll(crowd, port, { path, until }) {
  const count = clients / clientProcesses
  await Promise.all(crowd.map((child) => told(child, { order: 'open', port, path, count, until })))
}

/** Medians over the rounds, of both sides in turn; the warm-up is not counted. */
async function milliseconds({ relay, floor, crowd, hub }) {
  const measured = { ours: [], theirs: [] }
  for (let round = 0; round <= rounds; round += 1) {
    const ours = await untilTheLast(crowd, relay.port, hub.prepare(round + 1))
    await told(floor.child, { order: 'event', bytes: contentOf(ours.event) })
    const theirs = await untilTheLast(crowd, floor.port, () => floor.child.send({ order: 'write' }))
    if (theirs.event !== ours.event) throw new Error(`not the same bytes: ${theirs.event} is not ${ours.event}`)
    if (round === 0) continue
    measured.ours.push(ours.elapsedMs)
    measured.theirs.push(theirs.elapsedMs)
  }
  return { ours: median(measured.ours), theirs: median(measured.theirs) }
}

/** From telling of the change until every client has read an event. All processes read the one monotonic clock of the machine. */
async function untilTheLast(crowd, port, change) {
  await Promise.all(crowd.map((child) => told(child, { order: 'arm', port })))
  const all = Promise.all(crowd.map(answered))
  const startNs = process.hrtime.bigint()
  change()
  const ends = await all
  const lastNs = ends.map(({ atNs }) => BigInt(atNs)).reduce((a, b) => (a > b ? a : b))
  return { elapsedMs: Number(lastNs - startNs) / 1e6, event: ends[0].event }
}

/** What is in the one chunk of HTTP/1.1. */
function contentOf(chunk) {
  const [, length, content] = /^([0-9a-f]+)\r\n([^]*)\r\n$/.exec(chunk) ?? []
  if (content === undefined || Number.parseInt(length, 16) !== content.length)
    throw new Error(`not one chunk: ${chunk}`)
  return content
}

function memoryRow({ name }, before, after) {
  const kibibytes = (after.rss - before.rss) / clients / 1_024
  const what = `memory of the relay for each of ${clients} clients of the ${name}, beside the 20 KiB allowed`
  return ratioRow(what, kibibytes, 20, { unit: 'KiB', limit: 1 })
}
