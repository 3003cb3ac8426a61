/** Server-sent events out of text that arrives in pieces. */

export interface ServerSentEvent {
  readonly event: string
  readonly data: string
  /** The last id seen on the stream, empty before the first. */
  readonly id: string
}

export interface EventStreamParser {
  /** Takes the next piece; complete events are handed on before this returns. @throws RangeError when one is too long */
  feed(text: string): void
}

/** A whole ruleset may be one event; what is longer than this many characters is not one. */
const maxEventLength = 64 * 1024 * 1024

/**
 * Creates a parser for one connection.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createEventStreamParser(handle: (event: ServerSentEvent) => void): EventStreamParser {
  let pieces: string[] = []
  let waiting = 0
  let event = ''
  let id = ''
  const data = createLines()

  function readLine(line: string): void {
    if (line === '') {
      const lines = data.take()
      if (lines.length > 0) handle({ event: event === '' ? 'message' : event, data: lines.join('\n'), id })
      event = ''
      return
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line.charAt(colon + 1) === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') data.add(value)
    else if (field === 'event') event = value
    else if (field === 'id' && !value.includes('\0')) id = value
  }

  return {
    feed(text) {
      const end = text.lastIndexOf('\n')
      if (end < 0) {
        pieces.push(text)
        waiting += text.length
        if (waiting > maxEventLength) throw tooLong()
        return
      }
      const complete = pieces.join('') + text.slice(0, end)
      pieces = [text.slice(end + 1)]
      waiting = text.length - end - 1
      for (const line of complete.split('\n')) readLine(line.endsWith('\r') ? line.slice(0, -1) : line)
    },
  }
}

/** The lines of data of one event. @throws RangeError when there are too many */
function createLines(): { readonly add: (line: string) => void; readonly take: () => string[] } {
  let lines: string[] = []
  let length = 0
  return {
    add(line) {
      lines.push(line)
      length += line.length + 1
      if (length > maxEventLength) throw tooLong()
    },
    take() {
      const taken = lines
      lines = []
      length = 0
      return taken
    },
  }
}

function tooLong(): RangeError {
  return new RangeError(`an event is longer than ${maxEventLength} characters`)
}
