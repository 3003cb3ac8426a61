/** Flags and segments of a payload, read one by one: a malformed one spoils only itself. */
import type { DiagnosticCode, DiagnosticSink } from '../../ruleset/diagnostic.js'
import { createFaults, type Faults, readNullableText, textOrEmpty } from '../../ruleset/entity-reader.js'
import { isRecord } from '../../ruleset/json.js'
import type { FeatBitDocument, FeatBitFlag, FeatBitSegment, MalformedFlag, MalformedSegment } from './document.js'
import type { Payload } from './payload.js'
import { readFlag } from './read-flag.js'
import { readSegment } from './read-segment.js'
import { isNewer } from './updated-at.js'

interface EntityKind<Sound extends { readonly updatedAt: string | null }, Malformed> {
  readonly list: 'featureFlags' | 'segments'
  /** The member that identifies an entity. */
  readonly identifier: 'key' | 'id'
  readonly code: DiagnosticCode
  read(entry: object, identifier: string, faults: Faults): Sound
  malformed(identifier: string, updatedAt: string | null, malformed: string): Malformed
}

const flagKind: EntityKind<FeatBitFlag, MalformedFlag> = {
  list: 'featureFlags',
  identifier: 'key',
  code: 'INVALID_FLAG',
  read: readFlag,
  malformed: (key, updatedAt, malformed) => ({ key, updatedAt, malformed }),
}

const segmentKind: EntityKind<FeatBitSegment, MalformedSegment> = {
  list: 'segments',
  identifier: 'id',
  code: 'INVALID_SEGMENT',
  read: readSegment,
  malformed: (id, updatedAt, malformed) => ({ id, updatedAt, malformed }),
}

/** What a payload holds, brought together with what is held already. */
export interface MergedEntities {
  readonly document: FeatBitDocument
  /** Names of what was added or replaced. */
  readonly flagKeys: readonly string[]
  readonly segmentIds: readonly string[]
}

/**
 * Puts a payload's entities into a document: new ones are added, held ones are replaced by strictly newer ones. The same rule
 * decides when one payload names an entity twice.
 */
export function mergeEntities(held: FeatBitDocument, payload: Payload, sink: DiagnosticSink): MergedEntities {
  const flags = new Map(held.featureFlags.map((flag) => [flag.key, flag]))
  const segments = new Map(held.segments.map((segment) => [segment.id, segment]))
  const flagKeys = putNewer(flags, readEntities(payload, flagKind, sink), ({ key }) => key)
  const segmentIds = putNewer(segments, readEntities(payload, segmentKind, sink), ({ id }) => id)
  const document: FeatBitDocument = {
    eventType: 'full',
    featureFlags: [...flags.values()],
    segments: [...segments.values()],
  }
  return { document, flagKeys, segmentIds }
}

function putNewer<E extends { readonly updatedAt: string | null }>(
  table: Map<string, E>,
  entities: readonly E[],
  nameOf: (entity: E) => string,
): string[] {
  const changed = new Set<string>()
  for (const entity of entities) {
    const name = nameOf(entity)
    const held = table.get(name)
    if (held !== undefined && !isNewer(entity, held)) continue
    table.set(name, entity)
    changed.add(name)
  }
  return [...changed]
}

function readEntities<Sound extends { readonly updatedAt: string | null }, Malformed>(
  payload: Payload,
  kind: EntityKind<Sound, Malformed>,
  sink: DiagnosticSink,
): (Sound | Malformed)[] {
  return payload[kind.list].flatMap((entry, index) => {
    const path = [...payload.path, kind.list, String(index)]
    const identifier = isRecord(entry) ? textOrEmpty(entry, kind.identifier) : ''
    if (!isRecord(entry) || identifier === '') {
      sink.error(kind.code, path, `expected an object with a ${kind.identifier}: the entry is left out`)
      return []
    }
    return [readEntity(entry, identifier, kind, createFaults(sink, kind.code, path))]
  })
}

function readEntity<Sound extends { readonly updatedAt: string | null }, Malformed>(
  entry: Record<string, unknown>,
  identifier: string,
  kind: EntityKind<Sound, Malformed>,
  faults: Faults,
): Sound | Malformed {
  // Of an entity that was found malformed before, nothing is left to read.
  const known = textOrEmpty(entry, 'malformed')
  if (known !== '') {
    faults.report(known)
    return kind.malformed(identifier, readNullableText(entry, 'updatedAt', faults), known)
  }
  const sound = kind.read(entry, identifier, faults)
  const malformed = faults.first()
  return malformed === undefined ? sound : kind.malformed(identifier, sound.updatedAt, malformed)
}
