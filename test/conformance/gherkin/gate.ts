/** A way from a client to a server that can be cut without stopping either. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Gate {
  readonly url: string
  /**
   * `open`: bytes pass. `cut`: connections end, and further ones end at once. `silent`: connections are taken, and nothing
   * passes.
   */
  set(state: 'open' | 'cut' | 'silent'): void
  close(): Promise<void>
}

/** @param to address of the server; http, with a port */
export async function openGate(to: string): Promise<Gate> {
  let state: 'open' | 'cut' | 'silent' = 'open'
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    // What is cut is cut on both sides: there is nobody to tell.
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer((client) => {
    keep(client)
    if (state === 'cut') return void client.destroy()
    if (state === 'silent') return
    const upstream = connect(Number(new URL(to).port), new URL(to).hostname)
    keep(upstream)
    client.pipe(upstream).pipe(client)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(next) {
      state = next
      if (next === 'cut') destroyAll()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        destroyAll()
      }),
  }
}
