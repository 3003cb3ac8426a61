/** The transport on runtimes that are not Node: the platform's fetch, which keeps its own connections. */
import type { TransportResponse } from '../ofrep/index.js'
import type { CreateTransport } from './transport.js'

export const createTransport: CreateTransport = ({ timeoutMs }) => {
  const closing = new AbortController()
  return {
    async send({ url, headers, body }): Promise<TransportResponse> {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)])
      const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
      const text = await response.text()
      return { status: response.status, header: (name) => response.headers.get(name), body: text }
    },
    async close() {
      closing.abort(new Error('the provider was closed'))
    },
  }
}
