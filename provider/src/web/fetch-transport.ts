import type { Transport } from '../ofrep/index.js'

/**
 * The platform's fetch as a transport.
 *
 * @param timeoutMs deadline over connecting, headers and body together
 * @param request ends what is under way
 */
export function fetchTransport(fetch: typeof globalThis.fetch, timeoutMs: number, request: AbortController): Transport {
  return async ({ url, headers, body }) => {
    const timer = setTimeout(() => request.abort(new Error(`timeout after ${timeoutMs} ms`)), timeoutMs)
    try {
      const response = await fetch(url, { method: 'POST', headers, body, signal: request.signal, redirect: 'error' })
      const text = await response.text()
      return { status: response.status, header: (name) => response.headers.get(name), body: text }
    } finally {
      clearTimeout(timer)
    }
  }
}
