/** Two workers beside one process: CPU per request, of all processes together, and how evenly requests are shared. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bodyOf, bulk, fiftyFlags } from './fifty-flags.mjs'
import { load, post } from './load.mjs'
import { median, ratioRow } from './measure.mjs'
import { startRelay, stop } from './processes.mjs'

const rounds = 5
const requests = 6_000

/** Rows: CPU of a bulk answer, and the share of the worker that has most to do, of an even one. */
export async function workerRows() {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-workers-'))
  const children = []
  try {
    const file = join(folder, 'flags.json')
    writeFileSync(file, JSON.stringify(fiftyFlags()))
    const one = await startBenchRelay(file, '1', children)
    const two = await startBenchRelay(file, '2', children)
    const costs = { one: [], two: [] }
    const shares = []
    for (let round = -1; round < rounds; round += 1) {
      const ofOne = await measured(one, round)
      const ofTwo = await measured(two, round)
      if (round < 0) continue
      costs.one.push(ofOne.microseconds)
      costs.two.push(ofTwo.microseconds)
      shares.push(Math.max(...ofTwo.byWorker) / requests)
    }
    const what = 'bulk of 50 flags, unique users, two workers beside one process'
    return [
      ratioRow(what, median(costs.two), median(costs.one), { unit: 'us CPU', limit: 1.1 }),
      ratioRow('requests of the busier one of two workers, of an even share', median(shares) * 100, 50, {
        unit: '%',
        limit: 1.2,
      }),
    ]
  } finally {
    for (const child of children) await stop(child)
    rmSync(folder, { recursive: true })
  }
}

async function startBenchRelay(file, workers, children) {
  const settings = {
    WORKERS: workers,
    ENVIRONMENTS__BENCH__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__BENCH__UPSTREAM__PATH: file,
  }
  const { child, dataUrl, managementUrl } = await startRelay(settings)
  children.push(child)
  const page = async () => (await fetch(`${managementUrl}/metrics`)).text()
  return { port: Number(new URL(dataUrl).port), read: async () => counted(await page()) }
}

/** @param {string} page the metrics: the primary's CPU is beside that of the workers */
function counted(page) {
  const values = (name) =>
    [...page.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'))].map(([, value]) => Number(value))
  const sum = (numbers) => numbers.reduce((all, one) => all + one, 0)
  return {
    cpuSeconds: sum(values('process_cpu_seconds_total')) + sum(values('switchyard_worker_cpu_seconds_total')),
    byWorker: values('switchyard_worker_requests_total'),
  }
}

async function measured({ port, read }, round) {
  const before = await read()
  await load(port, requests, (i) => post(bulk, bodyOf((round + 2) * requests + i)), 200)
  const after = await read()
  return {
    microseconds: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / requests,
    byWorker: after.byWorker.map((count, index) => count - before.byWorker[index]),
  }
}
