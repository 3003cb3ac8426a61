import { describe, expect, it } from 'vitest'
import { createEnvironment } from '../../src/environments/create-environment.js'
import type { Served } from '../../src/environments/environment.js'
import { RelayError } from '../../src/relay-error.js'
import { createLogger } from '../../src/telemetry/logger.js'
import type { SourceSink } from '../../src/vendors/source.js'
import { documentOf, plainVendor } from './plain-vendor.js'

/** An environment over a source that says what the test tells it to say, and a clock that stands still. */
function start() {
  const clock = { nowMs: 1_000 }
  const lines: { level: string; message: string }[] = []
  let sink: SourceSink | undefined
  const environment = createEnvironment({
    name: 'shop',
    vendor: plainVendor,
    source: {
      description: 'test',
      run: (given, signal) => {
        sink = given
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
      },
    },
    now: () => clock.nowMs,
    logger: createLogger({
      level: 'debug',
      format: 'json',
      destination: { write: (line) => void lines.push(JSON.parse(line)) },
      now: () => clock.nowMs,
    }),
  })
  const abort = new AbortController()
  const done = environment.run(abort.signal)
  if (sink === undefined) throw new Error('the source was not run')
  return { environment, sink, clock, lines, abort, done }
}

const valueOf = (served: Served | null, flagKey = 'a') =>
  served?.snapshot.evaluate(flagKey, {}, { nowMs: 0, random: () => 0 }).value

const unauthorized = new RelayError('UPSTREAM_UNAUTHORIZED', 'the key is refused', { retryable: true })
const unreachable = new RelayError('UPSTREAM_UNREACHABLE', 'nobody answers', { retryable: true })

