/** A collector of OpenTelemetry that takes OTLP over HTTP as JSON, and keeps what it was sent. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code: number }
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface CollectedEvent {
  readonly traceId: string
  readonly spanId: string
  readonly eventName: string
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface FakeCollector {
  readonly url: string
  readonly spans: CollectedSpan[]
  readonly events: CollectedEvent[]
  /** Bodies and headers as they came. */
  readonly requests: {
    readonly path: string
    readonly headers: Readonly<Record<string, unknown>>
    readonly body: string
  }[]
  /** What it answers with from now on. */
  status: number
  close(): Promise<void>
}

interface Written {
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
}

/** Attributes by name: the one member of a value is its type. */
function plain<Item extends Written>(item: Item): Item & { readonly attributes: Record<string, unknown> } {
  const entries = item.attributes.map(({ key, value }) => [key, Object.values(value)[0]] as const)
  return { ...item, attributes: Object.fromEntries(entries) }
}

export async function startFakeCollector(): Promise<FakeCollector> {
  const collected = {
    spans: [] as CollectedSpan[],
    events: [] as CollectedEvent[],
    requests: [] as FakeCollector['requests'],
  }
  const collector = { ...collected, status: 200 }
  const take = (text: string): void => {
    const body = JSON.parse(text)
    for (const { scopeSpans } of body.resourceSpans ?? [])
      for (const { spans } of scopeSpans) collected.spans.push(...spans.map(plain))
    for (const { scopeLogs } of body.resourceLogs ?? [])
      for (const { logRecords } of scopeLogs) collected.events.push(...logRecords.map(plain))
  }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += String(part)
    const path = request.url ?? ''
    collected.requests.push({ path, headers: request.headers, body })
    if (collector.status === 200) take(body)
    response.writeHead(collector.status, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return Object.assign(collector, {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}
