/** How long the relay takes to be ready, and what it holds in memory while nothing happens, beside an empty node. */
import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, ratioRow } from './measure.mjs'
import { freePort, startNode, stop } from './processes.mjs'

const runs = 9

/** Rows: spawn to the first 200 of /readyz, and idle memory where the system tells it. */
export async function startupRows() {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'))
  try {
    const file = join(folder, 'flags.json')
    writeFileSync(
      file,
      JSON.stringify({ flags: { f: { state: 'ENABLED', variants: { on: true }, defaultVariant: 'on' } } }),
    )
    const ready = []
    const empty = []
    for (let run = 0; run < runs; run += 1) {
      ready.push(await millisecondsToReady(file))
      empty.push(await millisecondsOfEmptyNode())
    }
    const start = ratioRow('spawn to ready, beside node -e 0', median(ready), median(empty), { unit: 'ms', limit: 4 })
    const memory = await idleMemory(file)
    return memory === null ? [start] : [start, memory]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function startRelay(file) {
  const [port, managementPort] = [await freePort(), await freePort()]
  const child = startNode(['relay/bin/switchyard.js', 'serve'], {
    SWITCHYARD_SERVER__PORT: String(port),
    SWITCHYARD_MANAGEMENT__PORT: String(managementPort),
    SWITCHYARD_LOG__LEVEL: 'error',
    SWITCHYARD_ENVIRONMENTS__BENCH__UPSTREAM__TYPE: 'file',
    SWITCHYARD_ENVIRONMENTS__BENCH__UPSTREAM__PATH: file,
  })
  child.stdout.resume()
  await untilReady(`http://127.0.0.1:${managementPort}/readyz`)
  return child
}

async function untilReady(url) {
  for (let attempt = 0; attempt < 5_000; attempt += 1) {
    const answer = await fetch(url).catch(() => null)
    await answer?.arrayBuffer()
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  throw new Error(`${url} was not ready in time`)
}

async function millisecondsToReady(file) {
  const start = performance.now()
  const child = await startRelay(file)
  const elapsed = performance.now() - start
  await stop(child)
  return elapsed
}

async function millisecondsOfEmptyNode() {
  const start = performance.now()
  const child = startNode(['-e', '0'])
  child.stdout.resume()
  await once(child, 'exit')
  return performance.now() - start
}

/** Mebibytes above an idle node, as a row whose ratio is to the 45 allowed; null where the system does not tell. */
async function idleMemory(file) {
  if (process.platform !== 'linux') return null
  const relay = await startRelay(file)
  const empty = startNode(['-e', 'setInterval(() => {}, 1000)'])
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  const above = residentMebibytes(relay) - residentMebibytes(empty)
  await stop(relay)
  await stop(empty)
  return ratioRow('idle memory above an idle node, beside the 45 MiB allowed', above, 45, { unit: 'MiB', limit: 1 })
}

function residentMebibytes({ pid }) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1_024
}
