import { ProviderStatus, type EvaluationContext } from '@openfeature/web-sdk'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { json } from '../server/scripted-server.js'
import type { SwitchyardWebProviderOptions } from '../../src/web/index.js'
import { namesStream, streamPath, type ScriptedRelay } from './scripted-relay.js'
import { memoryStorage, relayForTest, visit, type MemoryStorage } from './visit.js'

const down = json(503, {})
const ann = { targetingKey: 'ann' }

/** Retries are far away. */
function noRetries(): void {
  const random = vi.spyOn(Math, 'random').mockReturnValue(1)
  onTestFinished(() => random.mockRestore())
}

interface Entry {
  writtenAt: number
  etag: string | null
}

function editEntry(storage: MemoryStorage, edit: (entry: Entry) => void): void {
  for (const [name, text] of storage.entries) {
    const entry = JSON.parse(text) as Entry
    edit(entry)
    storage.entries.set(name, JSON.stringify(entry))
  }
}

/** A relay, and a storage that an earlier visit has left. */
async function afterVisit(
  context: EvaluationContext = ann,
  more: object = {},
): Promise<{ relay: ScriptedRelay; storage: MemoryStorage }> {
  const relay = await relayForTest()
  relay.more = more
  const storage = memoryStorage()
  const first = await visit({ url: relay.url, storage }, context, 'shop')
  await first.leave()
  relay.asked.length = 0
  return { relay, storage }
}

describe('the next visit', () => {
  it('is served at once what was kept, as CACHED, and then what the relay answers', async () => {
    const { relay, storage } = await afterVisit()
    relay.hold()
    relay.flags = () => [{ key: 'who', value: 'ann II', reason: 'STATIC' }]
    const { client, events } = await visit({ url: relay.url, storage }, ann, 'shop')
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'ann', reason: 'CACHED' })
    expect(client.providerStatus).toBe(ProviderStatus.READY)
    await expect.poll(() => relay.held).toHaveLength(1)
    relay.held[0]?.()
    await expect.poll(() => client.getStringDetails('who', '').reason).toBe('STATIC')
    expect(events).toEqual([
      { name: 'READY', status: 'READY' },
      { name: 'CONFIGURATION_CHANGED', flagsChanged: ['who'], status: 'READY' },
    ])
  })

  it('may start without the relay, says STALE then, and READY once it is back', async () => {
    const { relay, storage } = await afterVisit()
    const random = vi.spyOn(Math, 'random').mockReturnValue(0)
    onTestFinished(() => random.mockRestore())
    relay.fault = (_request, response) => response.destroy()
    const { client, names } = await visit({ url: relay.url, storage }, ann, 'shop')
    await expect.poll(names).toEqual(['READY', 'STALE'])
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'ann', reason: 'CACHED' })
    relay.fault = null
    await expect.poll(names).toEqual(['READY', 'STALE', 'READY'])
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'ann', reason: 'TARGETING_MATCH' })
    expect(client.providerStatus).toBe(ProviderStatus.READY)
  })

  // D2
  it('calls flags CACHED no longer than until a 304 has confirmed them', async () => {
    const { relay, storage } = await afterVisit()
    const { client, names } = await visit({ url: relay.url, storage }, ann, 'shop')
    await expect.poll(() => client.getStringDetails('who', '').reason).toBe('TARGETING_MATCH')
    expect(relay.asked.map(({ headers }) => typeof headers['if-none-match'])).toEqual(['string'])
    expect(names()).toEqual(['READY'])
  })

  it('does not send the validator of another context of the same user', async () => {
    const { relay, storage } = await afterVisit({ ...ann, plan: 'free' })
    const { client } = await visit({ url: relay.url, storage }, { ...ann, plan: 'pro' }, 'shop')
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'ann', reason: 'CACHED' })
    await expect.poll(() => relay.asked).toHaveLength(1)
    expect(relay.asked[0]?.headers).not.toHaveProperty('if-none-match')
  })

  it('sends no validator where the answer named an event stream, because a 304 names none', async () => {
    const { relay, storage } = await afterVisit(ann, namesStream)
    await visit({ url: relay.url, storage }, ann, 'shop')
    await expect.poll(() => relay.streams).toHaveLength(1)
    expect(relay.asked[0]?.headers).not.toHaveProperty('if-none-match')
  })

  it.each<[string, Partial<SwitchyardWebProviderOptions> & { context?: EvaluationContext; domain?: string }]>([
    ['of another user', { context: { targetingKey: 'bob' } }],
    ['without a user', { context: {} }],
    ['with another key', { apiKey: 'other' }],
    ['with another header', { headers: { 'x-tenant': 'other' } }],
    ['at another relay', { url: '/other' }],
    ['of another domain', { domain: 'checkout' }],
    ['after its time', { cacheTtlMs: 0 }],
    ['that keeps nothing', { cacheMode: 'disabled' }],
  ])('%s finds nothing', async (_row, { url = '', context = ann, domain = 'shop', ...options }) => {
    noRetries()
    const { relay, storage } = await afterVisit()
    editEntry(storage, (entry) => (entry.writtenAt -= 1))
    relay.fault = down
    const { client, startError } = await visit({ url: relay.url + url, storage, ...options }, context, domain)
    expect(startError).toMatchObject({ code: 'PROVIDER_NOT_READY' })
    expect(client.getStringValue('who', 'nobody')).toBe('nobody')
  })

  it.each<[string, (storage: MemoryStorage) => void]>([
    ['written in the future', (storage) => editEntry(storage, (entry) => (entry.writtenAt += 1e6))],
    ['that is cut off', ({ entries }) => entries.forEach((text, name) => entries.set(name, text.slice(0, 40)))],
    ['that is null', ({ entries }) => entries.forEach((_, name) => entries.set(name, 'null'))],
  ])('does not use an entry %s', async (_row, spoil) => {
    noRetries()
    const { relay, storage } = await afterVisit()
    spoil(storage)
    relay.fault = down
    const { client } = await visit({ url: relay.url, storage }, ann, 'shop')
    expect(client.getStringValue('who', 'nobody')).toBe('nobody')
  })

  it.each([400, 401, 403])('is served on what was kept after a %i, and told of the ERROR', async (status) => {
    noRetries()
    const { relay, storage } = await afterVisit()
    relay.fault = json(status, { errorCode: 'INVALID_CONTEXT', errorDetails: 'bad' })
    const { client, events } = await visit({ url: relay.url, storage }, ann, 'shop')
    await expect
      .poll(() => events.at(-1))
      .toEqual({
        name: 'ERROR',
        errorCode: status === 400 ? 'INVALID_CONTEXT' : 'GENERAL',
        message: `status ${status}: bad`,
        status: 'ERROR',
      })
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'ann', reason: 'CACHED' })
    expect(storage.entries.size).toBe(1)
  })
})

