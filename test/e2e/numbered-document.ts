/**
 * A Flagsmith environment that carries a number, in such a way that an answer which is made of two revisions shows: every flag has
 * the number as its value, and reaches it through another part of the document. A segment that is true has the value, and which of two
 * segments it is changes with every number; what comes without it is `torn`. For the identity `vip` it is in the overrides. One
 * more flag, `parity`, never changes itself, and follows the segments all the same.
 */
import { allOf, conditionOf, documentOf, segmentOf, stateOf } from '../../engine/test/vendors/flagsmith/documents.js'
import type { JsonObject } from '@switchyard/engine'

/** Half of them have overrides for `vip`. */
export const numberedFlags: readonly string[] = Array.from(
  { length: 20 },
  (_, i) => `flag-${String(i).padStart(2, '0')}`,
)

/** The rest of the number when it is divided by two. */
export const parityFlag = 'parity'

const allNames = [...numberedFlags, parityFlag]

const segmentIds = [5, 6]

export function numberedDocument(number: number): object {
  const segments = segmentIds.map((id, parity) => segment(id, parity, number % 2 === parity ? number : null))
  const overridden = numberedFlags.filter((_, i) => i % 2 === 0)
  const override: JsonObject = {
    identifier: 'vip',
    identity_uuid: '11111111-0000-4000-8000-000000000000',
    created_date: '2026-01-01T00:00:00.000000+00:00',
    environment_api_key: 'client-key',
    identity_traits: [],
    identity_features: overridden.map((name) => state(name, String(number))),
  }
  return documentOf({ features: allNames.map((name) => state(name, 'torn')), segments, overrides: [override] })
}

/** @param number null: true for nobody, and whoever is in it all the same gets a torn answer */
function segment(id: number, parity: number, number: number | null): JsonObject {
  const condition = conditionOf(number === null ? 'nobody-has-this' : 'everybody-has-this', 'IS_SET', '')
  const value = number === null ? 'torn' : String(number)
  const states = [...numberedFlags.map((name) => [name, value] as const), [parityFlag, String(parity)] as const]
  return segmentOf(
    id,
    allOf(condition),
    states.map(([name, own]) => ({ ...state(name, own), feature_segment: { priority: 0 } })),
  )
}

/** Features are told apart by their ids. */
function state(name: string, value: string): JsonObject {
  const index = allNames.indexOf(name)
  return stateOf(name, {
    feature: { id: index + 1, name, type: 'STANDARD' },
    django_id: 70 + index,
    feature_state_value: value,
  })
}
