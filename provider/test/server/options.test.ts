import type { Logger } from '@openfeature/server-sdk'
import { describe, expect, it } from 'vitest'
import { SwitchyardProvider, type SwitchyardProviderOptions } from '../../src/server/index.js'
import { readOptions } from '../../src/server/options.js'
import { json, startScriptedServer } from './scripted-server.js'

const url = 'http://relay:8080'

describe('wrong options are refused in the constructor', () => {
  it.each<[string, unknown, new () => Error, string]>([
    ['no options', null, TypeError, 'the options must be an object, not null'],
    ['an unknown one', { url, apikey: 'k' }, TypeError, 'there is no option "apikey"; there are url, apiKey,'],
    ['one that every object has', { url, constructor: 1 }, TypeError, 'there is no option "constructor"'],
    ['no address', {}, TypeError, 'give the option "url", or set OFREP_ENDPOINT'],
    ['an address without scheme', { url: 'localhost:8080' }, TypeError, 'not "localhost:8080"'],
    ['a relative address', { url: '/relay' }, TypeError, 'url must be an absolute http or https address'],
    ['an address of another kind', { url: 'ftp://relay' }, TypeError, 'not "ftp://relay"'],
    ['an address with a query', { url: `${url}?a=1` }, TypeError, 'without query'],
    ['an address that is no text', { url: 8080 }, TypeError, 'not 8080'],
    ['an empty key', { url, apiKey: '' }, TypeError, 'apiKey must be text that can be sent in a header'],
    ['a key that no header can carry', { url, apiKey: 'a\nb' }, TypeError, 'apiKey must be text'],
    [
      'headers that are no object',
      { url, headers: [['a', 'b']] },
      TypeError,
      'headers must be an object of header names',
    ],
    ['a header name with a blank', { url, headers: { 'a b': 'c' } }, TypeError, 'headers must be'],
    ['a header with a line break', { url, headers: { a: 'b\r\nc: d' } }, TypeError, 'headers must be'],
    ['a header that is no text', { url, headers: { a: 1 } }, TypeError, 'headers must be'],
    ['no time', { url, timeoutMs: 0 }, RangeError, 'timeoutMs must be a positive number of milliseconds, not 0'],
    ['usage that is neither', { url, usage: 'no' }, TypeError, 'usage must be true or false, not "no"'],
    ['an interval below zero', { url, usageIntervalMs: -1 }, RangeError, 'usageIntervalMs must be'],
    ['a time that is no number', { url, timeoutMs: Number.NaN }, RangeError, 'not NaN'],
    ['a time that is text', { url, staleAfterMs: '5' }, RangeError, 'staleAfterMs'],
    ['a time that timers cannot wait', { url, idleTimeoutMs: 2 ** 31 }, RangeError, 'idleTimeoutMs'],
    ['endless polling', { url, pollIntervalMs: Number.POSITIVE_INFINITY }, RangeError, 'pollIntervalMs'],
    ['another mode', { url, mode: 'offline' }, TypeError, 'mode must be "in-process" or "remote", not "offline"'],
    ['an empty file name', { url, snapshotFile: '' }, TypeError, 'snapshotFile must be the path of a file, not ""'],
    ['a part of a context', { url, cachedContexts: 0.5 }, TypeError, 'cachedContexts must be a whole number from 0 to'],
    ['a tracker that is no function', { url, onTrack: {} }, TypeError, 'onTrack must be a function, not an object'],
    [
      'half a logger',
      { url, logger: { warn: () => undefined } },
      TypeError,
      'logger must be a logger with the methods',
    ],
  ])('%s', (_row, options, kind, message) => {
    const construct = (): unknown => new SwitchyardProvider(options as SwitchyardProviderOptions)
    expect(construct).toThrow(kind)
    expect(construct).toThrow(message)
  })

  it.each([{ apiKey: 'secret\n' }, { headers: { authorization: 'secret\n' } }])(
    'without showing what is secret in %o',
    (options) => {
      expect(() => new SwitchyardProvider({ url, ...options })).toThrow(expect.not.stringContaining('secret\n'))
    },
  )

  it('and those that are undefined are as good as left out', () => {
    const options = {
      url,
      apiKey: undefined,
      mode: undefined,
      timeoutMs: undefined,
    } as unknown as SwitchyardProviderOptions
    expect(readOptions(options, {})).toMatchObject({ baseUrl: url, mode: 'in-process', timeoutMs: 10_000, headers: {} })
  })
})

