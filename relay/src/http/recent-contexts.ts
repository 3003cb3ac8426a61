/**
 * Contexts that came lately, by the bytes they came in. A client that asks whether something has changed sends the same body as
 * before: from the second time on it is not read again, and what identifies its answer is there too.
 */
import type { AcceptedContext } from '../environments/accept-context.js'
import { createDoorkeeper, hashBytes } from './doorkeeper.js'
import { readEvaluationContext } from './evaluation-context.js'

/** What was read out of a body. Shared by the requests that bring the same bytes, so nothing in it is changed by any of them. */
export interface ReadBody {
  readonly accepted: AcceptedContext
  /** The validator that was last computed for this context, and what else it was computed from. */
  validator: { readonly origin: string; readonly text: string } | null
}

export interface RecentContexts {
  read(body: Buffer): ReadBody
}

/** Longer bodies are read each time: few clients have them, and they would fill the memory. */
const maxBodyBytes = 2_048
/** Bodies remembered before the older half is forgotten. */
const maxRemembered = 4_096

export function createRecentContexts(): RecentContexts {
  const doorkeeper = createDoorkeeper()
  let [recent, before] = [new Map<string, ReadBody>(), new Map<string, ReadBody>()]

  function remembered(body: Buffer): ReadBody {
    // One character for each byte: two bodies are the same text exactly if they are the same bytes.
    const bytes = body.toString('latin1')
    const known = recent.get(bytes) ?? before.get(bytes) ?? readAnew(body)
    recent.set(bytes, known)
    if (recent.size > maxRemembered / 2) [recent, before] = [new Map(), recent]
    return known
  }

  return {
    read: (body) =>
      body.length <= maxBodyBytes && doorkeeper.wasSeen(hashBytes(body)) ? remembered(body) : readAnew(body),
  }
}

function readAnew(body: Buffer): ReadBody {
  return { accepted: readEvaluationContext(body), validator: null }
}
