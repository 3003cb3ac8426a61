/** A server on loopback that answers as each test says, and keeps what it was sent. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Answer = (request: Received, response: ServerResponse) => void

export interface ScriptedServer {
  readonly url: string
  readonly received: Received[]
  answer: Answer
  readonly connections: () => Promise<number>
  /** Cuts all connections. */
  cut(): void
  close(): Promise<void>
}

/** Answers with that status and JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }
}

export async function startScriptedServer(answer: Answer, port = 0): Promise<ScriptedServer> {
  const received: Received[] = []
  const scripted = { answer }
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() }
      received.push(one)
      scripted.answer(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    set answer(next: Answer) {
      scripted.answer = next
    },
    get answer() {
      return scripted.answer
    },
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    cut: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
