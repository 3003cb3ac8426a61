/** Environment documents of Flagsmith, as much of them as its SDK and our engine read. */

/** The state of a feature, enabled; its ids follow from the index. */
export function featureState(name, index, more = {}) {
  return {
    feature: { id: index + 1, name, type: 'STANDARD' },
    enabled: true,
    django_id: index + 1,
    featurestate_uuid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    feature_segment: null,
    feature_state_value: 'off',
    multivariate_feature_state_values: [],
    ...more,
  }
}

/** What makes a feature multivariate: half of the identities get another value. */
export function half(index, value) {
  const option = { value, key: null }
  return {
    multivariate_feature_state_values: [
      { id: index + 1, percentage_allocation: 50, multivariate_feature_option: option },
    ],
  }
}

export function environmentDocument({ states, segments, overrides = [] }) {
  return {
    id: 1,
    api_key: 'client-key',
    name: 'Production',
    updated_at: '2026-01-05T08:00:00Z',
    project: {
      id: 1,
      name: 'Shop',
      organisation: {
        id: 1,
        name: 'Org',
        feature_analytics: false,
        stop_serving_flags: false,
        persist_trait_data: true,
      },
      hide_disabled_flags: false,
      server_key_only_feature_ids: [],
      segments,
    },
    feature_states: states,
    identity_overrides: overrides,
  }
}
