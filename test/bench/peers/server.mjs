/** A contender as a process on a core of its own. */
import { spawn } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, stop } from '../processes.mjs'
import { root } from './folders.mjs'
import { ask } from './requests.mjs'
import { startUpstream } from './upstreams.mjs'
import { cores } from './wrk.mjs'

const startDeadlineMs = 60_000
const intervalMs = 5

/**
 * Starts a contender with a set of so many flags.
 *
 * @returns what {@link startCommand} does, and `change`, which makes the first flag what it is told
 */
export async function startServer({ name, files: filesOf, command, env, cases, upstream: vendor, announce }, size) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-peer-'))
  const files = filesOf(size)
  const upstream = vendor && (await startUpstream(vendor, JSON.stringify(files['flags.json'])))
  const clear = () => {
    upstream?.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const probe = cases.bulk.request
  try {
    const server = await startCommand({ name, command, env, files, folder, probe, upstream: upstream?.url })
    const close = async () => {
      await server.close()
      clear()
    }
    const change = async (first) => {
      const document = JSON.stringify(filesOf(size, first)['flags.json'])
      if (upstream === undefined) replaceFile(join(folder, 'flags.json'), document)
      else upstream.replace(document)
      await announce?.(server, document)
    }
    return { ...server, change, close }
  } catch (error) {
    clear()
    throw error
  }
}

/** As editors and deployments do, so that nobody reads half of it. */
function replaceFile(file, content) {
  writeFileSync(`${file}.new`, content)
  renameSync(`${file}.new`, file)
}

/**
 * Starts a program on a free port.
 *
 * @param {{ name: string, command: string, env?: Record<string, string>, files?: Record<string, unknown>, folder: string, probe: object,
 *   upstream?: string }} options in the command, the environment and the files stand `{port}`, `{folder}`, `{upstream}`, `{repository}`
 *   and any `{<name>Port}`; `probe` is the request that it has to answer
 * @returns {Promise<{ name: string, port: number, pid: number, readyMs: number, close: () => Promise<void> }>} once it has given
 *   its first answer with status 200
 * @throws with the end of what it wrote when it ended, or did not answer in time
 */
export async function startCommand({ name, command, env = {}, files = {}, folder, probe, upstream }) {
  const places = { port: await freePort(), folder, upstream, repository: root }
  for (const place of [command, ...Object.values(env)].join(' ').match(/(?<=\{)\w+Port(?=\})/g) ?? []) {
    places[place] ??= await freePort()
  }
  const fill = (text) => text.replaceAll(/\{(\w+)\}/g, (all, place) => places[place] ?? all)
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(folder, file), typeof content === 'string' ? fill(content) : JSON.stringify(content))
  }
  const filled = Object.fromEntries(Object.entries(env).map(([variable, value]) => [variable, fill(value)]))
  const startMs = performance.now()
  const child = spawn('taskset', ['-c', cores.server, ...command.split(' ').map(fill)], {
    cwd: folder,
    env: { ...process.env, ...filled },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = lastOutput(child)
  try {
    await untilItAnswers(child, places.port, probe)
  } catch (cause) {
    await stop(child)
    throw new Error(`${name} did not start: ${cause.message}\n${output()}`, { cause })
  }
  const close = () => stop(child)
  return { name, port: places.port, places, pid: child.pid, readyMs: performance.now() - startMs, close }
}

function lastOutput(child) {
  let text = ''
  const take = (chunk) => {
    text = (text + chunk).slice(-2_000)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  return () => text
}

async function untilItAnswers(child, port, probe) {
  let failure = null
  child.once('error', (error) => {
    failure = error
  })
  for (let waitedMs = 0; waitedMs < startDeadlineMs; waitedMs += intervalMs) {
    if (failure !== null) throw failure
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
    const answer = await ask(port, probe, 0).catch(() => null)
    await answer?.arrayBuffer()
    if (answer?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, intervalMs))
  }
  throw new Error(`no answer within ${startDeadlineMs} ms`)
}
