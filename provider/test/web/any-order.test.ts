/** Whatever happens in whatever order: no user sees another's flags, and in the end everybody sees the newest ones. */
import { ProviderEvents } from '@openfeature/web-sdk'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, it, vi, expect } from 'vitest'
import { SwitchyardWebProvider, type EventSourceLike } from '../../src/web/index.js'
import { FakeDocument, memoryStorage } from './visit.js'

/** An event stream whose life the test directs. */
class DirectedStream implements EventSourceLike {
  readyState = 0
  onopen: EventSourceLike['onopen'] = null
  onmessage: EventSourceLike['onmessage'] = null
  onerror: EventSourceLike['onerror'] = null

  close(): void {
    this.readyState = 2
  }

  become(readyState: 0 | 1 | 2): void {
    if (this.readyState === 2) return
    this.readyState = readyState
    if (readyState === 1) this.onopen?.(new Event('open'))
    else this.onerror?.(new Event('error'))
  }

  tell(): void {
    const data = JSON.stringify({ type: 'refetchEvaluation', etag: '"e"' })
    if (this.readyState === 1) this.onmessage?.(new MessageEvent('message', { data }))
  }
}

/** A relay in memory: it answers when it is told to, with the state of that moment or of the moment it was asked. */
class DirectedRelay {
  revision = 1
  fault: 'none' | 'cut' | 503 | 429 | 401 | 400 | 'nonsense' = 'none'
  namesStreams = true
  readonly streams: DirectedStream[] = []
  readonly waiting: (() => void)[] = []
  isPrompt = false

  readonly fetch = (_input: unknown, init: RequestInit = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      init.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      const answerNow = this.#answer(init)
      this.waiting.push(() => (answerNow === null ? reject(new TypeError('cut')) : resolve(answerNow)))
      if (this.isPrompt) this.release(0)
    })

  release(i: number): void {
    this.waiting.splice(i % Math.max(1, this.waiting.length), 1)[0]?.()
  }

  #answer({ body, headers }: RequestInit): Response | null {
    if (this.fault === 'cut') return null
    if (this.fault === 'nonsense') return new Response('<html>')
    if (this.fault !== 'none') return Response.json({ errorCode: 'INVALID_CONTEXT' }, { status: this.fault })
    const { context } = JSON.parse(body as string) as { context: { targetingKey?: string; plan: string } }
    const { targetingKey = `nobody with ${context.plan}`, plan } = context
    const etag = `"${targetingKey} ${plan} ${this.revision} ${this.namesStreams}"`
    if (new Headers(headers).get('if-none-match') === etag)
      return new Response(null, { status: 304, headers: { etag } })
    const flags = [
      { key: 'who', value: targetingKey, reason: 'TARGETING_MATCH' },
      { key: 'plan', value: plan, reason: 'TARGETING_MATCH' },
      { key: 'revision', value: this.revision, reason: 'STATIC' },
    ]
    const eventStreams = this.namesStreams ? [{ type: 'sse', url: 'http://relay/events' }] : []
    return Response.json({ flags, eventStreams }, { headers: { etag } })
  }
}

type Step =
  | { readonly kind: 'context'; readonly user: number; readonly plan: string }
  | { readonly kind: 'release' | 'stream'; readonly i: number }
  | { readonly kind: 'fault'; readonly fault: DirectedRelay['fault'] }
  | { readonly kind: 'flip' | 'hide' | 'show' | 'streams' }
  | { readonly kind: 'time'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('context'), user: fc.nat(3), plan: fc.constantFrom('a', 'b') }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('release'), i: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('stream'), i: fc.nat(8) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fault'),
      fault: fc.constantFrom('none', 'none', 'cut', 503, 429, 401, 400, 'nonsense'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('flip', 'hide', 'show', 'streams') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time'), ms: fc.constantFrom(0, 1_000, 30_000, 200_000) }) },
) as fc.Arbitrary<Step>

/** The fourth has no name. */
const users = ['ann', 'bob', 'cid', undefined]

const contextOf = (user: number, plan: string): { targetingKey?: string; plan: string } => {
  const targetingKey = users[user]
  return { plan, ...(targetingKey === undefined ? {} : { targetingKey }) }
}

let document: FakeDocument

