/** What traces cost while nobody asked for them: CPU per request, beside the same relay without that code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { load, post } from './load.mjs'
import { median, ratioRow } from './measure.mjs'
import { startNode, startRelay, stop } from './processes.mjs'
import { bundleBoth } from './untraced.mjs'

const rounds = 40
const requests = 1_000

const flag = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' }
/** Few flags, so that what belongs to the request is not lost in what belongs to the flags. */
const document = { flags: { one: flag, two: flag, three: flag } }

/** Rows: one flag, and all of them, each for a new user every time. */
export async function tracingRows() {
  const files = await bundleBoth()
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'))
  const flags = join(folder, 'flags.json')
  writeFileSync(flags, JSON.stringify(document))
  const sides = []
  try {
    for (const file of Object.values(files)) sides.push(await startSide(file, flags))
    const [asBuilt, untraced] = sides
    return [
      await compare('one flag', '/ofrep/v1/evaluate/flags/one', asBuilt, untraced),
      await compare('a bulk of 3 flags', '/ofrep/v1/evaluate/flags', asBuilt, untraced),
    ]
  } finally {
    for (const { child } of sides) await stop(child)
    for (const file of Object.values(files)) rmSync(dirname(file), { recursive: true })
    rmSync(folder, { recursive: true })
  }
}

async function startSide(file, flags) {
  const settings = { ENVIRONMENTS__BENCH__UPSTREAM__TYPE: 'file', ENVIRONMENTS__BENCH__UPSTREAM__PATH: flags }
  const { child, dataUrl, managementUrl } = await startRelay(settings, ([, command], env) =>
    startNode([file, command], env),
  )
  const metrics = async () => (await fetch(`${managementUrl}/metrics`)).text()
  const cpuSeconds = async () => Number(/^process_cpu_seconds_total (\S+)/m.exec(await metrics())?.[1])
  return { child, port: Number(new URL(dataUrl).port), cpuSeconds }
}

/** In turn, and whoever was first is second the next time; the warm-up is not counted. */
async function compare(what, path, asBuilt, untraced) {
  const costs = new Map([
    [asBuilt, []],
    [untraced, []],
  ])
  for (let round = -6; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? [asBuilt, untraced] : [untraced, asBuilt]) {
      const cost = await microsecondsPerRequest(side, path, round)
      if (round >= 0) costs.get(side).push(cost)
    }
  }
  return ratioRow(
    `${what}, traces off, beside the relay without that code`,
    median(costs.get(asBuilt)),
    median(costs.get(untraced)),
    { unit: 'us CPU', limit: 1.05 },
  )
}

async function microsecondsPerRequest({ port, cpuSeconds }, path, round) {
  const before = await cpuSeconds()
  const requestAt = (i) => post(path, JSON.stringify({ context: { targetingKey: `user-${round}-${i}` } }))
  await load(port, requests, requestAt, 200)
  return (((await cpuSeconds()) - before) * 1e6) / requests
}