describe('an environment', () => {
  it('serves nothing before the first good document, and says that it waits', () => {
    const { environment, sink } = start()
    expect(environment.served).toBeNull()
    sink.failed(unreachable)
    sink.document({}, {})
    expect(environment.served).toBeNull()
    expect(environment.status()).toMatchObject({ state: 'waiting', revision: null, sequence: 0, confirmedAtMs: null })
  })

  it('names the flag set after itself in answers, unless the document names it', () => {
    const { environment, sink } = start()
    sink.document(documentOf({ a: 1 }), {})
    expect(environment.served?.snapshot.evaluate('a', {}, { nowMs: 0, random: () => 0 }).metadata).toEqual({
      flagSetId: 'shop',
    })
  })

  it('serves the first good document', () => {
    const { environment, sink, clock } = start()
    clock.nowMs = 2_000
    sink.document(documentOf({ a: 1 }), {})
    expect(valueOf(environment.served)).toBe(1)
    expect(environment.status()).toMatchObject({
      name: 'shop',
      vendor: 'plain',
      upstream: 'test',
      state: 'fresh',
      stateSinceMs: 2_000,
      revision: environment.served?.revision,
      sequence: 1,
      flagCount: 1,
      confirmedAtMs: 2_000,
      lastError: null,
    })
    expect(environment.served?.revision).toMatch(/^[0-9a-f]{16}$/)
  })

  it.each([
    ['a failed attempt', (sink: SourceSink) => sink.failed(unreachable), 'UPSTREAM_UNREACHABLE', 'stale'],
    ['a refused key', (sink: SourceSink) => sink.failed(unauthorized), 'UPSTREAM_UNAUTHORIZED', 'degraded'],
    [
      'a document that the vendor refuses',
      (sink: SourceSink) => sink.document({ other: 1 }, {}),
      'DOCUMENT_INVALID',
      'degraded',
    ],
    ['an empty answer', (sink: SourceSink) => sink.document(null, {}), 'DOCUMENT_INVALID', 'degraded'],
    [
      'a document that we fail on',
      (sink: SourceSink) => sink.document({ flags: {}, throws: true }, {}),
      'DOCUMENT_INVALID',
      'degraded',
    ],
  ])('serves the last good document on after %s', (_name, tell, code, state) => {
    const { environment, sink, clock } = start()
    sink.document(documentOf({ a: 1 }), {})
    const { served } = environment
    clock.nowMs = 5_000
    tell(sink)
    expect(environment.served).toBe(served)
    expect(environment.status()).toMatchObject({
      state,
      stateSinceMs: 5_000,
      confirmedAtMs: 1_000,
      lastError: { code, atMs: 5_000 },
    })
  })

  it('is fresh again as soon as the upstream works, and keeps what went wrong last', () => {
    const { environment, sink, clock } = start()
    sink.document(documentOf({ a: 1 }), {})
    sink.failed(unreachable)
    clock.nowMs = 9_000
    sink.unchanged()
    expect(environment.status()).toMatchObject({ state: 'fresh', stateSinceMs: 9_000, confirmedAtMs: 9_000 })
    expect(environment.status().lastError).toMatchObject({ code: 'UPSTREAM_UNREACHABLE', message: 'nobody answers' })
  })

  it('does not take an unchanged upstream for good news while what it holds has been refused', () => {
    const { environment, sink } = start()
    sink.document(documentOf({ a: 1 }), {})
    sink.document({ broken: true }, {})
    sink.unchanged()
    expect(environment.status().state).toBe('degraded')
    sink.document(documentOf({ a: 1 }), {})
    sink.unchanged()
    expect(environment.status().state).toBe('fresh')
  })

  it('says why it refused a document, and shows its findings until a good one comes', () => {
    const { environment, sink } = start()
    sink.document({ ...documentOf({ a: 1 }), warning: 'odd' }, {})
    sink.document({}, {})
    expect(environment.status().lastError?.message).toBe(
      'this is no plain document: flags: flags are missing (and 1 more)',
    )
    expect(environment.status().diagnostics.map(({ message }) => message)).toEqual([
      'flags are missing',
      'nothing else either',
    ])
    sink.document({ ...documentOf({ a: 1 }), warning: 'odd' }, {})
    expect(environment.status().diagnostics.map(({ message }) => message)).toEqual(['odd'])
  })

  it('shows what parsing found besides what decoding found', () => {
    const { environment, sink } = start()
    const found = { severity: 'warning', code: 'DUPLICATE_KEY', path: ['flags', 'a'], message: 'twice' } as const
    sink.document(documentOf({ a: 1 }), { diagnostics: [found] })
    expect(environment.status().diagnostics).toEqual([found])
  })

  it('swaps once for each new content, and tells what was served before', () => {
    const { environment, sink, clock } = start()
    const told: [number, number | null][] = []
    environment.onChange((served, previous) => void told.push([served.sequence, previous?.sequence ?? null]))
    sink.document(documentOf({ a: 1 }), {})
    clock.nowMs = 7_000
    sink.document(documentOf({ a: 1 }), {})
    expect(environment.served?.sinceMs).toBe(1_000)
    expect(environment.status().confirmedAtMs).toBe(7_000)
    sink.document(documentOf({ a: 2 }), {})
    expect(told).toEqual([
      [1, null],
      [2, 1],
    ])
    expect(valueOf(environment.served)).toBe(2)
  })

  it('has swapped when it tells, whatever a listener does, and stops telling those who left', () => {
    const { environment, sink, lines } = start()
    const told: string[] = []
    environment.onChange(() => {
      throw new Error('listener')
    })
    environment.onChange(() => void told.push(`stays ${JSON.stringify(valueOf(environment.served))}`))
    const leave = environment.onChange(() => void told.push('left'))
    sink.document(documentOf({ a: 1 }), {})
    leave()
    sink.document(documentOf({ a: 2 }), {})
    expect(told).toEqual(['stays 1', 'left', 'stays 2'])
    expect(lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'a listener failed while an environment changed',
      'a listener failed while an environment changed',
    ])
  })

  it('tells each state that it enters once, whatever a listener does, until one leaves', () => {
    const { environment, sink, lines } = start()
    const told: string[] = []
    environment.onState(() => {
      throw new Error('listener')
    })
    const leave = environment.onState((state) => void told.push(`${state} ${environment.status().state}`))
    sink.failed(unreachable)
    sink.document(documentOf({ a: 1 }), {})
    sink.unchanged()
    sink.failed(unreachable)
    sink.failed(unreachable)
    sink.unchanged()
    leave()
    sink.failed(unreachable)
    expect(told).toEqual(['fresh fresh', 'stale stale', 'fresh fresh'])
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(4)
  })

  it('serves a document that is empty on purpose, and warns', () => {
    const { environment, sink, lines } = start()
    sink.document(documentOf({ a: 1 }), {})
    sink.document({ flags: {} }, {})
    expect(environment.status()).toMatchObject({ state: 'fresh', flagCount: 0, sequence: 2 })
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  })

  it('warns once of each revision that has an error, and names the first one', () => {
    const { environment, sink, lines } = start()
    const odd = { severity: 'warning', code: 'INVALID_VALUE', path: ['flags', 'b'], message: 'odd' } as const
    const broken = { ...odd, severity: 'error', path: ['flags', 'a'], message: 'broken' } as const
    sink.document(documentOf({ a: 1 }), { diagnostics: [odd] })
    sink.document(documentOf({ a: 2 }), { diagnostics: [odd, broken, broken] })
    sink.document(documentOf({ a: 2 }), { diagnostics: [odd, broken, broken] })
    expect(environment.status().diagnostics).toHaveLength(3)
    expect(lines.filter(({ level }) => level === 'warn')).toEqual([
      expect.objectContaining({ count: 2, code: 'INVALID_VALUE', place: 'flags.a', reason: 'broken' }),
    ])
  })

  it('measures how long a change took, of changes after the first document', () => {
    const { environment, sink, clock } = start()
    sink.document(documentOf({ a: 1 }), { changedAtMs: 0 })
    clock.nowMs = 4_000
    sink.document(documentOf({ a: 2 }), { changedAtMs: 1_500 })
    expect(environment.activity.propagation.read()).toMatchObject({ count: 1, sum: 2.5 })
  })

  it('counts what became of each look at the upstream', () => {
    const { environment, sink } = start()
    sink.document(documentOf({ a: 1 }), {})
    sink.document({}, {})
    sink.unchanged()
    sink.failed(unreachable)
    sink.failed(unreachable)
    expect(environment.activity.fetches).toEqual({ document: 1, unchanged: 1, refused: 1, failed: 2 })
  })

  it('ignores what a source says after it was told to stop', async () => {
    const { environment, sink, abort, done } = start()
    abort.abort()
    await done
    sink.document(documentOf({ a: 1 }), {})
    sink.failed(unreachable)
    expect(environment.served).toBeNull()
    expect(environment.status().lastError).toBeNull()
  })
})
