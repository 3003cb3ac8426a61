/** A Flagsmith environment with every operator of its conditions, splits, and overrides of both kinds. */

/** A Flagsmith condition for every operator. */
const flagsmithConditions = [
  ...['EQUAL', 'NOT_EQUAL', 'CONTAINS', 'NOT_CONTAINS', 'REGEX', 'IN'].map((operator) => ({
    operator,
    property_: 'plan',
    value: 'gold',
  })),
  ...['GREATER_THAN', 'GREATER_THAN_INCLUSIVE', 'LESS_THAN', 'LESS_THAN_INCLUSIVE'].map((operator) => ({
    operator,
    property_: 'age',
    value: '18.5',
  })),
  ...['EQUAL', 'GREATER_THAN', 'CONTAINS'].map((operator) => ({
    operator,
    property_: 'version',
    value: '1.2.3-beta.1:semver',
  })),
  ...['IS_SET', 'IS_NOT_SET'].map((operator) => ({ operator, property_: 'country', value: null })),
  { operator: 'IN', property_: 'country', value: '["CH","DE",4]' },
  { operator: 'MODULO', property_: 'age', value: '2|1' },
  { operator: 'PERCENTAGE_SPLIT', property_: '', value: '50' },
  { operator: 'PERCENTAGE_SPLIT', property_: 'plan', value: '33.3' },
  { operator: 'EQUAL', property_: '$.identity.identifier', value: 'u1' },
  { operator: 'EQUAL', property_: '$.identity.traits.plan', value: 'gold' },
  { operator: 'REGEX', property_: '$..traits[*]["a","b",0:2,-1]', value: '(a+)+$' },
]

function flagsmithState(name, more) {
  return {
    feature: { id: name.length, name, type: 'MULTIVARIATE' },
    enabled: true,
    feature_state_value: 'plain',
    django_id: 7,
    featurestate_uuid: '90a86ad0-8134-41f3-ae65-706c329fe298',
    multivariate_feature_state_values: [],
    ...more,
  }
}

const options = [
  { id: 2, percentage_allocation: 30, multivariate_feature_option: { value: 'half', key: 'h' } },
  {
    id: 1,
    percentage_allocation: 33.3,
    multivariate_feature_option: { value: '{"a":[1]}' },
    mv_fs_value_uuid: 'e7faa192-a106-4063-a766-b6faf3738811',
  },
]

export const flagsmith = {
  id: 9,
  api_key: 'env',
  name: 'Production',
  updated_at: '2026-01-05',
  hide_disabled_flags: false,
  allow_client_traits: true,
  project: {
    id: 8,
    name: 'Shop',
    server_key_only_feature_ids: [4],
    hide_disabled_flags: true,
    organisation: { id: 4, name: 'Example' },
    segments: flagsmithConditions.map((condition, index) => ({
      id: index,
      name: `segment ${index}`,
      rules: [
        {
          type: ['ALL', 'ANY', 'NONE'][index % 3],
          conditions: [],
          rules: [
            { type: 'ANY', rules: [], conditions: [condition, { operator: 'IS_SET', property_: 'age', value: '' }] },
          ],
        },
      ],
      feature_states: [
        flagsmithState('max', { feature_segment: { priority: index }, feature_state_value: index }),
        flagsmithState('split', { multivariate_feature_state_values: options, feature_segment: { priority: 1 } }),
      ],
    })),
  },
  feature_states: [
    flagsmithState('max', { feature_state_value: 25 }),
    flagsmithState('split', { multivariate_feature_state_values: options }),
    flagsmithState('off', { enabled: false }),
    flagsmithState('state', { feature_state_value: null, feature_segment: null }),
  ],
  identity_overrides: [
    {
      identifier: 'u1',
      identity_features: [
        flagsmithState('max', { feature_state_value: 999 }),
        flagsmithState('off', { feature_state_value: '1.5' }),
      ],
    },
    {
      identifier: 'u2',
      identity_features: [
        flagsmithState('split', { multivariate_feature_state_values: [{ ...options[0], percentage_allocation: 100 }] }),
      ],
    },
  ],
}
