/** Sends hostile requests to a relay and looks at all that comes back, and at all that is logged. */
import fc from 'fast-check'
import { ask } from './ask.mjs'
import { privateText, secrets, serverOnly, startRelayUnderAttack } from './relay-under-attack.mjs'
import { hostileRequests } from './requests.mjs'

/** How many are under way at once. */
const atOnce = 6
/** Made up, then sent: while they are under way nothing else is done here, so that their times are the relay's. */
const batchSize = 400
/** Slower than the median by more than that is too slow. */
const slowerBy = 50
/** What was slow is asked again, alone: what is slow by itself is slow each time, and a busy machine is not. */
const repetitions = 5

/**
 * @typedef {object} Report
 * @property {number} sent
 * @property {number} medianMs of the answers to requests that were all there
 * @property {number} slowestMs
 * @property {number} askedAgain how many were slower than 50 times the median
 * @property {number} slowestAgainMs of those, asked again, alone: the slowest of each one's best times
 * @property {ReadonlyMap<string, number>} statuses how many of each, by plane
 * @property {readonly string[]} findings what must not be
 * @property {number} lines of the log
 */

/**
 * @param {{ requests: number, seed: number, onProgress?: (sent: number) => void }} options
 * @returns {Promise<Report>}
 */
export async function attack({ requests, seed, onProgress = () => {} }) {
  const relay = await startRelayUnderAttack()
  const findings = []
  relay.child.on('exit', (code, signal) => {
    if (!isStopping) findings.push(`the relay ended: ${code ?? signal}`)
  })
  let isStopping = false
  const times = []
  const statuses = new Map()
  const slow = []
  await warmUp(relay)
  for (let sent = 0; sent < requests && relay.child.exitCode === null; sent += batchSize) {
    const batch = fc.sample(hostileRequests, { seed: seed + sent, numRuns: Math.min(batchSize, requests - sent) })
    await inParallel(batch, async (request, index) => {
      const answer = await ask(relay[request.plane], request.bytes, request)
      const name = `${request.plane} ${answer.status}`
      statuses.set(name, (statuses.get(name) ?? 0) + 1)
      for (const problem of problemsOf(request, answer)) findings.push(`seed ${seed + sent}, ${index}: ${problem}`)
      if (!request.isWhole || answer.status === 0 || answer.status === 408) return
      times.push(answer.ms)
      slow.push({ request, ms: answer.ms })
      if (slow.length > 2_000) slow.sort((a, b) => b.ms - a.ms).splice(1_000)
    })
    for (const problem of await problemsOfNormalClient(relay)) findings.push(`after seed ${seed + sent}: ${problem}`)
    onProgress(Math.min(sent + batchSize, requests))
  }
  const medianMs = median(times)
  const candidates = slow.filter(({ ms }) => ms > slowerBy * medianMs)
  const again = []
  for (const { request } of candidates) again.push({ request, ms: await bestTime(relay, request) })
  for (const { request, ms } of again) {
    if (ms > slowerBy * medianMs) findings.push(`${ms.toFixed(1)} ms each time: ${request.bytes.subarray(0, 200)}`)
  }
  isStopping = true
  await relay.stop()
  findings.push(...problemsOfLog(relay.log))
  return {
    sent: [...statuses.values()].reduce((sum, count) => sum + count, 0),
    medianMs,
    slowestMs: times.reduce((a, b) => Math.max(a, b), 0),
    askedAgain: candidates.length,
    slowestAgainMs: again.reduce((slowest, { ms }) => Math.max(slowest, ms), 0),
    statuses,
    findings,
    lines: relay.log.length,
  }
}

/** Parts are loaded when somebody asks for them first. */
async function warmUp(relay) {
  for (const place of ['/', '/metrics', '/status', '/flags?environment=shop', '/explain', '/snapshots']) {
    const bytes = Buffer.from(
      `GET ${place} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secrets.token}\r\n\r\n`,
    )
    await ask(relay.management, bytes, { hasBody: true, isWhole: true })
  }
}

async function inParallel(items, run) {
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) await run(items[index], index)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

async function bestTime(relay, request) {
  let best = Infinity
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    best = Math.min(best, (await ask(relay[request.plane], request.bytes, request)).ms)
  }
  return best
}

/** What an answer must not be or hold. */
export function* problemsOf(request, { status, head, body, isSilent }) {
  const told = `${head}\n${body}`
  const brought = request.bytes.toString('latin1')
  // What cannot be read may be cut off while it is still written, and what asks for a tunnel is: that is no silence.
  if (isSilent && request.isWhole) yield `no answer to ${brought.slice(0, 200)}`
  const isChosen = status === 503 && (/\r\nretry-after: \d+/i.test(head) || /"PROVIDER_NOT_READY"|"waiting"/.test(body))
  if (status >= 500 && !isChosen) yield `answered ${status}: ${body.slice(0, 200)}`
  for (const secret of Object.values(secrets)) {
    if (told.includes(secret) && !mentions(brought, secret)) yield `an answer holds ${secret}`
  }
  if (told.includes(privateText) && !mentions(brought, privateText)) yield `an answer holds ${privateText}`
  if (request.plane === 'management' || !isOfClient(brought)) return
  for (const name of serverOnly) {
    if (told.includes(name) && !mentions(brought, name)) yield `a client key was told ${name}`
  }
}

/** Whether a request brings a text, as it is or percent-encoded. */
function mentions(brought, text) {
  return brought.includes(text) || brought.includes(encodeURIComponent(text))
}

/** Whether no other key than the client's is in it. */
function isOfClient(brought) {
  return brought.includes(secrets.clientKey) && !brought.includes('server-key')
}

/** In the log nothing has a place, whoever brought it. */
function* problemsOfLog(log) {
  for (const line of log) {
    for (const text of [...Object.values(secrets), privateText]) {
      if (line.includes(text)) yield `the log holds ${text}: ${line.slice(0, 300)}`
    }
    if (line.includes('mistake in Switchyard')) yield `the log tells of a mistake: ${line.slice(0, 600)}`
  }
}

/** Somebody else is answered as ever. */
async function problemsOfNormalClient(relay) {
  const answer = await fetch(`http://127.0.0.1:${relay.data}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secrets.clientKey}` },
    body: '{"context":{"targetingKey":"normal"}}',
  }).catch((error) => ({ status: String(error) }))
  if (answer.status !== 200) return [`a normal client was answered ${answer.status}`]
  const { flags } = await answer.json()
  return flags.length > 3 ? [] : ['a normal client got too few flags']
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
