/**
 * Spans of requests to upstreams. The HTTP client tells of its requests on channels of Node's own, so sources know nothing of
 * this, and nothing is told while nobody listens.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { SpanKeeper, StartedSpan } from './spans.js'

export interface UpstreamSpans {
  /** Runs an environment's source: its requests become spans. */
  run<Result>(environment: string, run: () => Result): Result
  close(): void
}

interface RequestMessage {
  readonly request: object & { readonly method: string; readonly origin: string | URL }
  readonly response?: { readonly statusCode: number; readonly headers: readonly Buffer[] }
  readonly error?: unknown
}

interface OpenRequest {
  readonly span: StartedSpan
  readonly attributes: Record<string, unknown>
}

/** Begins to listen. Requests outside of `run` are none of ours: the exporter's own are among them. */
export function listenForUpstreamSpans(spans: SpanKeeper): UpstreamSpans {
  const environments = new AsyncLocalStorage<string>()
  const open = new WeakMap<object, OpenRequest>()
  const end = (request: object, attributes: Readonly<Record<string, unknown>>, isError: boolean): void => {
    const known = open.get(request)
    if (known === undefined) return
    open.delete(request)
    spans.end(known.span, { attributes: { ...known.attributes, ...attributes }, isError })
  }
  const listeners: Record<string, (message: RequestMessage) => void> = {
    'undici:request:create': ({ request }) => {
      const environment = environments.getStore()
      if (environment === undefined) return
      open.set(request, { span: spans.start(request.method, 3, null), attributes: beginning(request, environment) })
    },
    'undici:request:headers': ({ request, response }) => {
      const known = open.get(request)
      if (known === undefined || response === undefined) return
      known.attributes['http.response.status_code'] = response.statusCode
      // A stream never ends: that it is open is what there is to know.
      if (response.headers.some((part) => part.toString('latin1').startsWith('text/event-stream')))
        end(request, {}, false)
    },
    'undici:request:trailers': ({ request }) => {
      const status = Number(open.get(request)?.attributes['http.response.status_code'])
      end(request, status >= 400 ? { 'error.type': String(status) } : {}, status >= 400)
    },
    'undici:request:error': ({ request, error }) => end(request, { 'error.type': errorType(error) }, true),
  }
  const subscriptions = Object.entries(listeners).map(
    ([channel, listener]) => [channel, (message: unknown) => listener(message as RequestMessage)] as const,
  )
  for (const [channel, listener] of subscriptions) subscribe(channel, listener)
  return {
    run: (environment, run) => environments.run(environment, run),
    close: () => {
      for (const [channel, listener] of subscriptions) unsubscribe(channel, listener)
    },
  }
}

/** Neither path nor query: vendors have keys in both. */
function beginning({ method, origin }: RequestMessage['request'], environment: string): Record<string, unknown> {
  const { hostname, port, protocol } = new URL(origin)
  return {
    'http.request.method': method,
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    'switchyard.environment': environment,
  }
}

function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
