/** Clients that ask at a steady rate, and listen: what applications do all day. */
import { Agent, get, request } from 'node:http'

const bulk = '/ofrep/v1/evaluate/flags'
/** Users who come again and again. */
const users = 500
const streams = 20

/**
 * Starts them.
 *
 * @param {{ port: number, key: string, rate: number }} options `rate` in requests a second
 */
export function steadyClients({ port, key, rate }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const etags = new Map()
  const failures = []
  const counts = { asked: 0, underWay: 0, answered: 0, unchanged: 0, events: 0 }
  let isStopping = false
  const startedMs = performance.now()

  const ask = () => {
    const number = counts.asked
    counts.asked += 1
    // One in a hundred was never here before.
    const user = number % 100 === 0 ? `new-${number}` : `user-${(number * 7) % users}`
    const path = number % 10 === 1 ? `${bulk}/flag-${number % 40}` : bulk
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const etag = path === bulk ? etags.get(user) : undefined
    if (etag !== undefined) headers['if-none-match'] = etag
    counts.underWay += 1
    const failed = (why) => failures.push(`request ${number}: ${why}`)
    const asking = request({ port, host: '127.0.0.1', path, method: 'POST', agent, headers }, (response) => {
      if (response.statusCode === 304) counts.unchanged += 1
      else if (response.statusCode === 200) counts.answered += 1
      else failed(`answered ${response.statusCode}`)
      if (response.headers.etag !== undefined && !user.startsWith('new')) etags.set(user, response.headers.etag)
      response.resume()
      response.on('error', failed)
    })
    asking.on('error', failed)
    asking.on('close', () => (counts.underWay -= 1))
    asking.end(JSON.stringify({ context: { targetingKey: user, email: `${user}.example`, plan: 'gold' } }))
  }
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedMs) / 1_000) * rate)
    // What a busy machine kept from being asked is asked over the next moments, not all at once.
    const number = Math.min(50, due - counts.asked, 500 - counts.underWay)
    for (let index = 0; index < number; index += 1) ask()
  }, 20)
  const listening = Array.from({ length: streams }, () => listen())

  function listen() {
    const headers = { authorization: `Bearer ${key}` }
    const asking = get({ port, host: '127.0.0.1', path: '/ofrep/v1/events', headers }, (response) => {
      if (response.statusCode !== 200) failures.push(`a stream was answered ${response.statusCode}`)
      response.on('data', (chunk) => (counts.events += String(chunk).split('data:').length - 1))
      response.on('error', () => {})
    })
    return asking.on('error', (error) => isStopping || failures.push(`a stream: ${error.message}`))
  }

  return {
    /** What went wrong, for people. */
    failures,
    told: () =>
      `${counts.asked} requests: ${counts.answered} answered, ${counts.unchanged} unchanged, ${failures.length} failed; ${counts.events} events`,
    /** Asks no more, and waits for the last answers. */
    async stop() {
      isStopping = true
      clearInterval(timer)
      while (counts.underWay > 0) await new Promise((resolve) => setTimeout(resolve, 10))
      for (const each of listening) each.destroy()
      agent.destroy()
    },
  }
}
