import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../../src/vendors/http/client.js'

let closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

/** A server that accepts connections and never says a word, and a client that would wait for it for an hour. */
async function startSilence(timeoutMs: number) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = createHttpClient({ headers: {}, connectTimeoutMs: 3_600_000, timeoutMs, maxDocumentBytes: 1_000 })
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  closing.push(() => client.close())
  return { client, sockets, url: new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`) }
}

describe('a handshake without an end', () => {
  it('ends at the deadline of the request', async () => {
    const { client, url } = await startSilence(200)
    const asked = client.get(url, {}, new AbortController().signal)
    await expect(asked).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
  })

  it.each(['get', 'stream'] as const)('ends when the source is stopped (%s)', async (how) => {
    const { client, sockets, url } = await startSilence(3_600_000)
    const stop = new AbortController()
    const asked = client[how](url, {}, stop.signal)
    const ended = expect(asked).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    await expect.poll(() => sockets.size).toBe(1)
    stop.abort()
    await ended
  })
})
