/** The transport on runtimes that are not Node: the platform's fetch, which keeps its own connections. */
import type { CreateTransport } from './transport.js'

export const createTransport: CreateTransport = ({ timeoutMs }) => {
  const closing = new AbortController()
  return {
    async send({ url, headers, body }) {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)])
      const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
      const text = await response.text()
      return { status: response.status, header: (name) => response.headers.get(name), body: text }
    },
    async open({ url, headers, signal }) {
      const response = await fetch(url, {
        headers,
        signal: AbortSignal.any([closing.signal, signal]),
        redirect: 'error',
      })
      return { status: response.status, header: (name) => response.headers.get(name), chunks: chunksOf(response.body) }
    },
    async close() {
      closing.abort(new Error('the provider was closed'))
    },
  }
}

/** Not every runtime lets a stream be iterated. */
async function* chunksOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader()
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) yield next.value
}
