/** How long until a change of the flags is in the answers, and from the start of a server to its first right answer. */
import { values } from './flags.mjs'
import { residentMebibytes } from './proc.mjs'
import { ask } from './requests.mjs'
import { spread } from './figures.mjs'
import { startServer } from './server.mjs'

const intervalMs = 5
const deadlineMs = 60_000

/** The first flag is changed and changed back, so many times. */
const flips = 6
const starts = 5

/**
 * @param {object[]} servers as `startServer` gives them, each with its `contender`
 * @returns {Promise<object[]>} a row for each
 */
export async function measureChange(servers, { case: { name: caseName } }) {
  const rows = []
  for (const server of servers) {
    const who = { case: caseName, contender: server.name }
    rows.push(
      await flipped(server).then(
        (times) => ({ ...who, heard: server.contender.heard, elapsedMs: spread(times) }),
        failed(who),
      ),
    )
  }
  return rows
}

const failed =
  (who) =>
  ({ message }) => ({ ...who, notRun: message.split('\n')[0] })

async function flipped(server) {
  const times = []
  for (let flip = 1; flip <= flips; flip += 1) {
    const first = flip % 2 === 1 ? 'blue' : 'red'
    const startMs = performance.now()
    await server.change(first)
    await untilItIs(server, values[first], startMs)
    times.push(performance.now() - startMs)
    // So that changes do not keep step with whoever polls each second.
    await pause(flip * 137)
  }
  return times
}

async function untilItIs({ port, contender: { cases } }, value, startMs) {
  const { request, values: read } = cases.bulk
  while (performance.now() - startMs < deadlineMs) {
    const answer = await ask(port, request, 0)
    if (read(await answer.json()).get('flag-0') === value) return
    await pause(intervalMs)
  }
  throw new Error(`a change was not in the answers within ${deadlineMs} ms`)
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/**
 * Starts each contender a few times.
 *
 * @returns {Promise<object[]>} a row for each: until it answers rightly, and its memory then
 */
export async function measureStart(servers, { case: { name: caseName, size } }) {
  const rows = []
  for (const { contender } of servers) {
    const who = { case: caseName, contender: contender.name }
    rows.push(await started(contender, size).then((figures) => ({ ...who, ...figures }), failed(who)))
  }
  return rows
}

async function started(contender, size) {
  const [times, memory] = [[], []]
  for (let start = 0; start < starts; start += 1) {
    const server = await startServer(contender, size)
    times.push(server.readyMs)
    memory.push(residentMebibytes(server.pid))
    await server.close()
  }
  return { elapsedMs: spread(times), rssMiB: spread(memory) }
}
