/** A line that speaks TLS in front of a server without it, and can lose that ability. */
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { TLSSocket, type SecureContext } from 'node:tls'

export interface TlsLine {
  readonly port: number
  /** Ends all connections; the next are answered so. `nonsense`: not TLS. */
  speak(how: 'tls' | 'nonsense'): void
  close(): Promise<void>
}

/** @param target the server's port on 127.0.0.1 */
export async function startTlsLine(target: number, secureContext: SecureContext): Promise<TlsLine> {
  let speaks: 'tls' | 'nonsense' = 'tls'
  const open = new Set<Socket>()
  const keep = (socket: Socket): void => {
    open.add(socket)
    socket.on('error', () => undefined).on('close', () => open.delete(socket))
  }
  const server = createTcpServer((raw) => {
    keep(raw)
    if (speaks === 'nonsense') return void raw.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    const near = new TLSSocket(raw, { isServer: true, secureContext })
    const far = connect(target, '127.0.0.1')
    keep(near)
    keep(far)
    near.pipe(far).pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  const end = (): void => {
    for (const socket of open) socket.destroy()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    speak(how) {
      speaks = how
      end()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        end()
      }),
  }
}
