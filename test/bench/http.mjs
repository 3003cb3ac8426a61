/** CPU of the relay per request, beside a bare node:http server that sends the same bytes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bodyOf, bulk, fiftyFlags } from './fifty-flags.mjs'
import { load, post } from './load.mjs'
import { median, ratioRow } from './measure.mjs'
import { printed, startNode, startRelay, stop } from './processes.mjs'

const requests = 6_000
const folderOfBench = new URL('.', import.meta.url).pathname

/** One of the fifty, with a rule. */
const single = `${bulk}/flag-1`

/**
 * Rows: one flag and a bulk answer for unique users, and a bulk answer that has not changed.
 *
 * @param {{ rounds?: number, summary?: (values: number[]) => number }} [options] what stands for the rounds of a side
 */
export async function httpRows({ rounds = 3, summary = median } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'))
  const children = []
  try {
    const relay = await startBenchRelay(folder, children)
    const floorOf = (path) => startFloor(relay, path, { folder, children })
    const { floor, etag } = await floorOf(bulk)
    const { floor: floorOfOne } = await floorOf(single)
    return [
      await compare('one flag of 50, unique users', relay, floorOfOne, {
        ours: (i) => post(single, bodyOf(i)),
        theirs: (i) => post(single, bodyOf(i)),
        status: 200,
        limit: 1.2,
        rounds,
        summary,
      }),
      await compare('bulk of 50 flags, unique users', relay, floor, {
        ours: (i) => post(bulk, bodyOf(i)),
        theirs: (i) => post(bulk, bodyOf(i)),
        status: 200,
        limit: 1.3,
        rounds,
        summary,
      }),
      await compare('bulk that has not changed (304)', relay, floor, {
        ours: () => post(bulk, bodyOf(0), { 'if-none-match': etag }),
        theirs: () => post('/bare-304', bodyOf(0), { 'if-none-match': etag }),
        status: 304,
        limit: 1.15,
        rounds,
        summary,
      }),
    ]
  } finally {
    for (const child of children) await stop(child)
    rmSync(folder, { recursive: true })
  }
}

async function startBenchRelay(folder, children) {
  const file = join(folder, 'flags.json')
  writeFileSync(file, JSON.stringify(fiftyFlags()))
  const settings = { ENVIRONMENTS__BENCH__UPSTREAM__TYPE: 'file', ENVIRONMENTS__BENCH__UPSTREAM__PATH: file }
  const { child, dataUrl, managementUrl } = await startRelay(settings)
  children.push(child)
  const metrics = async () => (await fetch(`${managementUrl}/metrics`)).text()
  const cpuSeconds = async () => Number(/^process_cpu_seconds_total (\S+)/m.exec(await metrics())?.[1])
  return { port: Number(new URL(dataUrl).port), cpuSeconds }
}

/** A bare server that sends what the relay answers there, and the validator that the relay gave. */
async function startFloor({ port: relayPort }, path, { folder, children }) {
  const answer = await fetch(`http://127.0.0.1:${relayPort}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: bodyOf(0),
  })
  const file = join(folder, `answer-${children.length}.json`)
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()))
  const child = startNode([join(folderOfBench, 'floor-server.mjs'), file])
  children.push(child)
  const port = Number(await printed(child, /(\d+)\n/))
  const cpuSeconds = async () => Number(await (await fetch(`http://127.0.0.1:${port}/cpu`)).text()) / 1e6
  return { floor: { port, cpuSeconds }, etag: answer.headers.get('etag') }
}

/** CPU per request on both sides, in turn; the warm-up is not counted. */
async function compare(what, relay, floor, { ours, theirs, status, limit, rounds, summary }) {
  const measured = { relay: [], floor: [] }
  for (let round = -1; round < rounds; round += 1) {
    const relayCost = await microsecondsPerRequest(relay, ours, status, round)
    const floorCost = await microsecondsPerRequest(floor, theirs, status === 304 ? 304 : 200, round)
    if (round >= 0) measured.relay.push(relayCost)
    if (round >= 0) measured.floor.push(floorCost)
  }
  return ratioRow(`${what}, beside bare node:http`, summary(measured.relay), summary(measured.floor), {
    unit: 'us CPU',
    limit,
  })
}

async function microsecondsPerRequest({ port, cpuSeconds }, requestAt, status, round) {
  const before = await cpuSeconds()
  await load(port, requests, (i) => requestAt((round + 2) * requests + i), status)
  return (((await cpuSeconds()) - before) * 1e6) / requests
}
