/**
 * A load with a rate of its own, whatever the server does: a request is due at its moment, and its latency counts from then on, so that
 * a server that stops for a while is charged with all who would have come meanwhile. `wrk` has no such mode.
 *
 * A program: `node open-loop.mjs <file>` with the plan as JSON prints what was found as JSON. As a module it runs the program.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asText } from './requests.mjs'
import { cores } from './wrk.mjs'

const program = fileURLToPath(import.meta.url)
/** As many as wait for an answer at once; the next ones wait here, and their time counts. */
const connections = 64
const warmUpSeconds = 1

/**
 * Sends requests of unique users at that rate.
 *
 * @param {{ port: number, request: object, rate: number, seconds: number, firstUser: number, folder: string }} options
 * @returns {Promise<{ sent: number, answered: number, p50Ms: number, p99Ms: number, maxMs: number, lateMs: number }>} of what
 *   was due after the warm-up; `lateMs` is how late the load itself came to half of the requests, which is in their latencies too
 */
export async function openLoop({ port, request, rate, seconds, firstUser, folder }) {
  const file = join(folder, 'plan.json')
  const pieces = asText(request).split('{user}')
  writeFileSync(file, JSON.stringify({ port, pieces, rate, seconds, firstUser }))
  const child = spawn('taskset', ['-c', cores.load, process.execPath, program, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  let output = ''
  for await (const chunk of child.stdout) output += chunk
  const [code] = await ended
  if (code !== 0) throw new Error(`the open loop ended with ${code}: ${output}`)
  return JSON.parse(output)
}

/** Sockets that are free, and the requests that wait for one. */
class Pool {
  #free = []
  #waiting = []
  #plan
  #answered

  constructor(plan, answered) {
    this.#plan = plan
    this.#answered = answered
  }

  async open() {
    await Promise.all(Array.from({ length: connections }, () => this.#openOne()))
  }

  async #openOne() {
    const socket = connect(this.#plan.port, '127.0.0.1')
    socket.setNoDelay(true)
    socket.on('error', fail)
    socket.on('close', () => fail(new Error('the server closed a connection')))
    await once(socket, 'connect')
    const state = { socket, dueMs: 0, text: '', missing: -1 }
    socket.on('data', (chunk) => this.#read(state, chunk))
    this.#free.push(state)
  }

  send(index, dueMs) {
    const state = this.#free.pop()
    if (state === undefined) this.#waiting.push([index, dueMs])
    else this.#write(state, index, dueMs)
  }

  #write(state, index, dueMs) {
    state.dueMs = dueMs
    state.socket.write(this.#plan.pieces.join(String(this.#plan.firstUser + index).padStart(10, '0')), 'latin1')
  }

  /** Answers have a length, or come in chunks; the end of the last chunk is that of the answer. */
  #read(state, chunk) {
    if (state.missing < 0) {
      state.text += chunk.latin1Slice()
      const end = state.text.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!state.text.startsWith('HTTP/1.1 200 ')) return fail(new Error(state.text.slice(0, 300)))
      const length = /content-length: (\d+)/i.exec(state.text.slice(0, end + 2))?.[1]
      if (length === undefined && !state.text.endsWith('0\r\n\r\n')) return
      state.missing = length === undefined ? 0 : Number(length) - (state.text.length - end - 4)
    } else state.missing -= chunk.length
    if (state.missing > 0) return
    state.text = ''
    state.missing = -1
    this.#answered(performance.now() - state.dueMs)
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(state)
    else this.#write(state, ...next)
  }
}

function fail(error) {
  console.error(error)
  process.exit(1)
}

/** The program. It spins, because a timer is late by a millisecond. */
async function run(plan) {
  const times = []
  const lateTimes = []
  const pool = new Pool(plan, (elapsedMs) => times.push(elapsedMs))
  await pool.open()
  const count = Math.floor(plan.rate * (warmUpSeconds + plan.seconds))
  const startMs = performance.now()
  const dueMs = (index) => startMs + (index * 1_000) / plan.rate
  const deadlineMs = startMs + plan.seconds * 2_000 + 2_000
  let sent = 0
  await new Promise((resolve) => {
    const turn = () => {
      const nowMs = performance.now()
      while (sent < count && dueMs(sent) <= nowMs) {
        lateTimes.push(nowMs - dueMs(sent))
        pool.send(sent, dueMs(sent))
        sent += 1
      }
      if (times.length === count || nowMs > deadlineMs) resolve()
      else setImmediate(turn)
    }
    turn()
  })
  // Of the first requests the load itself is cold. Answers come nearly in order, so that their count tells which those were.
  const warm = times.slice(Math.floor(plan.rate * warmUpSeconds))
  const [p50Ms, p99Ms, maxMs] = [0.5, 0.99, 1].map((share) => quantile(warm, share))
  const lateMs = quantile(lateTimes.slice(Math.floor(plan.rate * warmUpSeconds)), 0.5)
  console.log(JSON.stringify({ sent, answered: times.length, p50Ms, p99Ms, maxMs, lateMs }))
  process.exit(0)
}

function quantile(values, share) {
  const sorted = Float64Array.from(values).toSorted()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null
}

if (process.argv[1] === program) await run(JSON.parse(readFileSync(process.argv[2], 'utf8')))
