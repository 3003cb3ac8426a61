/** One case: every participant in turn, round by round. */
import { checkAnswers } from './check.mjs'
import { nextUsers, rounded, spread } from './figures.mjs'
import { cpuSeconds, residentMebibytes } from './proc.mjs'
import { ask } from './requests.mjs'
import { wrk } from './wrk.mjs'

/** A round in which a server had less of the processor, in seconds, says nothing: time is counted in hundredths. */
const leastCpuSeconds = 0.2
/** Rounds whose costs differ by more are not of one server, but of what else the machine did. */
const steadySpread = 1.5

/**
 * Measures a case.
 *
 * @param {object[]} participants each with `name`, `port`, `pid`, `request`, and `values` where its answers can be checked
 * @param {{ case: object, flags: object[], rounds: number, seconds: number, connections: number, folder: string }} options
 * @returns {Promise<object[]>} a row for each; one whose answers are wrong has `notRun` instead of figures
 */
export async function measureCase(participants, options) {
  const states = []
  for (const participant of participants) states.push(await firstLook(participant, options))
  const sound = states.filter(({ notRun }) => notRun === undefined)
  for (let round = -1; round < options.rounds; round += 1) {
    const order = round % 2 === 0 ? sound : sound.toReversed()
    for (const state of order) await runOrTell(state, round, options)
  }
  for (const state of sound) await lastLook(state, options)
  return states.map((state) => rowOf(state, options.case))
}

async function firstLook(participant, options) {
  const state = { ...participant, rounds: [] }
  try {
    state.bytes = await bytesOfAnswer(participant, options)
    state.rssBeforeMiB = residentMebibytes(participant.pid)
  } catch (error) {
    state.notRun = error.message
  }
  return state
}

/** One that refuses or fails under load loses its figures; the others go on. */
async function runOrTell(state, round, options) {
  if (state.notRun !== undefined) return
  try {
    await runOnce(state, round, options)
  } catch ({ message }) {
    state.notRun = message.split('\n')[0]
  }
}

async function lastLook(state, options) {
  if (state.notRun !== undefined) return
  try {
    state.rssAfterMiB = residentMebibytes(state.pid)
    await bytesOfAnswer(state, options)
  } catch (error) {
    state.notRun = `after the load: ${error.message}`
  }
}

/** Checks answers where they can be, and gives back how long one is. */
async function bytesOfAnswer({ port, request, values, keys }, { flags, case: { call } }) {
  if (values !== undefined) return checkAnswers(port, { request, values, flags, firstUser: nextUsers() })
  const answer = await ask(port, request, 0)
  const text = await answer.text()
  const expected = call === 'notModified' ? 304 : 200
  if (answer.status !== expected) throw new Error(`status ${answer.status} instead of ${expected}`)
  if (keys !== undefined) expectKeys(keys(JSON.parse(text)), flags)
  return Buffer.byteLength(text)
}

/** The rules themselves cannot be compared; that all flags are in them can. */
function expectKeys(found, flags) {
  const known = new Set(found)
  const missing = flags.filter(({ key }) => !known.has(key))
  if (missing.length > 0) throw new Error(`${missing.length} of ${flags.length} flags are missing`)
}

async function runOnce(state, round, { case: { users }, seconds, connections, folder }) {
  const { port, pid, request } = state
  // Who asks for the same all the time asks as user 0, for whom the validator is.
  const firstUser = users === 'same' ? 0 : nextUsers()
  const warmUpSeconds = Math.min(2, seconds)
  const before = cpuSeconds(pid)
  const result = await wrk({
    port,
    request,
    connections,
    folder,
    users,
    firstUser,
    seconds: round < 0 ? warmUpSeconds : seconds,
  })
  const used = cpuSeconds(pid) - before
  if (result.bytes < result.requests * state.bytes * 0.95) {
    throw new Error(`${state.name}: answers under load are shorter than the one that was checked`)
  }
  if (round < 0) return
  state.rounds.push({
    requestsPerSecond: result.requests / result.seconds,
    cpuMicroseconds: (used * 1e6) / result.requests,
    cpuSeconds: used,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
  })
}

function rowOf({ name, rounds, bytes, notRun, rssBeforeMiB, rssAfterMiB }, { name: caseName }) {
  if (notRun !== undefined) return { case: caseName, contender: name, notRun }
  if (rounds.some(({ requestsPerSecond }) => requestsPerSecond === 0)) {
    return { case: caseName, contender: name, notRun: 'no answer within a round' }
  }
  const figures = ['requestsPerSecond', 'cpuMicroseconds', 'p50Ms', 'p99Ms'].map((figure) => [
    figure,
    spread(rounds.map((round) => round[figure])),
  ])
  const memory = { rssBeforeMiB: rounded(rssBeforeMiB), rssAfterMiB: rounded(rssAfterMiB) }
  const isSteady = isSteadyOver(rounds)
  return { case: caseName, contender: name, isSteady, answerBytes: bytes, ...Object.fromEntries(figures), ...memory }
}

function isSteadyOver(rounds) {
  const costs = rounds.map(({ cpuMicroseconds }) => cpuMicroseconds)
  const isLongEnough = rounds.every(({ cpuSeconds: used }) => used >= leastCpuSeconds)
  return isLongEnough && Math.max(...costs) <= steadySpread * Math.min(...costs)
}
