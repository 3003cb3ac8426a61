import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventStreamParser, type ServerSentEvent } from '../../src/server/event-stream-parser.js'

function parse(...pieces: string[]): ServerSentEvent[] {
  const events: ServerSentEvent[] = []
  const parser = createEventStreamParser((event) => events.push(event))
  for (const piece of pieces) parser.feed(piece)
  return events
}

describe('the event stream parser', () => {
  it.each<[string, string, ServerSentEvent[]]>([
    ['an event with all fields', 'id: 7\nevent: patch\ndata: {}\n\n', [{ event: 'patch', data: '{}', id: '7' }]],
    ['an event without a name', 'data: x\n\n', [{ event: 'message', data: 'x', id: '' }]],
    ['data of several lines', 'data: a\ndata: b\n\n', [{ event: 'message', data: 'a\nb', id: '' }]],
    ['a field without a blank', 'data:a\n\n', [{ event: 'message', data: 'a', id: '' }]],
    ['lines that end in carriage return and line feed', 'data: a\r\n\r\n', [{ event: 'message', data: 'a', id: '' }]],
    [
      'an id that holds for later events',
      'id: 1\ndata: a\n\ndata: b\n\n',
      [
        { event: 'message', data: 'a', id: '1' },
        { event: 'message', data: 'b', id: '1' },
      ],
    ],
    ['comments and unknown fields', ': beat\nretry: 5\nodd\ndata: a\n\n', [{ event: 'message', data: 'a', id: '' }]],
    ['an event without data', 'event: patch\n\ndata: a\n\n', [{ event: 'message', data: 'a', id: '' }]],
    ['an event that is not complete', 'data: a\n', []],
  ])('reads %s', (_row, text, events) => {
    expect(parse(text)).toEqual(events)
  })

  it.each([
    ['a line without an end', 'x'.repeat(2 ** 20)],
    ['lines of data without an end', `data: ${'x'.repeat(2 ** 20)}\n`],
  ])('keeps no more than 64 MiB of %s', (_what, piece) => {
    const parser = createEventStreamParser(() => undefined)
    expect(() => {
      for (let i = 0; i < 65; i += 1) parser.feed(piece)
    }).toThrow(RangeError)
  })

  it('reads the same however the text is cut', () => {
    const text = 'id: 1\nevent: ruleset\ndata: {"a":1}\ndata: more\r\n\n: beat\n\ndata:x\n\n'
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 10 }), (cuts) => {
        const sorted = [0, ...cuts.toSorted((a, b) => a - b), text.length]
        expect(parse(...sorted.slice(1).map((end, i) => text.slice(sorted[i], end)))).toEqual(parse(text))
      }),
    )
  })
})
