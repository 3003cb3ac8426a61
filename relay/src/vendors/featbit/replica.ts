/** What is held of a FeatBit environment, kept up by full payloads and by patches, whichever way they come. */
import {
  decodeFeatBitDocument,
  featBitDocumentVersion,
  mergeFeatBitPatch,
  type FeatBitDocument,
} from '@switchyard/engine'
import { RelayError } from '../../relay-error.js'
import type { SourceSink } from '../source.js'

/** A message, or its data part alone: the engine reads both. */
export type Payload = Readonly<Record<string, unknown>>

export interface Replica {
  /** Cursor to ask for changes with, epoch milliseconds; 0 before the first full payload. */
  readonly version: number
  /** Whether it is time to ask for everything. */
  isFullSyncDue(): boolean
  /**
   * Takes a full payload in place of everything, and tells the sink.
   *
   * @param patches that came while it was on its way: it may not know of them
   * @returns false when it is no document, which the sink has been told then; what was held stays
   */
  replace(full: Payload, patches?: readonly Payload[]): boolean
  /**
   * Takes in a patch, and tells the sink.
   *
   * @returns false when there is nothing yet that it could change
   * @throws RelayError UPSTREAM_MALFORMED when it is no patch
   */
  apply(patch: Payload): boolean
}

export interface ReplicaOptions {
  readonly sink: SourceSink
  readonly fullSyncIntervalMs: number
  /** Epoch milliseconds. */
  readonly now: () => number
}

const empty: FeatBitDocument = { eventType: 'full', featureFlags: [], segments: [] }

export function createReplica({ sink, fullSyncIntervalMs, now }: ReplicaOptions): Replica {
  let held: FeatBitDocument | null = null
  let version = 0
  let fullSyncDueMs = -Infinity

  function hold(document: FeatBitDocument, delivered: unknown): void {
    held = document
    version = featBitDocumentVersion(document)
    sink.document(delivered, version === 0 ? {} : { version: String(version), changedAtMs: version })
  }

  return {
    get version() {
      return version
    },
    isFullSyncDue: () => held === null || now() >= fullSyncDueMs,
    replace(full, patches = []) {
      const decoded = decodeFeatBitDocument(full)
      if (!decoded.ok) {
        fullSyncDueMs = -Infinity
        sink.document(full, {})
        return false
      }
      fullSyncDueMs = now() + fullSyncIntervalMs
      const { document } = decoded
      const merged = patches.reduce<FeatBitDocument>((before, patch) => merge(before, patch).document, document)
      // As it came, so that everything that is wrong with it is told.
      hold(merged, patches.length === 0 ? full : merged)
      return true
    },
    apply(patch) {
      const { document, flagKeys, segmentIds, missingSegmentIds } = merge(held ?? empty, patch)
      if (held === null) return false
      // A segment that was shared with the environment later is not announced.
      if (missingSegmentIds.length > 0) fullSyncDueMs = -Infinity
      if (flagKeys.length + segmentIds.length === 0) sink.unchanged()
      else hold(document, document)
      return true
    },
  }
}

function merge(held: FeatBitDocument, patch: Payload): ReturnType<typeof mergeFeatBitPatch> & { readonly ok: true } {
  const merged = mergeFeatBitPatch(held, patch)
  if (merged.ok) return merged
  const [found] = merged.diagnostics
  throw new RelayError('UPSTREAM_MALFORMED', `a patch cannot be read: ${found?.message ?? 'it is none'}`, {
    retryable: true,
  })
}

/** Whether a message carries data, as opposed to the answer to a ping and whatever else there may be. */
export function isDataSync(message: Payload): boolean {
  return message['messageType'] === 'data-sync'
}

/** Whether a payload changes what is held, as opposed to taking its place. */
export function isPatch(message: Payload): boolean {
  const { data } = message
  const payload = typeof data === 'object' && data !== null ? data : message
  return 'eventType' in payload && payload.eventType === 'patch'
}
