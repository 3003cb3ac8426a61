/** A FeatBit payload with every operator of its conditions, targets, segments and rollouts. */

/** A FeatBit condition for every operator. */
const featbitConditions = [
  ...['LessThan', 'LessEqualThan', 'BiggerThan', 'BiggerEqualThan'].map((op) => ({ property: 'age', op, value: '18' })),
  ...['Equal', 'NotEqual', 'Contains', 'NotContain', 'StartsWith', 'EndsWith'].map((op) => ({
    property: 'plan',
    op,
    value: 'gold',
  })),
  ...['MatchRegex', 'NotMatchRegex'].map((op) => ({ property: 'email', op, value: '^a.*@(corp|home)\\.example$' })),
  ...['IsOneOf', 'NotOneOf'].map((op) => ({ property: 'country', op, value: '["CH","DE"]' })),
  ...['IsTrue', 'IsFalse'].map((op) => ({ property: 'beta', op, value: '' })),
  { property: 'keyId', op: 'StartsWith', value: 'u' },
  { property: 'User is in segment', op: null, value: '["s1","s2"]' },
  { property: 'User is not in segment', op: null, value: '["s2"]' },
]

const shares = [
  { id: 'v1', rollout: [0, 0.5], exptRollout: 0.2 },
  { id: 'v2', rollout: [0.5, 1], exptRollout: 0.5 },
]

function featbitFlag(key, more) {
  return {
    id: key,
    envId: 'e',
    name: key,
    description: '',
    key,
    variationType: 'string',
    tags: ['t'],
    updatedAt: '2026-01-05T08:00:00.056Z',
    isEnabled: true,
    isArchived: false,
    disabledVariationId: 'v2',
    exptIncludeAllTargets: false,
    targetUsers: [],
    rules: [],
    variations: [
      { id: 'v1', name: 'one', value: '1' },
      { id: 'v2', name: 'two', value: 'true' },
    ],
    fallthrough: { dispatchKey: null, includedInExpt: true, variations: shares },
    ...more,
  }
}

export const featbit = {
  messageType: 'data-sync',
  data: {
    eventType: 'full',
    featureFlags: [
      featbitFlag('split', {}),
      featbitFlag('off', { isEnabled: false, variationType: 'boolean' }),
      featbitFlag('archived', { isArchived: true }),
      featbitFlag('targets', {
        variationType: 'json',
        exptIncludeAllTargets: true,
        targetUsers: [
          { keyIds: ['u1', 'u2'], variationId: 'v1' },
          { keyIds: ['u3'], variationId: 'v2' },
        ],
      }),
      featbitFlag('rules', {
        variationType: 'number',
        rules: featbitConditions.map((condition, index) => ({
          id: `r${index}`,
          name: `rule ${index}`,
          dispatchKey: 'plan',
          includedInExpt: false,
          conditions: [condition, { property: 'country', op: 'NotEqual', value: 'XX' }],
          variations: shares,
        })),
      }),
    ],
    segments: [
      {
        id: 's1',
        envId: 'e',
        name: 'first',
        description: '',
        included: ['u1'],
        excluded: ['u4'],
        updatedAt: '2026-01-05T08:00:00Z',
        isArchived: false,
        rules: [{ id: 'sr', name: 'gold', conditions: featbitConditions.slice(0, 6) }],
      },
      {
        id: 's2',
        envId: 'e',
        name: 'second',
        description: '',
        included: [],
        excluded: [],
        rules: [],
        updatedAt: '2026-01-05T08:00:00Z',
        isArchived: true,
      },
    ],
  },
}
