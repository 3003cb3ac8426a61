import { describe, expect, it } from 'vitest'
import { createEnvironment } from '../../src/environments/create-environment.js'
import type { RunningEnvironment } from '../../src/environments/running-environment.js'
import { RelayError } from '../../src/relay-error.js'
import { createLogger } from '../../src/telemetry/logger.js'
import type { SourceSink } from '../../src/vendors/source.js'
import { createEncodedRulesets } from '../../src/workers/encoded-rulesets.js'
import { followEnvironment, type FollowedEnvironment } from '../../src/workers/followed-environment.js'
import type { EnvironmentUpdate } from '../../src/workers/messages.js'
import { feedWorker, type WorkerFeed } from '../../src/workers/worker-feed.js'
import { documentOf, plainVendor } from '../environments/plain-vendor.js'

const nowMs = Date.UTC(2026, 0, 31, 12)
const logged: string[] = []
const logger = createLogger({
  level: 'error',
  format: 'json',
  destination: { write: (line) => void logged.push(line) },
  now: () => nowMs,
})

interface Pair {
  readonly environment: RunningEnvironment
  readonly sink: SourceSink
  readonly feed: WorkerFeed
  /** As the worker sees it. */
  readonly followed: FollowedEnvironment
  /** All that was sent, applied or not. */
  readonly sent: EnvironmentUpdate[]
  /** Lets the worker apply what was sent and answer; resolves when nothing is left to send. */
  settle(): Promise<void>
}

/** An environment of the primary, and a worker that applies updates when it is told to. */
async function startPair(): Promise<Pair> {
  let sink: SourceSink | undefined
  const run = async (given: SourceSink): Promise<void> => {
    sink = given
  }
  const source = { description: 'test', run }
  const environment = createEnvironment({ name: 'shop', vendor: plainVendor, source, now: () => nowMs, logger })
  await environment.run(new AbortController().signal)
  if (sink === undefined) throw new Error('the source was not run')
  const sent: EnvironmentUpdate[] = []
  const followed = followEnvironment({ name: 'shop', corsOrigins: [], isOrdered: false, now: () => nowMs, logger })
  const encoded = createEncodedRulesets()
  const queue: EnvironmentUpdate[] = []
  const send = (update: EnvironmentUpdate): void => {
    const arrived = structuredClone(update)
    sent.push(arrived)
    queue.push(arrived)
  }
  const feed = feedWorker({ environments: [environment], encoded, send, logger })
  const settle = async (): Promise<void> => {
    // A change is sent in the microtask after it.
    await Promise.resolve()
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) feed.applied(followed.apply(next))
  }
  return { environment, sink, feed, followed, sent, settle }
}

const about = {}
const formsOf = (sent: readonly EnvironmentUpdate[]): unknown[] =>
  sent.map(({ served }) => (served === null ? 'nothing' : (served.content?.form ?? 'the same')))
const valueOf = ({ served }: FollowedEnvironment, flagKey: string): unknown =>
  served?.snapshot.evaluate(flagKey, {}, { nowMs, random: () => 0 })?.value

