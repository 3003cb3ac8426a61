/** A Flagbase ruleset with every operator of its rules. */

const weights = [
  { id: 'w1', variationKey: 'control', weight: 30 },
  { id: 'w2', variationKey: 'treatment', weight: 70 },
]

export const flagbase = {
  data: [
    {
      type: 'raw_flag',
      id: 'f1',
      attributes: {
        flagKey: 'promo',
        useFallthrough: false,
        fallthroughVariations: weights,
        rules: [
          { operator: 'equal', traitKey: 'country', traitValue: 'CH' },
          { operator: 'contains', traitKey: 'email', traitValue: '@corp' },
          { operator: 'regex', traitKey: 'plan', traitValue: '^(gold|silver)+$' },
          { operator: 'greater_than', traitKey: 'age', traitValue: '18' },
          { operator: 'greater_than_or_equal', traitKey: 'age', traitValue: '1e1' },
        ].map((rule, index) => ({
          id: `r${index}`,
          ruleType: 'trait',
          negate: index % 2 === 1,
          ...rule,
          ruleVariations: weights,
        })),
      },
    },
    {
      type: 'raw_flag',
      id: 'f2',
      attributes: { flagKey: 'plain', useFallthrough: true, rules: null, fallthroughVariations: weights.slice(1) },
    },
  ],
}
