import type { ServerResponse } from 'node:http'
import { diff, seal, type Flag, type Ruleset, type SealedRuleset } from '@switchyard/engine'
import { OpenFeature, ProviderEvents, ProviderStatus, type Client, type EventDetails } from '@openfeature/server-sdk'
import { afterEach, describe, expect, it } from 'vitest'
import { SwitchyardProvider, type SwitchyardProviderOptions } from '../../src/server/index.js'
import { json, startScriptedServer, type Received, type ScriptedServer } from './scripted-server.js'

const flag = (value: string | boolean): Flag => ({
  outcomes: [{ value, variant: String(value), reason: 'STATIC', serverMetadata: { rule: 'r' } }],
  decide: 0,
})
const rulesetOf = (flags: Ruleset['flags']): SealedRuleset => seal({ ruleset: 1, dialects: [], flags })

/** A relay that streams: each connection begins as the test says, and more can be sent. */
class Relay {
  server!: ScriptedServer
  readonly connections: { readonly request: Received; readonly response: ServerResponse }[] = []
  begin: (send: Relay['send'], request: Received) => void = () => undefined

  async start(port = 0): Promise<this> {
    this.server = await startScriptedServer((request, response) => {
      if (request.path.endsWith('/stream')) this.#open(request, response)
      else
        json(200, { key: request.path.split('/').at(-1), value: 'remote', reason: 'TARGETING_MATCH' })(
          request,
          response,
        )
    }, port)
    return this
  }

  #open(request: Received, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    this.connections.push({ request, response })
    this.begin((...event) => this.send(...event), request)
  }

  send(event: string, data: unknown, id = ''): void {
    this.connections.at(-1)?.response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  cut(): void {
    this.connections.at(-1)?.response.destroy()
  }
}

let closing: (() => Promise<unknown>)[] = []
let domains = 0

afterEach(async () => {
  await OpenFeature.clearProviders()
  for (const close of closing) await close()
  closing = []
})

async function relayWith(ruleset: SealedRuleset): Promise<Relay> {
  const relay = await new Relay().start()
  relay.begin = (send) => send('ruleset', ruleset, `1-${ruleset.revision}`)
  closing.push(() => relay.server.close())
  return relay
}

async function connect(
  relay: Relay,
  options: Partial<SwitchyardProviderOptions> = {},
): Promise<{ client: Client; events: string[]; provider: SwitchyardProvider }> {
  const domain = `in-process-${domains++}`
  const events: string[] = []
  const client = OpenFeature.getClient(domain)
  for (const event of Object.values(ProviderEvents)) {
    client.addHandler(event, (details?: EventDetails) => {
      const changed = (details as { readonly flagsChanged?: string[] } | undefined)?.flagsChanged ?? []
      events.push([event.replace('PROVIDER_', ''), ...changed].join(' '))
    })
  }
  const provider = new SwitchyardProvider({ url: relay.server.url, apiKey: 'key', ...options })
  await OpenFeature.setProviderAndWait(domain, provider).catch(() => undefined)
  return { client, events, provider }
}

