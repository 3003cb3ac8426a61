/** A small Flagsmith environment, written for these tests. */

export interface FlagsmithFeature {
  readonly name: string
  readonly enabled?: boolean
  readonly value?: string | number | boolean | null
}

/** An environment document with these features, a segment `gold` (trait plan) and its override of the first feature. */
export function flagsmithDocument(features: readonly FlagsmithFeature[], override?: string): object {
  const states = features.map(({ name, enabled = true, value = null }, index) => state(index + 1, name, enabled, value))
  const first = features[0]
  const overrides =
    override === undefined || first === undefined
      ? []
      : [{ ...state(1, first.name, true, override), feature_segment: { priority: 0 } }]
  return {
    id: 1,
    api_key: 'CLIENT',
    name: 'Test',
    updated_at: '2026-01-01T00:00:00.000000+00:00',
    project: {
      id: 1,
      name: 'Shop',
      hide_disabled_flags: false,
      segments: [
        {
          id: 5,
          name: 'gold',
          rules: [
            {
              type: 'ALL',
              conditions: [],
              rules: [
                { type: 'ANY', rules: [], conditions: [{ operator: 'EQUAL', property_: 'plan', value: 'gold' }] },
              ],
            },
          ],
          feature_states: overrides,
        },
      ],
    },
    feature_states: states,
    identity_overrides: [],
  }
}

function state(id: number, name: string, enabled: boolean, value: unknown): object {
  return {
    feature: { id, name, type: 'STANDARD' },
    enabled,
    django_id: 70 + id,
    featurestate_uuid: `00000000-0000-4000-8000-00000000000${id}`,
    feature_segment: null,
    feature_state_value: value,
    multivariate_feature_state_values: [],
  }
}
