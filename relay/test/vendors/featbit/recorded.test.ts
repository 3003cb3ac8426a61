import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { contextOf, readCases, readFixture } from '../../../../engine/test/vendors/featbit/fixtures.js'
import { dataSync, type Entities } from '../../../../test/upstreams/fake-featbit.js'
import { eventually, run, startFake, stopAll } from './running.js'

/** What FeatBit's Node SDK did in the recorded scenarios, and what we do where it differs. */
interface Scenario {
  readonly scenario: string
  readonly reconnected?: boolean
  readonly evaluations?: readonly Step[]
  readonly transcript?: readonly Exchange[]
}

type Step = { readonly step: string } & Readonly<Record<'in-segment' | 'bool-on', Evaluation>>

interface Evaluation {
  readonly kind: string
  readonly value: unknown
}

interface Exchange {
  readonly from?: 'sdk' | 'server'
  readonly message?: { readonly messageType: string; readonly data: unknown }
  readonly request?: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

const { scenarios } = readFixture('wire-transcripts.json') as { readonly scenarios: readonly Scenario[] }
const core = readFixture('payload-core.json') as { readonly data: Entities }

function scenario(name: string): Scenario & { readonly transcript: readonly Exchange[] } {
  const found = scenarios.find((one) => one.scenario === name)
  if (found === undefined) throw new Error(`there is no recording of ${name}`)
  return { transcript: [], ...found }
}

/** The recording leaves out what the core environment holds. */
function isElided(body: unknown): boolean {
  return JSON.stringify(body).includes('"note"')
}

afterEach(stopAll)

describe('the recorded streaming of the Node SDK', () => {
  const { evaluations = [], transcript } = scenario('node-streaming')
  const [alice] = readCases('core').users.filter(({ key }) => key === 'alice')
  const boolOn = core.data.featureFlags.find(({ key }) => key === 'bool-on') ?? {}
  /** The recording holds the four changes of this flag as the last of them: they are made again from the steps' names. */
  const flagPatch = (changes: object) => dataSync('patch', { featureFlags: [{ ...boolOn, ...changes }], segments: [] })
  const sent = transcript.filter(({ from, message }) => from === 'server' && message?.messageType === 'data-sync')
  const recorded = (index: number): string => JSON.stringify(sent[index]?.message)

  const steps = [
    recorded(1),
    flagPatch({ isEnabled: false, updatedAt: '2025-01-01T00:00:00Z' }),
    flagPatch({ isEnabled: false }),
    flagPatch({ isEnabled: false, updatedAt: '2026-03-01T00:00:01Z' }),
    flagPatch({ isArchived: true, updatedAt: '2026-03-01T00:00:02Z' }),
    recorded(6),
    dataSync('full', core.data),
  ]

  it('is followed step by step, but for the archived flag, which that SDK goes on serving', async () => {
    const fake = await startFake(core.data)
    // Pongs would count as answers to the steps.
    const running = run(fake, { pingIntervalMs: 60_000 })
    const seen = (): unknown[] => ['in-segment', 'bool-on'].map((key) => running.value(key, contextOf(alice as never)))
    const expected = evaluations.map(({ step, ...answers }) => {
      const boolOnIs = step.includes('archived') ? undefined : valueOf(answers['bool-on'])
      return [step, valueOf(answers['in-segment']), boolOnIs]
    })
    await eventually(() => running.environment.served).not.toBeNull()
    expect(evaluations).toHaveLength(steps.length + 1)
    expect([evaluations[0]?.step, ...seen()]).toEqual(expected[0])
    for (const [index, text] of steps.entries()) {
      const { fetches } = running.environment.activity
      const handled = fetches.document + fetches.unchanged
      fake.connections[0]?.send(text)
      await eventually(() => fetches.document + fetches.unchanged).toBeGreaterThan(handled)
      expect([evaluations[index + 1]?.step, ...seen()]).toEqual(expected[index + 1])
    }
    expect(running.failures).toEqual([])
  })

  it('says what that SDK says, but asks for everything after an interruption too', async () => {
    const said = transcript.flatMap(({ from, message }) => (from === 'sdk' && message !== undefined ? [message] : []))
    const fake = await startFake(core.data)
    const running = run(fake)
    await eventually(() => running.environment.activity.fetches.unchanged).toBeGreaterThan(0)
    expect(fake.connections[0]?.messages.slice(0, 2)).toEqual(said.slice(0, 2))
    fake.connections[0]?.close(1011)
    await eventually(() => fake.connections[1]?.messages.length).toBeGreaterThan(0)
    expect(said.at(-1)).toEqual({ messageType: 'data-sync', data: { timestamp: 1_767_602_745_315 } })
    expect(fake.connections[1]?.messages[0]).toEqual(said[0])
  })
})

function valueOf({ kind, value }: Evaluation): unknown {
  return kind === 'FlagNotFound' ? undefined : value
}

describe('the recorded closings', () => {
  it.each([1000, 1001, 1011, 4003])(
    '%i: the Node SDK comes back, or stays away for good, and we come back',
    async (code) => {
      const fake = await startFake(core.data)
      const running = run(fake)
      await eventually(() => running.environment.served).not.toBeNull()
      fake.connections[0]?.close(code)
      await eventually(() => fake.connections[1]?.isOpen).toBe(true)
      expect(scenario(`node-close-${code}`).reconnected).toBe(code !== 4003)
    },
  )
})

describe('the recorded polling of the Node SDK', () => {
  it('is asked for with the same requests, and leads to the same answer', async () => {
    const { transcript } = scenario('node-polling')
    const asked = transcript.filter(({ from }) => from === 'sdk')
    const server = await startScript(transcript.filter(({ from }) => from === 'server'))
    const running = run(server, { streaming: false })
    await eventually(() => server.requests.length).toBeGreaterThanOrEqual(asked.length)
    expect(server.requests.slice(0, asked.length)).toMatchObject(
      asked.map(({ request, headers }) => ({ request, headers: { authorization: headers?.['authorization'] } })),
    )
    expect(running.value('bool-on')).toBe(false)
    expect(running.failures.map(({ code }) => code)).toEqual(['UPSTREAM_UNAUTHORIZED', 'UPSTREAM_STATUS'])
  })

  it('goes wrong for that SDK where answers have a validator, and does not for us', async () => {
    const { transcript } = scenario('node-polling-etag')
    const [first, second] = transcript.filter(({ from }) => from === 'sdk')
    expect([first, second].map((one) => Object.keys(one?.headers ?? {}).includes('authorization'))).toEqual([
      true,
      false,
    ])
    const server = await startScript(transcript.filter(({ from }) => from === 'server'))
    run(server, { streaming: false })
    await eventually(() => server.requests.length).toBeGreaterThan(2)
    for (const { request, headers } of server.requests) {
      expect(request).toBe(first?.request)
      expect(headers).toMatchObject({ authorization: first?.headers?.['authorization'] })
      expect(headers).not.toHaveProperty('if-none-match')
    }
  })
})

interface Script {
  readonly baseUrl: string
  readonly requests: readonly { readonly request: string; readonly headers: IncomingHttpHeaders }[]
}

/** Gives the recorded answers one after the other, whatever it is asked; the last one again and again. */
async function startScript(answers: readonly Exchange[]): Promise<Script> {
  const requests: { request: string; headers: IncomingHttpHeaders }[] = []
  const server = createServer((request, response) => {
    const { status = 500, headers = {}, body } = answers[Math.min(requests.length, answers.length - 1)] ?? {}
    requests.push({ request: `${request.method} ${request.url}`, headers: request.headers })
    const text = isElided(body) ? dataSync('full', core.data) : body === '' ? '' : JSON.stringify(body)
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))
