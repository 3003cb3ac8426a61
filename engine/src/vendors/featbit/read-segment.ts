/** One entry of `segments` becomes a checked segment. */
import {
  type Faults,
  readList,
  readNullableText,
  readOptionalBoolean,
  readOptionalList,
  readTexts,
  textOrEmpty,
} from '../../ruleset/entity-reader.js'
import type { FeatBitSegment } from './document.js'
import { readCondition } from './read-flag.js'

/** Reads a segment; what it returns is only good while `faults` has found nothing. */
export function readSegment(entry: object, id: string, faults: Faults): FeatBitSegment {
  return {
    id,
    envId: textOrEmpty(entry, 'envId'),
    name: textOrEmpty(entry, 'name'),
    description: textOrEmpty(entry, 'description'),
    included: readTexts(entry, 'included', faults),
    excluded: readTexts(entry, 'excluded', faults),
    rules: readOptionalList(entry, 'rules', faults, (rule, at) => ({
      id: textOrEmpty(rule, 'id'),
      name: textOrEmpty(rule, 'name'),
      conditions: readList(rule, 'conditions', at, readCondition),
    })),
    updatedAt: readNullableText(entry, 'updatedAt', faults),
    isArchived: readOptionalBoolean(entry, 'isArchived', faults),
  }
}
