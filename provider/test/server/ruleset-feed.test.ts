import { ProviderStatus } from '@openfeature/server-sdk'
import type { SealedRuleset } from '@switchyard/engine'
import { describe, expect, it } from 'vitest'
import type { FeedFailure } from '../../src/server/feed-failure.js'
import { RulesetFeed } from '../../src/server/ruleset-feed.js'
import type { StreamRequest, StreamResponse } from '../../src/server/transport.js'
import { json } from './scripted-server.js'
import { connect, flag, rulesetOf, startRelay } from './scripted-ruleset-relay.js'

const one = rulesetOf({ f: flag('one') })
const two = rulesetOf({ f: flag('two') })

describe('without a stream', () => {
  it('rulesets are polled, with a validator, and what changes is told', async () => {
    const relay = await startRelay()
    relay.instead = (_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end()
    relay.whole = json(200, one, { etag: '"1"' })
    const { client, events } = await connect(relay, { pollIntervalMs: 1 })
    expect(await client.getStringValue('f', '')).toBe('one')
    relay.whole = ({ headers }, response) => {
      if (headers['if-none-match'] === '"1"') response.writeHead(304).end()
      else json(400, {})({ path: '', headers, body: '' }, response)
    }
    const polls = (): number => relay.server.received.filter(({ path }) => path.endsWith('/ruleset')).length
    const before = polls()
    await expect.poll(polls).toBeGreaterThan(before + 2)
    relay.whole = json(200, two, { etag: '"2"' })
    await expect.poll(() => client.getStringValue('f', '')).toBe('two')
    expect(events).toEqual(['READY', 'CONFIGURATION_CHANGED f'])
  })

  it('that begins in time, as behind a proxy that holds it back, they are polled', async () => {
    const relay = await startRelay()
    relay.whole = json(200, one)
    const { client } = await connect(relay, { timeoutMs: 100 })
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.READY)
    expect(await client.getStringValue('f', '')).toBe('one')
  })

  it.each(['stale', 'degraded', 'disconnected'])(
    'the relay says that its data is %s, and the provider STALE',
    async (state) => {
      const relay = await startRelay()
      relay.instead = json(500, {})
      relay.whole = json(200, one, { 'switchyard-state': state })
      const { client } = await connect(relay, { pollIntervalMs: 1 })
      await expect.poll(() => client.providerStatus).toBe(ProviderStatus.STALE)
      relay.whole = json(200, one, { 'switchyard-state': 'fresh' })
      await expect.poll(() => client.providerStatus).toBe(ProviderStatus.READY)
    },
  )

  it('the stream is taken again once there is one', async () => {
    const relay = await startRelay()
    relay.instead = json(502, {})
    relay.whole = json(200, one)
    const { client } = await connect(relay, { pollIntervalMs: 1 })
    relay.instead = null
    relay.serve(two)
    await expect.poll(() => client.getStringValue('f', '')).toBe('two')
    expect(relay.connections.at(-1)?.request.headers['last-event-id']).toBe(`0-${one.revision}`)
  })
})

/** A feed whose relay answers as the test says, and that never really waits. */
async function feed({
  open,
  random = () => 1,
  rounds,
}: {
  readonly open: (request: StreamRequest, round: number) => Promise<StreamResponse>
  readonly random?: () => number
  readonly rounds: number
}): Promise<{ readonly pauses: number[]; readonly lost: FeedFailure[] }> {
  const pauses: number[] = []
  const lost: FeedFailure[] = []
  const stop = new AbortController()
  const running = new RulesetFeed({
    baseUrl: 'http://relay',
    headers: {},
    transport: {
      send: () => Promise.reject(new Error('nothing is posted')),
      open: (request) => open(request, pauses.length),
      close: () => Promise.resolve(),
    },
    timeoutMs: 60_000,
    idleTimeoutMs: 60_000,
    pollIntervalMs: 1_000,
    random,
    pause: (ms) => {
      pauses.push(ms)
      if (pauses.length === rounds) stop.abort()
      return Promise.resolve()
    },
    events: {
      ruleset: () => undefined,
      relayState: () => undefined,
      contact: () => undefined,
      lost: (one) => lost.push(one),
    },
  })
  await running.run(stop.signal, null)
  return { pauses, lost }
}

function answer(status: number, headers: Readonly<Record<string, string>> = {}, text = ''): Promise<StreamResponse> {
  const chunks = text === '' ? [] : [new TextEncoder().encode(text)]
  return Promise.resolve({
    status,
    header: (name) => headers[name] ?? null,
    chunks: (async function* () {
      yield* chunks
    })(),
  })
}

const streamOf = (ruleset: SealedRuleset): string => `event: ruleset\ndata: ${JSON.stringify(ruleset)}\n\n`

describe('the pauses between attempts', () => {
  it('are bounded by what doubles, up to 30 seconds', async () => {
    const { pauses } = await feed({ open: () => Promise.reject(new Error('no relay')), rounds: 9 })
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  it('are anything below that bound', async () => {
    const dice = [0, 0.25, 0.5]
    const { pauses } = await feed({
      open: () => Promise.reject(new Error('no relay')),
      random: () => dice.shift() ?? 0,
      rounds: 3,
    })
    expect(pauses).toEqual([0, 250, 1_000])
  })

  it('are at least what the relay asks for, and never more than five minutes', async () => {
    const asked = ['7', '86400']
    const { pauses } = await feed({
      open: ({ url }, round) => answer(503, url.endsWith('/stream') ? { 'retry-after': asked[round] ?? '' } : {}),
      random: () => 0,
      rounds: 2,
    })
    expect(pauses).toEqual([7_000, 300_000])
  })

  it('grow where each stream ends as soon as it has begun', async () => {
    const { pauses, lost } = await feed({ open: () => answer(200, {}, streamOf(one)), rounds: 3 })
    expect(pauses).toEqual([500, 1_000, 2_000])
    expect(lost).toEqual([])
  })

  it('are those of polling where that works', async () => {
    const { pauses } = await feed({
      open: ({ url }) => (url.endsWith('/stream') ? answer(500) : answer(200, {}, JSON.stringify(one))),
      random: () => 0,
      rounds: 2,
    })
    expect(pauses).toEqual([500, 500])
  })
})

describe('what comes of', () => {
  it('a stream that fails where the ruleset is refused is told as refused', async () => {
    const { lost } = await feed({ open: ({ url }) => answer(url.endsWith('/stream') ? 500 : 401), rounds: 1 })
    expect(lost.map(({ kind }) => kind)).toEqual(['refused'])
  })

  it.each<[string, FeedFailure['kind'], () => Promise<StreamResponse>]>([
    ['401', 'refused', () => answer(401)],
    ['403', 'refused', () => answer(403)],
    ['404', 'absent', () => answer(404)],
    ['405', 'absent', () => answer(405)],
    ['406', 'format', () => answer(406)],
    ['429', 'unavailable', () => answer(429)],
    ['503', 'unavailable', () => answer(503)],
    ['a redirection', 'unavailable', () => answer(302)],
    ['a ruleset of format 2', 'format', () => answer(200, {}, streamOf({ ...one, ruleset: 2 as 1 }))],
    ['what is no ruleset', 'absent', () => answer(200, {}, 'event: ruleset\ndata: {}\n\n')],
    ['a connection that fails', 'unavailable', () => Promise.reject(new Error('reset'))],
  ])('%s is told as %s', async (_row, kind, open) => {
    const { lost } = await feed({ open, rounds: 1 })
    expect(lost.map((failure) => failure.kind)).toEqual([kind])
  })
})
