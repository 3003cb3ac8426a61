/** A line that speaks TLS in front of a server without it, and can lose that ability. */
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { TLSSocket, type SecureContext } from 'node:tls'

/** With which certificate it speaks TLS. `nonsense`: it does not, and says so. `silence`: it says nothing. */
export type Speech = SecureContext | 'nonsense' | 'silence'

export interface TlsLine {
  readonly port: number
  /** Ends all connections; the next are answered so. */
  speak(how: Speech): void
  close(): Promise<void>
}

/** @param target the server's port on 127.0.0.1 */
export async function startTlsLine(target: number, speech: Speech): Promise<TlsLine> {
  let speaks = speech
  const open = new Set<Socket>()
  const keep = (socket: Socket): void => {
    open.add(socket)
    socket.on('error', () => undefined).on('close', () => open.delete(socket))
  }
  const server = createTcpServer((raw) => {
    keep(raw)
    if (speaks === 'nonsense') return void raw.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    if (speaks === 'silence') return
    const near = new TLSSocket(raw, { isServer: true, secureContext: speaks })
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
