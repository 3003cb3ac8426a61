/** The transport on Node: a pool of keep-alive connections of our own, so that closing the provider closes them. */
import { Agent, request } from 'undici'
import type { CreateTransport } from './transport.js'

/** An answer about flags larger than this is not one. */
const maxBodyBytes = 64 * 1024 * 1024

export const createTransport: CreateTransport = ({ timeoutMs }) => {
  const agent = new Agent({ connect: { timeout: timeoutMs }, maxResponseSize: maxBodyBytes, pipelining: 1 })
  // A stream outgrows any limit of an answer in time.
  const streams = new Agent({ connect: { timeout: timeoutMs }, headersTimeout: timeoutMs, bodyTimeout: 0 })
  return {
    async send({ url, headers, body }) {
      const signal = AbortSignal.timeout(timeoutMs)
      const response = await request(url, { method: 'POST', headers, body, dispatcher: agent, signal })
      const text = await response.body.text()
      return { status: response.statusCode, header: (name) => headerOf(response.headers, name), body: text }
    },
    async open({ url, headers, signal }) {
      const response = await request(url, { headers, dispatcher: streams, signal })
      return { status: response.statusCode, header: (name) => headerOf(response.headers, name), chunks: response.body }
    },
    async close() {
      // Ends what is under way, so no request needs a signal of all that there are: those grow with each request on Node 20.
      const closed = new Error('the provider was closed')
      await Promise.all([agent.destroy(closed), streams.destroy(closed)])
    },
  }
}

function headerOf(headers: Record<string, string | string[] | undefined>, name: string): string | null {
  return [headers[name.toLowerCase()]].flat()[0] ?? null
}
