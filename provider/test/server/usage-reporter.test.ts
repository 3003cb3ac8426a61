import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Transport } from '../../src/ofrep/index.js'
import { createTransport } from '../../src/server/undici-transport.js'
import type { UsageCounts } from '../../src/server/usage-counts.js'
import { UsageReporter, type UsageReporterOptions } from '../../src/server/usage-reporter.js'
import { createUsageRows, type UsageRow } from '../../src/server/usage-rows.js'
import { json, startScriptedServer, type Answer, type ScriptedServer } from './scripted-server.js'

const row = (flag: string, count = 1): UsageRow => ({ flag, variant: 'on', reason: 'STATIC', count })
const taken: Answer = (_request, response) => response.writeHead(204).end()

interface Setup {
  readonly reporter: UsageReporter
  /** Counts as an evaluation would. */
  readonly add: (row: UsageRow) => void
}

function reporterOf(options: Pick<UsageReporterOptions, 'send'> & Partial<UsageReporterOptions>): Setup {
  const rows = createUsageRows()
  const counts: UsageCounts = { count: () => undefined, swap: () => undefined, take: rows.take }
  let names = 0
  const reporter = new UsageReporter({
    baseUrl: 'http://127.0.0.1:1/prefix/',
    headers: { authorization: 'Bearer key' },
    counts,
    intervalMs: 10,
    random: () => 0.5,
    now: Date.now,
    newName: () => `batch-${++names}`,
    ...options,
  })
  return { reporter, add: rows.add }
}

/** A reporter and what it talks to, over real sockets. */
async function start(answer: Answer): Promise<Setup & { readonly relay: ScriptedServer }> {
  const relay = await startScriptedServer(answer)
  const transport = createTransport({ timeoutMs: 10_000 })
  const setup = reporterOf({ baseUrl: `${relay.url}/prefix/`, send: transport.send })
  onTestFinished(async () => {
    await Promise.all([transport.close(), setup.reporter.close()])
    await relay.close()
  })
  return { ...setup, relay }
}

interface Body {
  readonly batch: string
  readonly evaluations: readonly UsageRow[]
}
const bodiesOf = ({ received }: ScriptedServer): Body[] => received.map(({ body }) => JSON.parse(body) as Body)
/** `name: flag count, ...` of each request. */
const told = (relay: ScriptedServer): string[] =>
  bodiesOf(relay).map(
    ({ batch, evaluations }) => `${batch}: ${evaluations.map(({ flag, count }) => `${flag} ${count}`).join(', ')}`,
  )

/** Answers in turn; the last one goes on. */
function inTurn(...answers: [Answer, ...Answer[]]): Answer {
  let turn = 0
  return (request, response) => answers[Math.min(turn++, answers.length - 1)]?.(request, response)
}

describe('the usage reporter', () => {
  it('tells what was counted, under a new name each time', async () => {
    const { relay, reporter, add } = await start(taken)
    add(row('a', 3))
    reporter.start()
    await expect.poll(() => relay.received.length).toBe(1)
    add(row('b'))
    await expect.poll(() => relay.received.length).toBe(2)
    expect(relay.received[0]).toMatchObject({
      path: '/prefix/switchyard/v1/usage',
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    })
    expect(bodiesOf(relay)).toEqual([
      { batch: 'batch-1', evaluations: [{ flag: 'a', variant: 'on', reason: 'STATIC', count: 3 }] },
      { batch: 'batch-2', evaluations: [{ flag: 'b', variant: 'on', reason: 'STATIC', count: 1 }] },
    ])
  })

  it.each<readonly [name: string, failure: Answer]>([
    ['the relay has no data yet', json(503, {}, { 'retry-after': '0' })],
    ['the relay is older and knows no usage', json(404, {})],
    ['keys are being replaced', json(401, {})],
    ['something in between is overloaded', json(429, {})],
    ['the answer is lost', (_request, response) => response.destroy()],
  ])('sends a batch again unchanged while %s, and keeps new counts apart', async (_name, failure) => {
    const setup = await start(
      inTurn(
        (request, response) => {
          setup.add(row('b'))
          failure(request, response)
        },
        failure,
        taken,
      ),
    )
    const { relay, reporter, add } = setup
    add(row('a', 3))
    reporter.start()
    await expect.poll(() => relay.received.length).toBe(4)
    expect(told(relay)).toEqual(['batch-1: a 3', 'batch-1: a 3', 'batch-1: a 3', 'batch-2: b 1'])
    expect(relay.received[2]?.body).toBe(relay.received[0]?.body)
  })

  it('gives up a batch that the relay cannot read', async () => {
    const { relay, reporter, add } = await start(inTurn(json(400, {}), taken))
    add(row('a'))
    reporter.start()
    await expect.poll(() => relay.received.length).toBe(1)
    add(row('b'))
    await expect.poll(() => relay.received.length).toBe(2)
    expect(told(relay)).toEqual(['batch-1: a 1', 'batch-2: b 1'])
  })

  it('sends less at once where the relay takes less', async () => {
    const { relay, reporter, add } = await start((request, response) =>
      (request.body.length > 150 ? json(413, {}) : taken)(request, response),
    )
    for (const flag of ['a', 'b', 'c', 'x'.repeat(200)]) add(row(flag))
    await reporter.close()
    expect(told(relay).map((line) => line.replace(/x+/, 'x'))).toEqual([
      'batch-1: a 1, b 1, c 1, x 1',
      'batch-2: a 1, b 1',
      'batch-3: c 1, x 1',
      'batch-4: c 1',
      'batch-5: x 1',
    ])
  })

  it('cuts what it tells into batches', async () => {
    const { relay, reporter, add } = await start(taken)
    for (let index = 0; index < 1_500; index += 1) add(row(`flag-${index}-${'x'.repeat(100)}`))
    await reporter.close()
    const bodies = bodiesOf(relay)
    expect(bodies.length).toBeGreaterThan(2)
    expect(Math.max(...relay.received.map(({ body }) => body.length))).toBeLessThan(70_000)
    expect(new Set(bodies.flatMap(({ evaluations }) => evaluations.map(({ flag }) => flag))).size).toBe(1_500)
    expect(new Set(bodies.map(({ batch }) => batch)).size).toBe(bodies.length)
  })

  it('says nothing while there is nothing to tell', async () => {
    const { relay, reporter } = await start(taken)
    reporter.start()
    await reporter.close()
    expect(relay.received).toEqual([])
  })
})