describe('the in-process provider', () => {
  it('answers from the ruleset without asking again', async () => {
    const relay = await relayWith(rulesetOf({ f: flag('a') }))
    const { client, events } = await connect(relay)
    const details = await client.getStringDetails('f', 'default')
    expect(details).toMatchObject({ value: 'a', variant: 'a', reason: 'STATIC', flagMetadata: { rule: 'r' } })
    expect(await client.getBooleanDetails('f', false)).toMatchObject({ value: false, errorCode: 'TYPE_MISMATCH' })
    expect(await client.getStringDetails('gone', 'default')).toMatchObject({
      value: 'default',
      errorCode: 'FLAG_NOT_FOUND',
    })
    expect(relay.server.received).toHaveLength(1)
    expect(relay.server.received[0]?.headers).toMatchObject({
      authorization: 'Bearer key',
      accept: 'text/event-stream',
      'switchyard-ruleset': '1',
    })
    expect(events).toEqual(['READY'])
  })

  it('takes a patch and tells exactly which flags changed', async () => {
    const [before, after] = [
      rulesetOf({ f: flag('a'), same: flag('x') }),
      rulesetOf({ f: flag('b'), same: flag('x'), added: flag(true) }),
    ]
    const relay = await relayWith(before)
    const { client, events } = await connect(relay)
    relay.send('patch', diff(before, after), `2-${after.revision}`)
    await expect.poll(() => client.getStringValue('f', '')).toBe('b')
    expect(events).toEqual(['READY', 'CONFIGURATION_CHANGED added f'])
  })

  it('asks for everything again after a patch that does not fit', async () => {
    const [one, two, three] = [rulesetOf({ f: flag('1') }), rulesetOf({ f: flag('2') }), rulesetOf({ f: flag('3') })]
    const relay = await relayWith(one)
    const { client } = await connect(relay)
    relay.begin = (send) => send('ruleset', three, `3-${three.revision}`)
    relay.send('patch', diff(two, three), `3-${three.revision}`)
    await expect.poll(() => client.getStringValue('f', '')).toBe('3')
    expect(relay.connections[1]?.request.headers['last-event-id']).toBeUndefined()
  })

  it('goes on from where it was after a lost connection', async () => {
    const [before, after] = [rulesetOf({ f: flag('a') }), rulesetOf({ f: flag('b') })]
    const relay = await relayWith(before)
    const { client, events } = await connect(relay)
    relay.begin = (send) => send('patch', diff(before, after), `2-${after.revision}`)
    relay.cut()
    await expect.poll(() => client.getStringValue('f', '')).toBe('b')
    expect(relay.connections[1]?.request.headers['last-event-id']).toBe(`1-${before.revision}`)
    expect(events).toEqual(['READY', 'CONFIGURATION_CHANGED f'])
  })

  it('serves on without the relay, says STALE when contact is lost for long, and READY when it is back', async () => {
    const relay = await relayWith(rulesetOf({ f: flag('a') }))
    const port = Number(new URL(relay.server.url).port)
    const { client, events } = await connect(relay, { staleAfterMs: 50 })
    await relay.server.close()
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.STALE)
    expect(await client.getStringValue('f', '')).toBe('a')
    await relay.start(port)
    await expect.poll(() => client.providerStatus, { timeout: 5_000 }).toBe(ProviderStatus.READY)
    expect(events).toEqual(['READY', 'STALE', 'READY'])
  })

  it('says STALE while the relay says that its own data is old', async () => {
    const relay = await relayWith(rulesetOf({ f: flag('a') }))
    const { events } = await connect(relay)
    relay.send('state', { state: 'stale' })
    await expect.poll(() => events).toEqual(['READY', 'STALE'])
    relay.send('state', { state: 'fresh' })
    await expect.poll(() => events).toEqual(['READY', 'STALE', 'READY'])
  })

  it('takes a silent stream for a dead one', async () => {
    const relay = await relayWith(rulesetOf({ f: flag('a') }))
    await connect(relay, { idleTimeoutMs: 50 })
    await expect.poll(() => relay.connections.length).toBeGreaterThan(1)
  })

  it('asks the relay for flags that it cannot know, and answers the others itself', async () => {
    const later = {
      outcomes: [{ reason: 'STATIC' as const }],
      decide: { rules: [{ when: ['later.op'] as const, then: 0 }] },
    }
    const relay = await relayWith(rulesetOf({ f: flag('a'), later }))
    const { client } = await connect(relay)
    expect(await client.getStringDetails('later', '')).toMatchObject({ value: 'remote', reason: 'TARGETING_MATCH' })
    expect(await client.getStringValue('f', '')).toBe('a')
  })

  it('asks a relay that offers no rulesets for each answer', async () => {
    const relay = await new Relay().start()
    closing.push(() => relay.server.close())
    const { answer } = relay.server
    relay.server.answer = (request, response) => {
      if (request.path.endsWith('/stream')) json(404, {})(request, response)
      else if (request.path.endsWith('/flags')) json(200, { flags: [] })(request, response)
      else answer(request, response)
    }
    const { client, provider } = await connect(relay)
    expect(provider.mode).toBe('remote')
    expect(await client.getStringValue('f', '')).toBe('remote')
  })

  it('asks the relay for each answer where its rulesets are of another time', async () => {
    const relay = await new Relay().start()
    closing.push(() => relay.server.close())
    relay.begin = (send) => send('ruleset', { ...rulesetOf({ f: flag('a') }), ruleset: 2 }, '1-x')
    const { answer } = relay.server
    relay.server.answer = (request, response) =>
      (request.path.endsWith('/flags') ? json(200, { flags: [] }) : answer)(request, response)
    const { client, provider } = await connect(relay)
    expect(provider.mode).toBe('remote')
    expect(await client.getStringValue('f', '')).toBe('remote')
  })

  it('is FATAL when its credentials are refused', async () => {
    const relay = await new Relay().start()
    closing.push(() => relay.server.close())
    relay.server.answer = json(401, {})
    const { client } = await connect(relay)
    expect(client.providerStatus).toBe(ProviderStatus.FATAL)
  })

  it('is ERROR while there is no relay, and READY once it is there', async () => {
    const relay = await relayWith(rulesetOf({ f: flag('a') }))
    const port = Number(new URL(relay.server.url).port)
    await relay.server.close()
    const { client } = await connect(relay)
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    await relay.start(port)
    await expect.poll(() => client.providerStatus, { timeout: 5_000 }).toBe(ProviderStatus.READY)
    expect(await client.getStringValue('f', '')).toBe('a')
  })

  it('begins anew when it is started after closing', async () => {
    const relay = await relayWith(rulesetOf({ f: flag('a') }))
    const { provider, client } = await connect(relay)
    await OpenFeature.clearProviders()
    const next = rulesetOf({ f: flag('b') })
    relay.begin = (send) => send('ruleset', next, `2-${next.revision}`)
    await OpenFeature.setProviderAndWait(client.metadata.domain ?? '', provider)
    expect(await client.getStringValue('f', '')).toBe('b')
    expect(relay.connections).toHaveLength(2)
  })

  it('leaves nothing open after closing', async () => {
    const relay = await relayWith(rulesetOf({ f: flag('a') }))
    const { provider } = await connect(relay)
    await provider.onClose()
    await expect.poll(() => relay.server.connections()).toBe(0)
  })
})
