/**
 * A Flagsmith environment that carries a number, in such a way that an answer which is made of two revisions shows: every flag has
 * the number as its value, and reaches it through another part of the document. A segment that is true has the value, and which of two
 * segments it is changes with every number; what comes without it is `torn`. For the identity `vip` it is in the overrides. One
 * more flag, `parity`, never changes itself, and follows the segments all the same.
 */

/** Half of them have overrides for `vip`. */
export const numberedFlags: readonly string[] = Array.from(
  { length: 20 },
  (_, i) => `flag-${String(i).padStart(2, '0')}`,
)

/** The rest of the number when it is divided by two. */
export const parityFlag = 'parity'

const segmentIds = [5, 6]

export function numberedDocument(number: number): object {
  return {
    id: 1,
    api_key: 'CLIENT',
    name: 'Test',
    updated_at: '2026-01-01T00:00:00.000000+00:00',
    project: {
      id: 1,
      name: 'Shop',
      hide_disabled_flags: false,
      segments: segmentIds.map((id, parity) => segment(id, parity, number % 2 === parity ? number : null)),
    },
    feature_states: [...numberedFlags, parityFlag].map((name, i) => state(i, name, 'torn')),
    identity_overrides: [
      {
        identifier: 'vip',
        identity_uuid: '11111111-0000-4000-8000-000000000000',
        created_date: '2026-01-01T00:00:00.000000+00:00',
        environment_api_key: 'CLIENT',
        identity_traits: [],
        identity_features: numberedFlags.flatMap((name, i) => (i % 2 === 0 ? [state(i, name, String(number))] : [])),
      },
    ],
  }
}

/** @param number null: true for nobody, and whoever is in it all the same gets a torn answer */
function segment(id: number, parity: number, number: number | null): object {
  const condition = {
    operator: 'IS_SET',
    property_: number === null ? 'nobody-has-this' : 'everybody-has-this',
    value: '',
  }
  const value = number === null ? 'torn' : String(number)
  return {
    id,
    name: `segment-${id}`,
    rules: [{ type: 'ALL', conditions: [], rules: [{ type: 'ANY', rules: [], conditions: [condition] }] }],
    feature_states: [
      ...numberedFlags.map((name, i) => state(i, name, value)),
      state(numberedFlags.length, parityFlag, String(parity)),
    ].map((overridden) => ({ ...overridden, feature_segment: { priority: 0 } })),
  }
}

function state(index: number, name: string, value: string): object {
  return {
    feature: { id: index + 1, name, type: 'STANDARD' },
    enabled: true,
    django_id: 70 + index,
    featurestate_uuid: `00000000-0000-4000-8000-0000000000${String(index).padStart(2, '0')}`,
    feature_segment: null,
    feature_state_value: value,
    multivariate_feature_state_values: [],
  }
}
