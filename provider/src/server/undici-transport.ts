/** The transport on Node: a pool of keep-alive connections of our own, so that closing the provider closes them. */
import { Agent, request } from 'undici'
import type { TransportResponse } from '../ofrep/index.js'
import type { CreateTransport } from './transport.js'

/** An answer about flags larger than this is not one. */
const maxBodyBytes = 64 * 1024 * 1024

export const createTransport: CreateTransport = ({ timeoutMs }) => {
  const agent = new Agent({ connect: { timeout: timeoutMs }, maxResponseSize: maxBodyBytes, pipelining: 1 })
  const closing = new AbortController()
  return {
    async send({ url, headers, body }): Promise<TransportResponse> {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)])
      const response = await request(url, { method: 'POST', headers, body, dispatcher: agent, signal })
      const text = await response.body.text()
      return {
        status: response.statusCode,
        header: (name) => [response.headers[name.toLowerCase()] ?? null].flat()[0] ?? null,
        body: text,
      }
    },
    async close() {
      closing.abort(new Error('the provider was closed'))
      await agent.destroy()
    },
  }
}
