/** Hostile HTTP over real sockets. Whatever is sent, the relay answers in HTTP, never by mistake, and goes on answering others. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import fc from 'fast-check'
import { conversations } from '../generators/http-request.mjs'
import { converse } from './conversation.mjs'

/**
 * The data plane under test.
 *
 * @typedef {object} Target
 * @property {number} port
 * @property {string} key opens an environment with data
 * @property {readonly string[]} otherKeys of a client, of an environment without data
 * @property {number} requestTimeoutMs
 * @property {() => readonly unknown[]} mistakes what it logged as mistakes of its own so far
 */

/**
 * @param {{ maxLength: number }} options length of the longest texts
 * @param {Target} target
 */
export function httpChecks(options, target) {
  return [
    {
      name: 'HTTP, near-valid and not',
      arbitrary: fc.array(conversations(options, target), { minLength: 8, maxLength: 8 }),
      run: async (several) => {
        const statuses = await Promise.all(several.map((one) => converse(target.port, one)))
        for (const status of statuses.flat()) checkStatus(status)
        await checkHealth(target)
      },
      casesPerRound: 50,
    },
    {
      name: 'HTTP, slow clients',
      arbitrary: fc.subarray(slowClients(target), { minLength: 3 }),
      run: (clients) => checkSlowClients(clients, target),
      casesPerRound: 2,
    },
  ]
}

/** The one fault of the server that is an answer: there is no data yet, or no room for another stream. */
function checkStatus(status) {
  assert((status >= 100 && status < 500) || status === 503, `answered ${status}`)
}

const bulk = '/ofrep/v1/evaluate/flags'

/** A normal client is answered as ever, and nothing was logged that should never be. */
async function checkHealth({ port, key, mistakes }) {
  const answer = await fetch(`http://127.0.0.1:${port}${bulk}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: '{"context":{"targetingKey":"u1"}}',
    signal: AbortSignal.timeout(5_000),
  })
  assert.equal(answer.status, 200)
  assert(Array.isArray((await answer.json()).flags))
  assert.deepEqual(mistakes(), [])
}

/** Clients that keep the server waiting: how they begin, what they add now and then, and how many there are of them. */
function slowClients({ key }) {
  const head = `POST ${bulk} HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer ${key}\r\n`
  return [
    { name: 'say nothing', begin: '', add: '', count: 100 },
    { name: 'send header by header', begin: head, add: 'X: y\r\n', count: 5 },
    { name: 'send the body byte by byte', begin: `${head}Content-Length: 1000000\r\n\r\n{`, add: ' ', count: 5 },
    { name: 'send chunk by chunk', begin: `${head}Transfer-Encoding: chunked\r\n\r\n`, add: '1\r\n \r\n', count: 5 },
    { name: 'announce a body and never send it', begin: `${head}Content-Length: 10\r\n\r\n`, add: '', count: 20 },
    {
      name: 'ask to go on and never do',
      begin: `${head}Content-Length: 10\r\nExpect: 100-continue\r\n\r\n`,
      add: '',
      count: 20,
    },
  ]
}

/** All of them are cut off soon after the deadline, and others are answered meanwhile. */
async function checkSlowClients(clients, target) {
  const startedMs = performance.now()
  const ends = clients.flatMap((client) => Array.from({ length: client.count }, () => untilClosed(target.port, client)))
  await checkHealth(target)
  await Promise.all(ends)
  const tookMs = performance.now() - startedMs
  // The deadline is half a second; without one it would be minutes. Between the two is room for a machine with much else to do.
  assert(tookMs < target.requestTimeoutMs + 30_000, `they were cut off after ${tookMs.toFixed(0)} ms`)
  await checkHealth(target)
}

/** @returns {Promise<void>} resolves when the other side has closed the connection */
function untilClosed(port, { begin, add }) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(begin))
    const timer = setInterval(() => socket.write(add), 50)
    socket.resume()
    // Writing to what was closed is what slow clients do.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(timer)
      resolve()
    })
  })
}
