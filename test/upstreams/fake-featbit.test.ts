import { readFileSync } from 'node:fs'
import { FbClientBuilder, UserBuilder } from '@featbit/node-server-sdk'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createConnectionToken } from '../../relay/src/vendors/featbit/token.js'
import { dataSync, type Entities, type FakeFeatBit, startFakeFeatBit } from './fake-featbit.js'

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/featbit/${name}`, import.meta.url), 'utf8'))
}

interface Exchange {
  readonly from?: 'sdk' | 'server'
  readonly message?: unknown
  readonly request?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

const core = (readFixture('payload-core.json') as { readonly data: Entities }).data
const { scenarios } = readFixture('wire-transcripts.json') as {
  readonly scenarios: readonly { readonly scenario: string; readonly transcript?: readonly Exchange[] }[]
}
const transcriptOf = (name: string): readonly Exchange[] =>
  scenarios.find(({ scenario }) => scenario === name)?.transcript ?? []

let fake: FakeFeatBit
beforeAll(async () => {
  fake = await startFakeFeatBit(core)
})
afterAll(() => fake.close())

/** What is recorded of a message that carries the whole core environment. */
const elided = { messageType: 'data-sync', data: { eventType: 'full', note: '38 flags, 7 segments (elided)' } }

function withoutContent(text: string): unknown {
  return text === dataSync('full', core) ? elided : JSON.parse(text)
}

describe('the fake of FeatBit', () => {
  it('replies to each message of the Node SDK as recorded', async () => {
    const transcript = transcriptOf('node-streaming')
    const said = transcript.flatMap(({ from, message }, index) => {
      if (from !== 'sdk' || message === undefined) return []
      return [{ message, reply: transcript[index + 1]?.message }]
    })
    expect(said.length).toBeGreaterThan(4)
    const token = createConnectionToken(fake.serverSecret, Date.now(), Math.random)
    const socket = new WebSocket(`${fake.baseUrl}/streaming?type=server&token=${token}`)
    await new Promise((resolve) => socket.once('open', resolve))
    for (const { message, reply } of said) {
      const answered = new Promise((resolve) => {
        socket.once('message', (data) => resolve(withoutContent((data as Buffer).toString('utf8'))))
      })
      socket.send(JSON.stringify(message))
      expect(await answered).toEqual(reply)
    }
    socket.terminate()
  })

  it('answers the polling of the Node SDK as recorded', async () => {
    const [everything, unchanged] = transcriptOf('node-polling').filter(({ from }) => from === 'sdk')
    const answers: unknown[] = []
    for (const { request: line = '', headers = {} } of [everything ?? {}, unchanged ?? {}]) {
      const answer = await request(`${fake.baseUrl}${line.replace('GET ', '')}`, { headers })
      const text = await answer.body.text()
      answers.push([answer.statusCode, text === '' ? '' : withoutContent(text)])
    }
    expect(answers).toEqual([
      [200, elided],
      [200, ''],
    ])
  })

  it.each([
    { name: 'no token', query: 'type=server' },
    { name: 'a token that is none', query: 'type=server&token=QQQQS123' },
    { name: 'a token that is a minute old', query: 'type=server&token=', ageMs: 60_000 },
    { name: 'a client key', query: 'type=server&token=', isClient: true },
    { name: 'another kind of client', query: 'type=unknown&token=', ageMs: 0 },
  ])('accepts and closes with 4003: $name', async ({ query, ageMs = 0, isClient = false }) => {
    const secret = isClient ? fake.clientSecret : fake.serverSecret
    const token = query.endsWith('token=') ? createConnectionToken(secret, Date.now() - ageMs, Math.random) : ''
    const socket = new WebSocket(`${fake.baseUrl}/streaming?${query}${token}`)
    const opened = new Promise((resolve) => socket.once('open', () => resolve(true)))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    expect([await opened, await closed]).toEqual([true, 4003])
  })

  it("is enough of a FeatBit for FeatBit's own Node SDK", async () => {
    const changing = await startFakeFeatBit(core)
    const client = new FbClientBuilder()
      .sdkKey(changing.serverSecret)
      .streamingUri(changing.baseUrl)
      .eventsUri(changing.baseUrl)
      .logLevel('none')
      .build()
    const alice = new UserBuilder('alice').name('Alice').build()
    await client.waitForInitialization()
    expect(await client.boolVariation('bool-on', alice, false)).toBe(true)

    const changed = new Promise((resolve) => client.once('update', resolve))
    const boolOn = core.featureFlags.find(({ key }) => key === 'bool-on')
    changing.change({ featureFlags: [{ ...boolOn, isEnabled: false, updatedAt: '2027-01-01T00:00:00Z' }] })
    expect(await changed).toEqual(['bool-on'])
    expect(await client.boolVariation('bool-on', alice, true)).toBe(false)

    await client.flush()
    expect(changing.insights).toMatchObject([
      { user: { keyId: 'alice' }, variations: [{ featureFlagKey: 'bool-on', variation: { value: 'true' } }] },
      { user: { keyId: 'alice' }, variations: [{ featureFlagKey: 'bool-on', variation: { value: 'false' } }] },
    ])
    await client.close()
    await changing.close()
  })
})