describe("OFREP's environment variables", () => {
  function read(environment: Record<string, string>, options: SwitchyardProviderOptions = {}) {
    const warnings: string[] = []
    const silent = (): void => undefined
    const logger: Logger = { error: silent, warn: (text) => warnings.push(String(text)), info: silent, debug: silent }
    return { settings: readOptions({ logger, ...options }, environment), warnings }
  }

  it('say where the relay is, with which headers and how long to wait', () => {
    const { settings, warnings } = read({
      OFREP_ENDPOINT: 'https://flags.example.com/env',
      OFREP_HEADERS: 'Authorization=Bearer%20token,X-Custom=value',
      OFREP_TIMEOUT_MS: '2500',
    })
    expect(settings).toMatchObject({
      baseUrl: 'https://flags.example.com/env',
      headers: { authorization: 'Bearer token', 'x-custom': 'value' },
      timeoutMs: 2_500,
    })
    expect(warnings).toEqual([])
  })

  it('give way to the options, header by header', () => {
    const { settings } = read(
      {
        OFREP_ENDPOINT: 'https://other.example.com',
        OFREP_HEADERS: 'Authorization=Bearer a,X-Tenant=a,X-More=a',
        OFREP_TIMEOUT_MS: '1',
      },
      { url, apiKey: 'b', headers: { 'x-tenant': 'b' }, timeoutMs: 2 },
    )
    expect(settings).toMatchObject({
      baseUrl: url,
      headers: { authorization: 'Bearer b', 'x-tenant': 'b', 'x-more': 'a' },
      timeoutMs: 2,
    })
  })

  it.each<[string, string, Record<string, string>, number]>([
    ['are decoded before they are split', 'A%3Db%2CC%3Dd', { a: 'b', c: 'd' }, 0],
    ['are split at the first equals sign', 'a=b=c', { a: 'b=c' }, 0],
    ['are trimmed', ' a = b , c = d ', { a: 'b', c: 'd' }, 0],
    ['may be empty', 'a=', { a: '' }, 0],
    ['are left out where they have no name, the others not', '=x,a=b,no,', { a: 'b' }, 3],
    ['are left out where they cannot be decoded', 'a=%E0%A4%A', {}, 1],
    ['may be none', '  ', {}, 0],
  ])('headers %s', (_row, text, headers, count) => {
    const { settings, warnings } = read({ OFREP_ENDPOINT: url, OFREP_HEADERS: text })
    expect(settings.headers).toEqual(headers)
    expect(warnings).toHaveLength(count)
  })

  it('that are malformed are told of without what they hold', () => {
    const { warnings } = read({ OFREP_ENDPOINT: url, OFREP_HEADERS: 'a=b,secret' })
    expect(warnings).toEqual(['Switchyard: entry 2 of OFREP_HEADERS is left out: it is not of the form name=value'])
  })

  it.each<[Record<string, string>, string]>([
    [{ OFREP_ENDPOINT: 'relay' }, 'OFREP_ENDPOINT must be an absolute http or https address'],
    [{ OFREP_ENDPOINT: url, OFREP_TIMEOUT_MS: '5s' }, 'OFREP_TIMEOUT_MS must be a positive number of milliseconds'],
    [{ OFREP_ENDPOINT: url, OFREP_TIMEOUT_MS: '0' }, 'OFREP_TIMEOUT_MS must be a positive number of milliseconds'],
    [{ OFREP_ENDPOINT: url, OFREP_HEADERS: 'a b=c' }, 'OFREP_HEADERS must be an object of header names'],
  ])('%o are refused by their own name', (environment, message) => {
    expect(() => read(environment)).toThrow(message)
  })

  it('are those of the process', async () => {
    const server = await startScriptedServer(json(200, { flags: [] }))
    process.env['OFREP_ENDPOINT'] = server.url
    process.env['OFREP_HEADERS'] = 'x-api-key=from%20the%20environment'
    try {
      const provider = new SwitchyardProvider({ mode: 'remote' })
      await provider.initialize()
      expect(server.received[0]?.headers['x-api-key']).toBe('from the environment')
      await provider.onClose()
    } finally {
      delete process.env['OFREP_ENDPOINT']
      delete process.env['OFREP_HEADERS']
      await server.close()
    }
  })
})