describe('what a worker is told', () => {
  it('is the whole ruleset once, and then what has changed', async () => {
    const { feed, sink, sent, settle, followed, environment } = await startPair()
    sink.document(documentOf({ a: 1, b: 2 }), about)
    feed.start(() => undefined)
    await settle()
    sink.document(documentOf({ a: 1, b: 3 }), about)
    await settle()
    expect(formsOf(sent)).toEqual(['whole', 'patch'])
    const patch = JSON.parse(Buffer.from(sent[1]?.served?.content?.text ?? []).toString()) as { flags: object }
    expect(patch.flags).toEqual({ set: { b: expect.anything() } })
    const { revision, sequence, fence, sinceMs, snapshot } = followed.served ?? {}
    expect({ revision, sequence, fence, sinceMs }).toEqual({
      revision: environment.served?.revision,
      sequence: 2,
      fence: 0,
      sinceMs: nowMs,
    })
    expect(snapshot?.ruleset).toEqual(environment.served?.snapshot.ruleset)
    expect(valueOf(followed, 'b')).toBe(3)
  })

  it('is that there is nothing, before the first data', async () => {
    const { feed, sent, settle, followed } = await startPair()
    let isCaughtUp = false
    feed.start(() => {
      isCaughtUp = true
    })
    expect(isCaughtUp).toBe(false)
    await settle()
    expect(isCaughtUp).toBe(true)
    expect(formsOf(sent)).toEqual(['nothing'])
    expect([followed.state, followed.served, followed.ageText()]).toEqual(['waiting', null, ''])
  })

  it('is the newest revision only, while the worker is slow', async () => {
    const { feed, sink, sent, settle, followed } = await startPair()
    feed.start(() => undefined)
    for (let value = 1; value <= 1_000; value += 1) {
      sink.document(documentOf({ a: value }), about)
      await Promise.resolve()
    }
    // The worker has not answered yet.
    expect(formsOf(sent)).toEqual(['nothing'])
    await settle()
    expect(formsOf(sent)).toEqual(['nothing', 'whole'])
    expect([followed.served?.sequence, valueOf(followed, 'a')]).toEqual([1_000, 1_000])
    expect(feed.revisionOf('shop')).toBe(followed.served?.revision)
  })

  it('is state and age, without the ruleset', async () => {
    const { feed, sink, sent, settle, followed } = await startPair()
    sink.document(documentOf({ a: 1 }), about)
    feed.start(() => undefined)
    await settle()
    expect([followed.state, followed.ageText()]).toEqual(['fresh', '0'])
    sink.failed(new RelayError('UPSTREAM_TIMEOUT', 'late', { retryable: true }))
    await settle()
    expect(followed.state).toBe('stale')
    sink.unchanged()
    await settle()
    expect(followed.state).toBe('fresh')
    expect(formsOf(sent)).toEqual(['whole', 'the same', 'the same'])
  })

  it('is the whole again where a patch does not fit', async () => {
    const { feed, sink, sent, settle, followed } = await startPair()
    sink.document(documentOf({ a: 1 }), about)
    feed.start(() => undefined)
    await settle()
    // Somebody else has changed what the worker has.
    const [first] = sent
    if (first !== undefined) followed.apply({ ...first, served: await servedOf({ a: 7 }) })
    logged.length = 0
    sink.document(documentOf({ a: 2 }), about)
    await settle()
    expect(formsOf(sent)).toEqual(['whole', 'patch', 'whole'])
    expect(valueOf(followed, 'a')).toBe(2)
    expect(logged.join('')).toContain('a worker could not use an update')
  })

  it('is not repeated where the whole cannot be used either', async () => {
    const { feed, sink, sent } = await startPair()
    sink.document(documentOf({ a: 1 }), about)
    feed.start(() => undefined)
    feed.applied({ environment: 'shop', revision: null, problem: 'no room' })
    expect(formsOf(sent)).toEqual(['whole'])
    sink.document(documentOf({ a: 2 }), about)
    await Promise.resolve()
    expect(formsOf(sent)).toEqual(['whole', 'whole'])
  })

  it('is another environment from now on, and the one that is gone no more', async () => {
    const [shop, other] = [await startPair(), await startPair()]
    shop.sink.document(documentOf({ a: 1 }), about)
    other.sink.document(documentOf({ a: 2 }), about)
    let caughtUp = 0
    shop.feed.start(() => void (caughtUp += 1))
    shop.feed.follow([other.environment])
    expect(caughtUp).toBe(0)
    await shop.settle()
    expect([caughtUp, valueOf(shop.followed, 'a')]).toEqual([1, 2])
    shop.sink.document(documentOf({ a: 3 }), about)
    await shop.settle()
    expect(formsOf(shop.sent)).toEqual(['whole', 'whole'])
    // Nobody is left to wait for.
    const late = await startPair()
    late.feed.start(() => void (caughtUp += 1))
    late.feed.follow([])
    expect(caughtUp).toBe(2)
  })

  it('ends with the worker', async () => {
    const { feed, sink, sent } = await startPair()
    feed.start(() => undefined)
    feed.close()
    sink.document(documentOf({ a: 1 }), about)
    await Promise.resolve()
    expect(formsOf(sent)).toEqual(['nothing'])
  })

  it('is serialised once for all workers', async () => {
    const { environment, sink } = await startPair()
    sink.document(documentOf({ a: 1 }), about)
    const encoded = createEncodedRulesets()
    const updates: EnvironmentUpdate[] = []
    const send = (update: EnvironmentUpdate): void => void updates.push(update)
    const feeds = [1, 2].map(() => feedWorker({ environments: [environment], encoded, send, logger }))
    for (const feed of feeds) feed.start(() => undefined)
    expect(updates).toHaveLength(2)
    expect(updates[0]?.served?.content).toBe(updates[1]?.served?.content)
  })
})

async function servedOf(values: Record<string, number>): Promise<EnvironmentUpdate['served']> {
  const { sink, feed, sent } = await startPair()
  sink.document(documentOf(values), about)
  feed.start(() => undefined)
  return sent[0]?.served ?? null
}
