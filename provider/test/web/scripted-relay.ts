/** A relay on loopback that does what a test says: OFREP's bulk answer with validators, event streams, and faults. */
import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { json, startScriptedServer, type Answer, type Received } from '../server/scripted-server.js'

export type Context = { readonly targetingKey?: string } & { readonly [name: string]: unknown }

export interface BulkRequest extends Received {
  readonly context: Context
}

export interface ScriptedRelay {
  readonly url: string
  /** The flags for a context; by default one that says for whom the answer is. */
  flags: (context: Context) => readonly object[]
  /** What the bulk answer says besides its flags. */
  more: object
  /** Further headers of right answers. */
  headers: Record<string, string>
  /** Answers bulk requests instead, null for the right answer. */
  fault: Answer | null
  /** Bulk requests in the order they came. */
  readonly asked: BulkRequest[]
  /** How many of them were answered to the end, or cut. */
  readonly answered: number
  /** The open event streams. */
  readonly streams: OpenStream[]
  /** How many event streams were ever opened, with their addresses. */
  readonly opened: string[]
  /** Answers requests for event streams instead, null to open them. */
  streamFault: Answer | null
  /** Holds back answers to bulk requests until each is let go, in any order. */
  hold(): void
  readonly held: (() => void)[]
  /** Tells all streams that flags have changed. */
  tell(event?: object): void
  /** Cuts all connections. */
  cut(): void
  close(): Promise<void>
}

export interface OpenStream {
  readonly path: string
  readonly lastEventId: string | undefined
  readonly response: ServerResponse
}

export const streamPath = '/ofrep/v1/events?token=stream-secret'

/** The member of a bulk answer that names the relay's event stream. */
export const namesStream = { eventStreams: [{ type: 'sse', endpoint: { requestUri: streamPath } }] }

/** @param port 0 for a free one */
export async function startScriptedRelay(port = 0): Promise<ScriptedRelay> {
  const asked: BulkRequest[] = []
  const streams: OpenStream[] = []
  const opened: string[] = []
  let held: (() => void)[] | null = null
  let answered = 0

  const server = await startScriptedServer((request, response) => {
    if (request.path.startsWith('/ofrep/v1/events')) return openStream(request, response)
    const { context = {} } = JSON.parse(request.body || '{}') as { readonly context?: Context }
    const bulk = { ...request, context }
    asked.push(bulk)
    response.on('close', () => (answered += 1))
    const answer = relay.fault ?? answerOf(relay, context)
    if (held === null) answer(bulk, response)
    else held.push(() => answer(bulk, response))
  }, port)

  function openStream(request: Received, response: ServerResponse): void {
    opened.push(request.path)
    if (relay.streamFault !== null) return relay.streamFault(request, response)
    const stream = { path: request.path, lastEventId: request.headers['last-event-id'] as string | undefined, response }
    streams.push(stream)
    response.on('close', () => streams.splice(streams.indexOf(stream), 1))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(':\n\n')
  }

  const relay: ScriptedRelay = {
    url: server.url,
    flags: ({ targetingKey }) => [{ key: 'who', value: targetingKey ?? 'anonymous', reason: 'TARGETING_MATCH' }],
    more: {},
    headers: {},
    fault: null,
    asked,
    get answered() {
      return answered
    },
    streams,
    opened,
    streamFault: null,
    hold: () => (held ??= []),
    get held() {
      return held ?? []
    },
    tell(event = { type: 'refetchEvaluation' }) {
      for (const { response } of streams) response.write(`id: 1\nevent: message\ndata: ${JSON.stringify(event)}\n\n`)
    },
    cut: () => server.cut(),
    close: () => server.close(),
  }
  return relay
}

/** The right answer, or 304 for who has it. The validator covers the whole answer. */
function answerOf({ flags, more, headers }: ScriptedRelay, context: Context): Answer {
  const body = { flags: flags(context), ...more }
  const etag = `"${createHash('sha1').update(JSON.stringify(body)).digest('hex')}"`
  return (request, response) => {
    if (request.headers['if-none-match'] !== etag) return json(200, body, { ...headers, etag })(request, response)
    response.writeHead(304, { ...headers, etag }).end()
  }
}