beforeEach(() => {
  vi.useFakeTimers()
  document = new FakeDocument()
  vi.stubGlobal('document', document)
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

class Page {
  readonly relay = new DirectedRelay()
  readonly provider: SwitchyardWebProvider
  context = contextOf(0, 'a')
  /** What an application shows that follows the events, as `who plan revision`. */
  shown = ''
  readonly #pending: Promise<unknown>[] = []

  constructor(cacheMode: 'local-cache-first' | 'network-first', storage = memoryStorage()) {
    const { fetch, streams } = this.relay
    const eventSource = (): DirectedStream => {
      const stream = new DirectedStream()
      streams.push(stream)
      return stream
    }
    this.provider = new SwitchyardWebProvider({
      url: 'http://relay',
      fetch,
      eventSource,
      storage,
      cacheMode,
    })
    for (const event of Object.values(ProviderEvents)) this.provider.events.addHandler(event, () => this.show())
    const starting = this.provider.initialize(this.context, undefined)
    this.#pending.push(starting.then(() => this.show()).catch(() => undefined))
  }

  show(): void {
    this.shown = this.seen()
  }

  /** What evaluating gives now. */
  seen(): string {
    const { provider } = this
    const who = provider.resolveStringEvaluation('who', 'default').value
    const plan = provider.resolveStringEvaluation('plan', 'default').value
    return `${who} ${plan} ${provider.resolveNumberEvaluation('revision', 0).value}`
  }

  /** What is right in the end. */
  expected(): string {
    const { targetingKey = `nobody with ${this.context.plan}`, plan } = this.context
    return `${targetingKey} ${plan} ${this.relay.revision}`
  }

  /** Neither what is evaluated nor what is shown may be another user's. */
  check(): void {
    const { targetingKey = `nobody with ${this.context.plan}` } = this.context
    for (const view of [this.seen(), this.shown]) expect(view).toMatch(new RegExp(`^(default|${targetingKey}) |^$`))
  }

  async take(step: Step): Promise<void> {
    const { relay } = this
    if (step.kind === 'context') {
      const before = this.context
      this.context = contextOf(step.user, step.plan)
      const changing = this.provider.onContextChange(before, this.context)
      this.check()
      if (changing) this.#pending.push(changing.then(() => this.show()).catch(() => undefined))
    } else if (step.kind === 'release') relay.release(step.i)
    else if (step.kind === 'stream') relay.streams.at(-1)?.become((step.i % 3) as 0 | 1 | 2)
    else if (step.kind === 'fault') relay.fault = step.fault
    else if (step.kind === 'flip') {
      relay.revision += 1
      for (const stream of relay.streams) stream.tell()
    } else if (step.kind === 'streams') relay.namesStreams = !relay.namesStreams
    else if (step.kind === 'time') await vi.advanceTimersByTimeAsync(step.ms)
    else document.show(step.kind === 'show')
    this.check()
    await vi.advanceTimersByTimeAsync(0)
    this.check()
  }

  /** The relay is well again and prompt, the page is shown, and time goes by. */
  async heal(): Promise<void> {
    const { relay } = this
    relay.fault = 'none'
    relay.isPrompt = true
    while (relay.waiting.length > 0) relay.release(0)
    await vi.advanceTimersByTimeAsync(0)
    for (let i = 0; i < 4; i += 1) {
      document.show(false)
      document.show(true)
      await vi.advanceTimersByTimeAsync(400_000)
      for (const stream of relay.streams) if (stream.readyState === 0) stream.become(1)
      await vi.advanceTimersByTimeAsync(0)
    }
    await Promise.all(this.#pending)
  }
}

describe('in any order of answers, faults, changes of context and streams', () => {
  it.each(['local-cache-first', 'network-first'] as const)(
    'no user sees the flags of another, and the newest ones are seen and told in the end (%s)',
    async (cacheMode) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          document.show(true)
          const page = new Page(cacheMode)
          for (const each of steps) await page.take(each)
          await page.heal()
          expect(page.seen()).toBe(page.expected())
          expect(page.shown).toBe(page.expected())
          await page.provider.onClose()
          expect(page.relay.streams.filter(({ readyState }) => readyState !== 2)).toEqual([])
          expect(vi.getTimerCount()).toBe(0)
        }),
        { numRuns: 300 },
      )
    },
  )
})
