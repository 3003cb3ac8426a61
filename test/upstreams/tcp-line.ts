/** A line on loopback between a client and a server, which can be cut, and can fall silent as a network that drops packets does. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface TcpLine {
  readonly port: number
  /** Ends all connections, and each new one at once. */
  cut(): void
  /** Connections stay, new ones are accepted, and not a byte goes through. */
  stall(): void
  /** The connections that are open fall silent for good, as at a firewall that forgot them; new ones work. */
  forget(): void
  /** Works again; what was stalled is cut, as the bytes that were swallowed are lost. */
  mend(): void
  /** Connections that are open. */
  readonly connections: () => number
  close(): Promise<void>
}

/**
 * @param target the server's port on 127.0.0.1; asked for at each connection, as a server that restarts may have another
 * @param port where it listens; any free one when absent
 */
export async function startTcpLine(target: () => number, port = 0): Promise<TcpLine> {
  let state: 'works' | 'cut' | 'stalled' = 'works'
  const open = new Set<Socket>()
  const forgotten = new WeakSet<Socket>()
  const end = (): void => {
    for (const socket of open) socket.destroy()
  }
  const server = createServer((near) => {
    if (state === 'cut') return void near.destroy()
    const far = connect(target(), '127.0.0.1')
    const pair = [near, far] as const
    for (const [from, to] of [pair, [far, near] as const]) {
      open.add(from)
      from.on('data', (chunk) => {
        if (state === 'works' && !forgotten.has(from)) to.write(chunk)
      })
      from.on('error', () => undefined)
      from.on('close', () => {
        // The end of a connection is a packet too.
        if (state !== 'stalled' && !forgotten.has(from)) to.destroy()
        open.delete(from)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut'
      end()
    },
    stall: () => (state = 'stalled'),
    forget() {
      for (const socket of open) forgotten.add(socket)
    },
    mend() {
      if (state === 'stalled') end()
      state = 'works'
    },
    connections: () => open.size / 2,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        end()
      }),
  }
}