describe('network first', () => {
  it('waits for the relay', async () => {
    const { relay, storage } = await afterVisit()
    relay.flags = () => [{ key: 'who', value: 'ann II', reason: 'STATIC' }]
    const { client } = await visit({ url: relay.url, storage, cacheMode: 'network-first' }, ann, 'shop')
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'ann II', reason: 'STATIC' })
  })

  it.each([
    ['a 503', down],
    ['a 429', json(429, {}, { 'retry-after': '60' })],
    ['a connection that is cut', (_: unknown, response: { destroy(): void }) => response.destroy()],
    ['an answer that does not come', () => undefined],
  ])('uses what was kept after %s, and says STALE', async (_row, fault) => {
    noRetries()
    const { relay, storage } = await afterVisit()
    relay.fault = fault
    const options = { url: relay.url, storage, cacheMode: 'network-first', timeoutMs: 200 } as const
    const { client, names } = await visit(options, ann, 'shop')
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'ann', reason: 'CACHED' })
    await expect.poll(names).toEqual(['READY', 'STALE'])
  })

  it.each([400, 401, 403, 404])('does not use what was kept after a %i', async (status) => {
    noRetries()
    const { relay, storage } = await afterVisit()
    relay.fault = json(status, { errorCode: 'INVALID_CONTEXT' })
    const options = { url: relay.url, storage, cacheMode: 'network-first' } as const
    const { client, startError } = await visit(options, ann, 'shop')
    expect(startError).not.toBeNull()
    expect(client.getStringValue('who', 'nobody')).toBe('nobody')
  })
})

describe('what is kept', () => {
  // D9
  it('names no user, no key and no event stream', async () => {
    const relay = await relayForTest()
    relay.flags = () => [{ key: 'color', value: 'red', reason: 'STATIC' }]
    relay.more = { ...namesStream, metadata: { version: '7' }, extension: 'stream-secret' }
    const storage = memoryStorage()
    await visit(
      { url: relay.url, storage, apiKey: 'client-key' },
      { targetingKey: 'ann@example.org', tier: 'platinum' },
    )
    const text = JSON.stringify([...storage.entries])
    expect(text).toContain('red')
    for (const secret of ['client-key', 'stream-secret', streamPath, 'ann', 'example.org', 'platinum', 'event']) {
      expect(text).not.toContain(secret)
    }
  })

  it('is one entry, whoever came, and none of who has left', async () => {
    const relay = await relayForTest()
    const storage = memoryStorage()
    const { setContext } = await visit({ url: relay.url, storage })
    relay.hold()
    const changing = setContext({ targetingKey: 'bob' })
    expect(storage.entries.size).toBe(0)
    await expect.poll(() => relay.held).toHaveLength(1)
    relay.held[0]?.()
    await changing
    expect([...storage.entries.values()].join()).toContain('bob')
    expect(storage.entries.size).toBe(1)
  })

  it('is renewed by a 304', async () => {
    const { relay, storage } = await afterVisit()
    editEntry(storage, (entry) => (entry.writtenAt = Date.now() - 1_000_000))
    await visit({ url: relay.url, storage }, ann, 'shop')
    const ages = (): number[] =>
      [...storage.entries.values()].map((text) => Date.now() - (JSON.parse(text) as Entry).writtenAt)
    await expect.poll(() => ages()[0]).toBeLessThan(100_000)
  })

  it('is nothing where the storage is full, forbidden or missing', async () => {
    const relay = await relayForTest()
    const throws = (): never => {
      throw new DOMException('no', 'QuotaExceededError')
    }
    const broken = { getItem: throws, setItem: throws, removeItem: throws }
    const { client, setContext } = await visit({ url: relay.url, storage: broken })
    await setContext({ targetingKey: 'bob' })
    expect(client.getStringValue('who', '')).toBe('bob')
  })
})
