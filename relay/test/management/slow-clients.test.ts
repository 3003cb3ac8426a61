/** Clients of the management plane that take their time, or send too much: real connections, which are ended. */
import type { Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createManagementServer, type ManagementServerOptions } from '../../src/management/server.js'
import { createUsageLane } from '../../src/usage/usage-lane.js'
import { createLogger } from '../../src/telemetry/logger.js'
import { textOf } from '../http/plane.js'
import { noReloads } from '../reload/no-reloads.js'

async function start(timeouts?: ManagementServerOptions['timeouts']): Promise<{ server: Server; port: number }> {
  const logger = createLogger({ level: 'error', format: 'json', destination: { write: () => undefined }, now: () => 0 })
  const server = createManagementServer({
    isExposed: false,
    isHostAllowed: () => true,
    status: {
      version: '1.2.3',
      startedAtMs: 0,
      now: () => 0,
      environments: [],
      usage: createUsageLane(),
      isDraining: () => false,
      allowsChanges: true,
      reloads: () => noReloads,
    },
    metrics: () => Promise.reject(new Error('no metrics here')),
    logger,
    ...(timeouts === undefined ? {} : { timeouts }),
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, port: (server.address() as AddressInfo).port }
}

/** Sends that much and nothing more; what comes until the server ends the connection. */
function sendAndWait(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1', () => socket.write(text))
  return textOf(socket)
}

describe('the management plane', () => {
  it('gives headers ten seconds and a request fifteen, and looks every second', async () => {
    const { server } = await start()
    expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 15_000])
  })

  it.each([
    ['headers that do not end', 'GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ', 400, 60_000],
    [
      'a body that does not come',
      'POST /explain HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
      300,
      400,
    ],
  ])('ends a connection with %s, and answers others meanwhile', async (_what, text, headersTimeout, requestTimeout) => {
    const { port } = await start({ headersTimeout, requestTimeout })
    const slow = sendAndWait(port, text)
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200)
    expect(await slow).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('answers 431 to headers that are too long', async () => {
    const { port } = await start()
    const text = `GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`
    expect(await sendAndWait(port, text)).toMatch(/^HTTP\/1\.1 431 /)
  })
})
