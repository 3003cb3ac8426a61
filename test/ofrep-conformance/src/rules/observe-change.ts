/** Watches a change of flags from all sides: the answers before and after, and what the event stream tells in between. */
import type { Answer } from '../http/answer.js'
import type { OpenStream, StreamEvent } from '../http/event-stream.js'
import type { Target } from '../http/target.js'
import { isSameJson, memberOf, parseJson, type Json, type JsonObject } from '../json.js'
import { streamUrlsOf } from './advertised-streams.js'

export interface ObservedChange {
  readonly before: Answer
  /** What the stream sent; null where no stream could be opened. */
  readonly events: readonly StreamEvent[] | null
  /** The event that brought the change, else the last one that asks for a refetch; null: none came in time. */
  readonly refetch: Refetch | null
  /** The first answer that differs from the one before; null: none did in time. */
  readonly after: Answer | null
}

/** An event that asks for a refetch, and what became of it. */
export interface Refetch {
  readonly event: StreamEvent
  readonly data: Json
  /** The answer to the refetch that the event asks for, with the old ETag as `If-None-Match`. */
  readonly answer: Answer
}

/** How long to wait between two looks at the flags. */
const pauseMs = 50

/** @throws NoAnswerError, and what `change` throws */
export async function observeChange(
  target: Target,
  context: JsonObject,
  change: () => Promise<void>,
): Promise<ObservedChange> {
  const before = await target.bulk({ context })
  const stream = await openFirst(target, before)
  try {
    await change()
    const watched = stream === null ? null : await watch(stream, { target, context, before })
    const { events = null, refetch = null } = watched ?? {}
    return { before, events, refetch, after: await differing(target, context, before) }
  } finally {
    stream?.close()
  }
}

async function openFirst(target: Target, answer: Answer): Promise<OpenStream | null> {
  const [url] = streamUrlsOf(answer.json, target.options.baseUrl)
  if (url === undefined) return null
  const stream = await target.stream(url)
  if (stream.status === 200) return stream
  stream.close()
  return null
}

interface Watch {
  readonly target: Target
  readonly context: JsonObject
  readonly before: Answer
}

/** Follows every event until one brings the change: a server may tell a newcomer at once what is no news to it. */
async function watch(stream: OpenStream, watching: Watch): Promise<Pick<ObservedChange, 'events' | 'refetch'>> {
  const events: StreamEvent[] = []
  let refetch: Refetch | null = null
  const endMs = performance.now() + watching.target.options.timeoutMs
  while (refetch === null || !isChanged(refetch.answer, watching.before)) {
    const chunk = await stream.next(Math.max(0, endMs - performance.now()))
    if (chunk === null) break
    events.push(...chunk.events)
    const event = chunk.events.findLast(isRefetch)
    if (event === undefined) continue
    const data = parseJson(event.data) ?? null
    refetch = { event, data, answer: await refetchAs(watching, data) }
  }
  return { events, refetch }
}

function isRefetch({ data }: StreamEvent): boolean {
  return memberOf(parseJson(data), 'type') === 'refetchEvaluation'
}

function refetchAs({ target, context, before }: Watch, data: Json): Promise<Answer> {
  const query = new URLSearchParams()
  const [etag, lastModified] = [memberOf(data, 'etag'), memberOf(data, 'lastModified')]
  if (typeof etag === 'string') query.set('flagConfigEtag', etag)
  if (typeof lastModified === 'string' || typeof lastModified === 'number') {
    query.set('flagConfigLastModified', String(lastModified))
  }
  const headers = { 'if-none-match': before.headers['etag'] ?? null }
  return target.bulk({ context, headers, query: query.toString() })
}

/** Whether an answer has flags, and others than before. */
export function isChanged(answer: Answer, before: Answer): boolean {
  const flags = memberOf(answer.json, 'flags')
  return answer.status === 200 && flags !== undefined && !isSameJson(flags, memberOf(before.json, 'flags'))
}

async function differing(target: Target, context: JsonObject, before: Answer): Promise<Answer | null> {
  const endMs = performance.now() + target.options.timeoutMs
  while (before.status === 200 && performance.now() < endMs) {
    const after = await target.bulk({ context })
    if (isChanged(after, before)) return after
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return null
}
