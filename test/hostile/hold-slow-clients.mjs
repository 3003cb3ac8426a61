/** A normal client beside thousands of slow ones: what it notices. */
import { Agent, request } from 'node:http'
import { startNodeWithChannel, startRelay, stop, told } from '../bench/processes.mjs'

const key = 'server-key-beside-slow-clients'
const body = JSON.stringify({ context: { targetingKey: 'user-1', plan: 'gold' } })

/**
 * @param {{ file: string, connections: number, asked: number }} options `file`: the flags; `connections`: slow ones; `asked`: normal
 *   requests before, and as many meanwhile
 */
export async function holdSlowClients({ file, connections, asked }) {
  const relay = await startRelay({
    SERVER__HOST: '127.0.0.1',
    SERVER__HEADERS_TIMEOUT: '15s',
    SERVER__REQUEST_TIMEOUT: '20s',
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__SHOP__UPSTREAM__PATH: file,
    ENVIRONMENTS__SHOP__SERVER_KEYS__0: key,
  })
  const slow = startNodeWithChannel(['test/hostile/slowloris.mjs'], { KEY: key })
  const port = Number(new URL(relay.dataUrl).port)
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  try {
    const before = await askMany(port, agent, asked)
    const opened = await told(slow, { port, count: connections })
    const meanwhile = await askMany(port, agent, asked)
    const held = await told(slow, {})
    // New connections have to be accepted, too.
    const fresh = await askMany(port, new Agent(), Math.min(200, asked))
    let after = await told(slow, {})
    while (after.open > 0) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      after = await told(slow, {})
    }
    const metrics = await (await fetch(`${relay.managementUrl}/metrics`)).text()
    const tooSlow = Number(/^switchyard_refusals_total\{reason="too-slow"\} (\d+)$/m.exec(metrics)?.[1])
    return { before, meanwhile, fresh, opened, held, after, tooSlow }
  } finally {
    agent.destroy()
    slow.disconnect()
    await stop(relay.child)
  }
}

/** @returns how many failed, and the median and the slowest twentieth in milliseconds */
async function askMany(port, agent, count) {
  const times = []
  let failed = 0
  for (let number = 0; number < count; number += 1) {
    const startedMs = performance.now()
    const status = await ask(port, agent)
    times.push(performance.now() - startedMs)
    if (status !== 200) failed += 1
  }
  times.sort((a, b) => a - b)
  return { failed, medianMs: times[count >> 1], p95Ms: times[Math.floor(count * 0.95)] }
}

function ask(port, agent) {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const options = { port, host: '127.0.0.1', path: '/ofrep/v1/evaluate/flags', method: 'POST', agent, headers }
    const asking = request(options, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode))
    })
    asking.on('error', () => resolve(0))
    asking.end(body)
  })
}
