/** Latency while requests come at half of the highest rate of each server, however long it takes. */
import { checkAnswers } from './check.mjs'
import { nextUsers, spread } from './figures.mjs'
import { openLoop } from './open-loop.mjs'
import { wrk } from './wrk.mjs'

/** One that answers less of what it was asked did not keep up, and its latencies are of those that it did. */
const leastAnswered = 0.99
/** A load that comes later than that to half of its requests had too little of its core, and measured itself. */
const mostLateMs = 0.5

/**
 * @param {object[]} participants as for `measureCase`
 * @returns {Promise<object[]>} a row for each
 */
export async function measureOpen(participants, options) {
  const rows = []
  for (const participant of participants) {
    rows.push(
      await rowOf(participant, options)
        .catch(({ message }) => ({ notRun: message.split('\n')[0] }))
        .then((row) => ({
          case: options.case.name,
          contender: participant.name,
          ...row,
        })),
    )
  }
  return rows
}

async function rowOf({ port, request, values }, { flags, rounds, seconds, connections, folder }) {
  if (values !== undefined) await checkAnswers(port, { request, values, flags, firstUser: nextUsers() })
  const most = async () => {
    const load = { port, request, connections, folder, users: 'unique', firstUser: nextUsers(), seconds }
    const { requests, seconds: took } = await wrk(load)
    return requests / took
  }
  await most()
  const rate = (await most()) / 2
  const measured = []
  for (let round = 0; round < rounds; round += 1) {
    measured.push(await openLoop({ port, request, rate, seconds, folder, firstUser: nextUsers() }))
  }
  const figure = (name) => spread(measured.map((one) => one[name]))
  return {
    rate: Math.round(rate),
    isSteady: measured.every(({ sent, answered, lateMs }) => answered >= sent * leastAnswered && lateMs <= mostLateMs),
    p50Ms: figure('p50Ms'),
    p99Ms: figure('p99Ms'),
    maxMs: figure('maxMs'),
    lateMs: figure('lateMs'),
  }
}
