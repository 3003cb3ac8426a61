import { OpenFeature, ProviderStatus } from '@openfeature/server-sdk'
import { diff, seal, type Expr, type Flag } from '@switchyard/engine'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SwitchyardProvider } from '../../src/server/index.js'
import { json } from './scripted-server.js'
import { connect, flag, rulesetOf, startRelay } from './scripted-ruleset-relay.js'

const conditional = (when: Expr): Flag => ({
  outcomes: [
    { value: 'match', reason: 'TARGETING_MATCH' },
    { value: 'no match', reason: 'DEFAULT' },
  ],
  decide: { rules: [{ when, then: 0 }], else: 1 },
})

describe('the in-process provider', () => {
  it('answers from the ruleset without asking again', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
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
      accept:
        'text/event-stream, application/vnd.switchyard.ruleset+json; formatVersion=1; ' +
        'dialect="cloudbees featbit flagbase flagd flagsmith"',
    })
    expect(events).toEqual(['READY'])
  })

  it('takes a patch and tells exactly which flags changed', async () => {
    const [before, after] = [
      rulesetOf({ f: flag('a'), same: flag('x') }),
      rulesetOf({ f: flag('b'), same: flag('x'), added: flag(true) }),
    ]
    const relay = await startRelay(before)
    const { client, events } = await connect(relay)
    relay.send('patch', diff(before, after), `2-${after.revision}`)
    await expect.poll(() => client.getStringValue('f', '')).toBe('b')
    expect(events).toEqual(['READY', 'CONFIGURATION_CHANGED added f'])
  })

  it('tells nothing where nothing has changed', async () => {
    const [one, two] = [rulesetOf({ f: flag('a') }), rulesetOf({ f: flag('b') })]
    const relay = await startRelay(one)
    const { client, events } = await connect(relay)
    relay.send('ruleset', one, `2-${one.revision}`)
    relay.send('patch', diff(one, two), `3-${two.revision}`)
    await expect.poll(() => client.getStringValue('f', '')).toBe('b')
    expect(events).toEqual(['READY', 'CONFIGURATION_CHANGED f'])
  })

  it('asks for everything again after a patch that does not fit', async () => {
    const [one, two, three] = [rulesetOf({ f: flag('1') }), rulesetOf({ f: flag('2') }), rulesetOf({ f: flag('3') })]
    const relay = await startRelay(one)
    const { client } = await connect(relay)
    relay.begin = (send) => send('ruleset', three, `3-${three.revision}`)
    relay.send('patch', diff(two, three), `3-${three.revision}`)
    await expect.poll(() => client.getStringValue('f', '')).toBe('3')
    expect(relay.connections[1]?.request.headers['last-event-id']).toBeUndefined()
  })

  it.each<[what: string, data: unknown]>([
    ['nothing of a ruleset', {}],
    ['a ruleset without parts', { ruleset: 1 }],
    ['a ruleset that nobody sealed', { ruleset: 1, dialects: [], flags: {} }],
    ['a ruleset without its flags', { ...rulesetOf({ f: flag('a') }), flags: {} }],
    ['a ruleset whose flags are no flags', { ...rulesetOf({ f: flag('a') }), flags: 'none' }],
    ['a ruleset whose dialects are none', { ...rulesetOf({ f: flag('a') }), dialects: null }],
    ['a list', []],
    ['null', null],
  ])('keeps what it has where the relay sends %s in its place', async (_what, data) => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    const { client, events } = await connect(relay)
    const next = rulesetOf({ f: flag('b') })
    relay.begin = (send) => send('ruleset', next, `2-${next.revision}`)
    relay.send('ruleset', data, '2-x')
    await expect.poll(() => client.getStringValue('f', '')).toBe('b')
    expect(events).toEqual(['READY', 'CONFIGURATION_CHANGED f'])
  })

  it('is STALE while all that comes cannot be read, and READY once it can, changed or not', async () => {
    const ruleset = rulesetOf({ f: flag('a') })
    const relay = await startRelay(ruleset)
    const { client, events } = await connect(relay, { staleAfterMs: 50 })
    relay.begin = (send) => {
      send('state', { state: 'fresh' })
      send('ruleset', { ruleset: 1 }, '2-x')
    }
    relay.cut()
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.STALE)
    expect(await client.getStringValue('f', '')).toBe('a')
    relay.serve(ruleset)
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.READY)
    expect(events).toEqual(['READY', 'STALE', 'READY'])
  })

  it('is not READY with a ruleset that is not whole', async () => {
    const relay = await startRelay()
    relay.begin = (send) => send('ruleset', { ruleset: 1 }, '1-x')
    const { client, events } = await connect(relay)
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    expect(await client.getStringDetails('f', 'default')).toMatchObject({ value: 'default', reason: 'ERROR' })
    relay.serve(rulesetOf({ f: flag('a') }))
    await expect.poll(() => client.getStringValue('f', '')).toBe('a')
    expect(events).toEqual(['ERROR', 'READY', 'CONFIGURATION_CHANGED f'])
  })

  it('does not wait for a page that is kept open in place of the stream', async () => {
    const relay = await startRelay()
    relay.instead = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).write('<!doctype html>')
    relay.whole = json(200, rulesetOf({ f: flag('a') }))
    const { client } = await connect(relay)
    expect(await client.getStringValue('f', '')).toBe('a')
  })

  it("says in the relay's words why it is refused", async () => {
    const relay = await startRelay()
    relay.instead = json(403, { errorCode: 'GENERAL', errorDetails: 'this is for server keys' })
    const provider = new SwitchyardProvider({ url: relay.server.url, apiKey: 'key' })
    await expect(provider.initialize()).rejects.toThrow('refuses the credentials (status 403: this is for server keys)')
  })

  it('goes on from where it was after a lost connection', async () => {
    const [before, after] = [rulesetOf({ f: flag('a') }), rulesetOf({ f: flag('b') })]
    const relay = await startRelay(before)
    const { client, events } = await connect(relay)
    relay.begin = (send) => send('patch', diff(before, after), `2-${after.revision}`)
    relay.cut()
    await expect.poll(() => client.getStringValue('f', '')).toBe('b')
    expect(relay.connections[1]?.request.headers['last-event-id']).toBe(`1-${before.revision}`)
    expect(events).toEqual(['READY', 'CONFIGURATION_CHANGED f'])
  })

  it('serves on without the relay, says STALE when contact is lost for long, and READY when it is back', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    const { client, events } = await connect(relay, { staleAfterMs: 50 })
    await relay.server.close()
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.STALE)
    expect(await client.getStringValue('f', '')).toBe('a')
    await relay.start(relay.port)
    await expect.poll(() => client.providerStatus, { timeout: 5_000 }).toBe(ProviderStatus.READY)
    expect(events).toEqual(['READY', 'STALE', 'READY'])
  })

  it('says STALE while the relay says that its own data is old', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    const { events } = await connect(relay)
    relay.send('state', { state: 'stale' })
    await expect.poll(() => events).toEqual(['READY', 'STALE'])
    relay.send('state', { state: 'fresh' })
    await expect.poll(() => events).toEqual(['READY', 'STALE', 'READY'])
  })

  it('takes a silent stream for a dead one', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    await connect(relay, { idleTimeoutMs: 50 })
    await expect.poll(() => relay.connections.length).toBeGreaterThan(1)
  })

  it('asks the relay for flags that it cannot know, and answers the others itself', async () => {
    const later = {
      outcomes: [{ reason: 'STATIC' as const }],
      decide: { rules: [{ when: ['later.op'] as const, then: 0 }] },
    }
    const relay = await startRelay(rulesetOf({ f: flag('a'), later }))
    const { client } = await connect(relay)
    expect(await client.getStringDetails('later', '')).toMatchObject({ value: 'remote', reason: 'TARGETING_MATCH' })
    expect(await client.getStringValue('f', '')).toBe('a')
  })

  it('answers itself what the relay would have to answer and cannot', async () => {
    const flags = {
      later: conditional(['later.op']),
      pattern: conditional(['matches', 'x', '(?=x)', 're2']),
    }
    const relay = await startRelay(rulesetOf(flags))
    const { client, warnings } = await connect(relay)
    expect(await client.getStringValue('pattern', '')).toBe('remote')
    relay.server.answer = json(503, {})
    expect(await client.getStringDetails('pattern', '')).toMatchObject({ value: 'no match', reason: 'DEFAULT' })
    expect(await client.getStringDetails('later', 'default')).toMatchObject({
      value: 'default',
      errorCode: 'GENERAL',
      errorMessage: 'this engine does not know the operator "later.op"',
    })
    expect(warnings).toEqual([expect.stringMatching(/answered by the relay: .*"later\.op".*\(\?=x\)/)])
  })

  it('reads a ruleset with a dialect of a later version, and says so', async () => {
    const ruleset = seal({ ruleset: 1, dialects: ['flagd@7'], flags: { f: flag('a') } })
    const { client, warnings } = await connect(await startRelay(ruleset))
    expect(await client.getStringValue('f', '')).toBe('a')
    expect(warnings).toEqual([expect.stringContaining('the dialect flagd@7')])
  })

  it.each([
    ['that offers no rulesets', 404],
    ['whose rulesets are in another format', 406],
  ])('asks a relay %s for each answer, and says so', async (_row, status) => {
    const relay = await startRelay()
    relay.instead = json(status, {})
    const { client, provider, warnings } = await connect(relay)
    expect(provider.mode).toBe('remote')
    expect(await client.getStringValue('f', '')).toBe('remote')
    expect(warnings).toEqual([
      expect.stringContaining(`cannot be read here (status ${status}); it is asked for each answer`),
    ])
  })

  it('asks the relay for each answer where its rulesets are of another time', async () => {
    const relay = await startRelay({ ...rulesetOf({ f: flag('a') }), ruleset: 2 as 1 })
    const { client, provider, warnings } = await connect(relay)
    expect(provider.mode).toBe('remote')
    expect(await client.getStringValue('f', '')).toBe('remote')
    expect(warnings).toEqual([expect.stringContaining('rulesets of format 2 are not known to this provider')])
  })

  it('asks for each answer once the relay has come back with another format', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    const { client, events, provider } = await connect(relay, { staleAfterMs: 1 })
    await relay.server.close()
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.STALE)
    relay.instead = json(406, {})
    await relay.start(relay.port)
    await expect.poll(() => provider.mode).toBe('remote')
    expect(await client.getStringValue('f', '')).toBe('remote')
    expect(client.providerStatus).toBe(ProviderStatus.READY)
    expect(events).toEqual(['READY', 'STALE', 'READY'])
  })

  it('keeps what it has where the address is gone for a while', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    const { client, provider } = await connect(relay, { staleAfterMs: 1 })
    relay.instead = json(404, {})
    relay.cut()
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.STALE)
    expect(provider.mode).toBe('in-process')
    relay.instead = null
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.READY)
    expect(await client.getStringValue('f', '')).toBe('a')
  })

  it('is FATAL once a relay that was away refuses the credentials, and READY once it accepts them', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    await relay.server.close()
    const { client, events } = await connect(relay)
    expect(events).toEqual(['ERROR'])
    relay.instead = json(401, {})
    await relay.start(relay.port)
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.FATAL)
    relay.instead = null
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.READY)
    expect([...new Set(events)]).toEqual(['ERROR', 'ERROR PROVIDER_FATAL', 'READY', 'CONFIGURATION_CHANGED f'])
  })

  it('is STALE and not FATAL where the credentials are refused later on', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    const { client, events } = await connect(relay, { staleAfterMs: 1 })
    relay.instead = json(401, {})
    relay.cut()
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.STALE)
    expect(await client.getStringValue('f', '')).toBe('a')
    expect(events).toEqual(['READY', 'STALE'])
  })

  it('is FATAL when its credentials are refused', async () => {
    const relay = await startRelay()
    relay.server.answer = json(401, {})
    const { client } = await connect(relay)
    expect(client.providerStatus).toBe(ProviderStatus.FATAL)
  })

  it('is ERROR while there is no relay, and READY once it is there', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    await relay.server.close()
    const { client } = await connect(relay)
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    await relay.start(relay.port)
    await expect.poll(() => client.providerStatus, { timeout: 5_000 }).toBe(ProviderStatus.READY)
    expect(await client.getStringValue('f', '')).toBe('a')
  })

  it('begins anew when it is started after closing', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    const { provider, client } = await connect(relay)
    await OpenFeature.clearProviders()
    const next = rulesetOf({ f: flag('b') })
    relay.begin = (send) => send('ruleset', next, `2-${next.revision}`)
    await OpenFeature.setProviderAndWait(client.metadata.domain ?? '', provider)
    expect(await client.getStringValue('f', '')).toBe('b')
    expect(relay.connections).toHaveLength(2)
  })

  it('begins anew while it is still closing', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    const { provider, client } = await connect(relay)
    const closing = provider.onClose()
    await provider.initialize()
    await closing
    expect(await client.getStringValue('f', '')).toBe('a')
    relay.cut()
    await expect.poll(() => relay.connections.length).toBe(3)
  })

  it('starts once where it is started twice, and again at once where it has started', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    const provider = new SwitchyardProvider({ url: relay.server.url, apiKey: 'key' })
    onTestFinished(() => provider.onClose())
    await Promise.all([provider.initialize(), provider.initialize()])
    await provider.initialize()
    expect(await provider.resolveStringEvaluation('f', '', {})).toMatchObject({ value: 'a' })
    expect(relay.connections).toHaveLength(1)
  })

  it('starts for good at the second attempt where the first one came too early', async () => {
    const relay = await startRelay()
    relay.instead = json(503, {})
    const provider = new SwitchyardProvider({ url: relay.server.url, apiKey: 'key' })
    onTestFinished(() => provider.onClose())
    await expect(provider.initialize()).rejects.toThrow('cannot be read yet')
    relay.instead = null
    relay.serve(rulesetOf({ f: flag('a') }))
    await provider.initialize()
    expect(await provider.resolveStringEvaluation('f', '', {})).toMatchObject({ value: 'a' })
  })

  it('has not started where it is closed meanwhile, and can be started after that', async () => {
    const relay = await startRelay()
    const provider = new SwitchyardProvider({ url: relay.server.url, apiKey: 'key' })
    onTestFinished(() => provider.onClose())
    const starting = provider.initialize()
    await expect.poll(() => relay.connections.length).toBe(1)
    const closing = provider.onClose()
    await expect(starting).rejects.toThrow('the provider was closed')
    await closing
    relay.serve(rulesetOf({ f: flag('a') }))
    await provider.initialize()
    expect(await provider.resolveStringEvaluation('f', '', {})).toMatchObject({ value: 'a' })
  })

  it('leaves nothing open after closing', async () => {
    const relay = await startRelay(rulesetOf({ f: flag('a') }))
    const { provider } = await connect(relay)
    await provider.onClose()
    await expect.poll(() => relay.server.connections()).toBe(0)
  })
})
