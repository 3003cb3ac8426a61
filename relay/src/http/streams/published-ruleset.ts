/** A revision as in-process providers get it: made once, the same bytes for all of them. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { providerView, type SealedRuleset } from '@switchyard/engine'
import type { Served } from '../../environments/environment.js'
import { streamEvent, type StreamEvent } from './stream-event.js'

export interface PublishedRuleset {
  readonly id: string
  readonly view: SealedRuleset
  /** The whole ruleset as an event. */
  event(): StreamEvent
  /** Its JSON text; shares its bytes with the event. */
  document(): Buffer
  compressed(): Promise<Buffer>
}

const compress = promisify(gzip)
const published = new WeakMap<Served, PublishedRuleset>()

/** What is served, as a provider sees it. Nothing is serialised before somebody wants it. */
export function publish(served: Served): PublishedRuleset {
  let made = published.get(served)
  if (made === undefined) {
    made = createPublication(served)
    published.set(served, made)
  }
  return made
}

/** Where a client is that has this revision. */
function idOf({ sequence, revision }: Served): string {
  return `${sequence}-${revision}`
}

function createPublication(served: Served): PublishedRuleset {
  const id = idOf(served)
  // Only sealed rulesets come into service.
  const view = providerView(served.snapshot.ruleset as SealedRuleset)
  let event: StreamEvent | undefined
  let compressed: Promise<Buffer> | undefined
  const makeEvent = (): StreamEvent => (event ??= streamEvent({ name: 'ruleset', id, data: JSON.stringify(view) }))
  const document = (): Buffer => {
    const { bytes } = makeEvent()
    const start = bytes.indexOf('\ndata: ') + '\ndata: '.length
    return bytes.subarray(start, bytes.length - 2)
  }
  return { id, view, event: makeEvent, document, compressed: () => (compressed ??= compress(document())) }
}
