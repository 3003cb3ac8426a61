/** One connection of an application: requests follow each other on it, and when it breaks the next request fails. */
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http'

export interface Connection {
  post(path: string, body: string): Promise<{ readonly status: number; readonly body: string }>
  get(path: string): Promise<{ readonly status: number; readonly body: string }>
  /** Sends the headers, and resolves when the server asks for the body; what it gives back sends that. */
  begin(path: string, body: string): Promise<() => Promise<number>>
  close(): void
}

/** Opens at the first request. @param headers of each request */
export function openConnection(url: string, headers: Readonly<Record<string, string>>): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const start = (path: string, more: Readonly<Record<string, string>>): ClientRequest =>
    request(new URL(path, url), {
      agent,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', ...more },
    })
  return {
    async post(path, body) {
      const sent = start(path, { 'content-length': String(body.length) })
      sent.end(body)
      return answerOf(sent)
    },
    get: (path) => {
      const sent = request(new URL(path, url), { agent, headers })
      sent.end()
      return answerOf(sent)
    },
    async begin(path, body) {
      const sent = start(path, { 'content-length': String(body.length), expect: '100-continue' })
      sent.flushHeaders()
      const answer = answerOf(sent)
      answer.catch(() => undefined)
      await new Promise<void>((resolve, reject) => sent.once('continue', resolve).once('error', reject))
      return async () => {
        sent.end(body)
        return (await answer).status
      }
    },
    close: () => agent.destroy(),
  }
}

function answerOf(sent: ClientRequest): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (response: IncomingMessage) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (body += part))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
  })
}