describe('closing the usage reporter', () => {
  it('tells what is left, first what could not be told before, and ends', async () => {
    let fail = (): void => undefined
    const held: Answer = (request, response) => (fail = () => json(503, {})(request, response))
    const { relay, reporter, add } = await start(inTurn(held, taken))
    add(row('a'))
    reporter.start()
    await expect.poll(() => relay.received.length).toBe(1)
    add(row('b'))
    const closed = reporter.close()
    fail()
    await closed
    expect(told(relay)).toEqual(['batch-1: a 1', 'batch-1: a 1', 'batch-2: b 1'])
  })

  it('does not wait for a relay that is gone', async () => {
    const { relay, reporter, add } = await start(taken)
    await relay.close()
    add(row('a'))
    await expect(reporter.close()).resolves.toBeUndefined()
  })

  it('waits for a bounded time for a relay that does not answer', { timeout: 9_000 }, async () => {
    const { relay, reporter, add } = await start(() => undefined)
    add(row('a'))
    // Without the bound it would wait for the request's deadline, which is longer than this test may take.
    await expect(reporter.close()).resolves.toBeUndefined()
    expect(told(relay)).toEqual(['batch-1: a 1'])
  })
})

describe('when the usage reporter tells', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  /** What the relay answers to each batch, and at which times those came. */
  async function timesOf(
    answers: readonly (readonly [status: number, retryAfter?: string])[],
    options: Partial<UsageReporterOptions> = {},
  ): Promise<number[]> {
    vi.useFakeTimers({ now: 0 })
    const times: number[] = []
    const send: Transport = async () => {
      const [status, retryAfter = null] = answers[times.length] ?? [204]
      times.push(Date.now())
      add(row('more'))
      return { status, header: () => retryAfter, body: '' }
    }
    const { reporter, add } = reporterOf({ send, intervalMs: 1_000, ...options })
    add(row('a'))
    reporter.start()
    while (times.length < answers.length) await vi.advanceTimersToNextTimerAsync()
    await reporter.close()
    return times.slice(0, answers.length)
  }

  it('is each interval, shorter or longer by up to a quarter', async () => {
    expect(await timesOf([[204], [204]])).toEqual([1_000, 2_000])
    expect(await timesOf([[204], [204]], { random: () => 0 })).toEqual([750, 1_500])
    expect(await timesOf([[204], [204]], { random: () => 0.99 })).toEqual([1_245, 2_490])
  })

  it('is later and later after failures, up to five intervals, and again as before after a success', async () => {
    const failures = Array.from({ length: 7 }, () => [500] as const)
    expect(await timesOf([...failures, [204], [204]])).toEqual([
      1_000, 2_000, 4_000, 7_000, 11_000, 16_000, 21_000, 26_000, 27_000,
    ])
  })

  it('is not before the moment that the relay asked for, or five minutes later', async () => {
    expect(await timesOf([[503, '7'], [503, '999999'], [204]])).toEqual([1_000, 8_000, 308_000])
  })
})
