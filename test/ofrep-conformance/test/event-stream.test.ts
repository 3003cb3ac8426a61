import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createParser, openStream } from '../src/http/event-stream.js'

/** All events of a text that arrives in those pieces. */
function parse(...pieces: readonly string[]): unknown[] {
  const parser = createParser()
  return pieces.flatMap((piece) => parser(piece))
}

describe('an event stream', () => {
  it.each([
    ['one line', ['data: a\n\n'], [{ event: null, id: null, data: 'a' }]],
    ['all fields', ['id: 1\nevent: message\ndata: a\n\n'], [{ event: 'message', id: '1', data: 'a' }]],
    ['several lines of data', ['data: a\ndata:b\ndata\n\n'], [{ event: null, id: null, data: 'a\nb\n' }]],
    ['no data', ['id: 1\nevent: message\n\n'], []],
    ['comments and unknown fields', [': hello\nretry: 5\nfoo\ndata: a\n\n'], [{ event: null, id: null, data: 'a' }]],
    ['an end that is missing', ['data: a\n'], []],
    ['lines that end with CR LF', ['data: a\r\n\r\n'], [{ event: null, id: null, data: 'a' }]],
    [
      'lines that end with CR',
      ['data: a\r\rdata: b\r\r:\r'],
      [
        { event: null, id: null, data: 'a' },
        { event: null, id: null, data: 'b' },
      ],
    ],
    [
      'pieces that end anywhere',
      ['da', 'ta: a\r', '\n\r', '\ndata:', ' b\n\n'],
      [
        { event: null, id: null, data: 'a' },
        { event: null, id: null, data: 'b' },
      ],
    ],
    [
      'a second event',
      ['id: 1\nevent: x\ndata: a\n\ndata: b\n\n'],
      [
        { event: 'x', id: '1', data: 'a' },
        { event: null, id: null, data: 'b' },
      ],
    ],
  ])('is read by its standard: %s', (_, pieces, events) => {
    expect(parse(...pieces)).toEqual(events)
  })

  it('says null when it ends, and when nothing comes in time', async () => {
    const server = createServer((request, response) => {
      response.write(':\n\n')
      if (request.url === '/ending') response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => void server.close(() => resolve()))
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const ending = await openStream(new URL('/ending', url), {}, 10_000)
    expect([await ending.next(60_000), await ending.next(60_000), await ending.next(60_000)]).toEqual([
      { events: [] },
      null,
      null,
    ])
    const silent = await openStream(new URL('/silent', url), {}, 10_000)
    expect([await silent.next(60_000), await silent.next(10)]).toEqual([{ events: [] }, null])
    silent.close()
  })
})
