import { ProviderStatus } from '@openfeature/web-sdk'
import { describe, expect, it } from 'vitest'
import { json } from '../server/scripted-server.js'
import { relayForTest, visit } from './visit.js'

describe('starting', () => {
  it('asks once for all flags, with the key, the headers and the whole context', async () => {
    const relay = await relayForTest()
    const { client, names } = await visit(
      { url: `${relay.url}/`, apiKey: 'client-key', headers: { 'x-tenant': 't' } },
      { targetingKey: 'ann', when: new Date(0), deep: { list: [1] } },
    )
    expect(relay.asked).toMatchObject([
      {
        path: '/ofrep/v1/evaluate/flags',
        headers: { authorization: 'Bearer client-key', 'x-tenant': 't', 'content-type': 'application/json' },
        context: { targetingKey: 'ann', when: '1970-01-01T00:00:00.000Z', deep: { list: [1] } },
      },
    ])
    expect(client.getStringDetails('who', '')).toMatchObject({ value: 'ann', reason: 'TARGETING_MATCH' })
    expect(names()).toEqual(['READY'])
  })

  it('answers by type from what it holds, and asks no more', async () => {
    const relay = await relayForTest()
    relay.flags = () => [
      { key: 'bool', value: true, reason: 'STATIC', variant: 'on', metadata: { team: 'a', deep: {} } },
      { key: 'number', value: 1.5, reason: 'SPLIT' },
      { key: 'object', value: { list: [1] }, reason: 'STATIC' },
      { key: 'off', reason: 'DISABLED', variant: 'off' },
      { key: 'broken', errorCode: 'PARSE_ERROR', errorDetails: 'bad rule', metadata: { team: 'b' } },
      { key: 'odd', errorCode: 'toString', errorDetails: 'x' },
      { key: 'typed', value: '{"a":1}', reason: 'STATIC', metadata: { 'as.object': true } },
      { noKey: true },
    ]
    relay.more = { metadata: { flagSetId: 'shop' } }
    const { client } = await visit({ url: relay.url })
    const details = { variant: 'on', reason: 'STATIC', flagMetadata: { team: 'a' } }
    expect(client.getBooleanDetails('bool', false)).toMatchObject({ value: true, ...details })
    expect(client.getNumberValue('number', 0)).toBe(1.5)
    expect(client.getObjectValue('object', {})).toEqual({ list: [1] })
    expect(client.getBooleanDetails('off', true)).toMatchObject({ value: true, reason: 'DISABLED', variant: 'off' })
    expect(client.getBooleanDetails('broken', false)).toMatchObject({
      errorCode: 'PARSE_ERROR',
      errorMessage: 'bad rule',
      flagMetadata: { team: 'b' },
    })
    expect(client.getBooleanDetails('odd', false)).toMatchObject({ errorCode: 'GENERAL' })
    expect(client.getObjectValue('typed', {})).toEqual({ a: 1 })
    expect(client.getStringDetails('bool', 'x')).toMatchObject({ value: 'x', errorCode: 'TYPE_MISMATCH' })
    expect(client.getBooleanDetails('none', true)).toMatchObject({
      value: true,
      errorCode: 'FLAG_NOT_FOUND',
      flagMetadata: { flagSetId: 'shop' },
    })
    expect(relay.asked).toHaveLength(1)
  })

  it.each([401, 403])('is FATAL when the credentials are refused with %i', async (status) => {
    const relay = await relayForTest()
    relay.fault = json(status, { errorDetails: 'unknown key' })
    const { client, startError } = await visit({ url: relay.url })
    expect(startError).toMatchObject({ code: 'PROVIDER_FATAL', message: `status ${status}: unknown key` })
    expect(client.providerStatus).toBe(ProviderStatus.FATAL)
  })

  it('takes a 304 that it did not ask for as no answer', async () => {
    const relay = await relayForTest()
    relay.fault = (_request, response) => response.writeHead(304).end()
    const { startError } = await visit({ url: relay.url })
    expect(startError).toMatchObject({ code: 'PROVIDER_NOT_READY' })
  })

  it.each([
    ['a page instead of an answer', json(200, '<html>')],
    ['an answer without flags', json(200, {})],
    ['another address', json(404, {})],
  ])('is in ERROR for %s', async (_row, fault) => {
    const relay = await relayForTest()
    relay.fault = fault
    const { client, startError } = await visit({ url: relay.url })
    expect(startError).toMatchObject({ code: 'PROVIDER_NOT_READY' })
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
  })

  it('covers the body with its deadline', async () => {
    const relay = await relayForTest()
    relay.fault = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"flags":[')
    }
    const { startError } = await visit({ url: relay.url, timeoutMs: 100 })
    expect(startError?.message).toContain('timeout after 100 ms')
  })

  it('binds one instance to one domain only', async () => {
    const relay = await relayForTest()
    const { provider } = await visit({ url: relay.url })
    expect(provider).toMatchObject({ domainScoped: true, runsOn: 'client', metadata: { name: 'switchyard' } })
  })
})
