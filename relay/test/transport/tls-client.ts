/** Clients of a TLS server, each with what it trusts and what it shows. */
import { Agent, request } from 'node:https'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'

export interface Trust extends Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'minVersion' | 'maxVersion'> {}

export interface Told {
  readonly status: number
  readonly body: string
  /** Common name of the server's certificate. */
  readonly server: string
}

export interface TlsClient {
  ask(path: string, options?: AskOptions): Promise<Told>
  close(): void
}

export interface AskOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * A client that keeps its connections open.
 *
 * @param url of the server
 */
export function tlsClient(url: string, trust: Trust): TlsClient {
  const agent = new Agent({ keepAlive: true, ...trust })
  return {
    ask: (path, { method = 'GET', headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
        const asked = request(new URL(path, url), { agent, method, headers: { ...headers, ...length } }, (response) => {
          const socket = response.socket as TLSSocket
          const server = String(socket.getPeerCertificate().subject.CN)
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (part: string) => (text += part))
          response.on('error', reject)
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, server }))
        })
        asked.on('error', reject)
        asked.end(body)
      }),
    close: () => agent.destroy(),
  }
}

/** One question on a connection of its own. */
export async function askOnce(url: string, trust: Trust, path = '/healthz', options: AskOptions = {}): Promise<Told> {
  const client = tlsClient(url, trust)
  try {
    return await client.ask(path, options)
  } finally {
    client.close()
  }
}

/** Opens a connection, and resolves when both sides agree on the encryption. */
export function openTls(url: string, options: ConnectionOptions): Promise<TLSSocket> {
  const { hostname: host, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), ...options })
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
