/** Small environments, written as the poller would answer them. */
type Entry = Readonly<Record<string, unknown>>

/** Variations of a rule or of the fallthrough, with their weights. */
export function weighted(...variations: readonly (readonly [variationKey: string, weight: unknown])[]): Entry[] {
  return variations.map(([variationKey, weight], index) => ({ id: `v${index}`, variationKey, weight }))
}

/** A flag without rules that serves `control` to everybody. */
export function rawFlag(attributes: Entry = {}): Entry {
  return {
    type: 'raw_flag',
    id: '00000000-0000-4000-8000-000000000001',
    attributes: {
      fallthroughVariations: weighted(['control', 100], ['treatment', 0]),
      flagKey: 'flag',
      rules: null,
      useFallthrough: false,
      ...attributes,
    },
  }
}

/** A rule that serves `treatment` to everybody whose plan is `pro`. */
export function rawRule(members: Entry = {}): Entry {
  return {
    id: 'r1',
    ruleType: 'trait',
    traitKey: 'plan',
    traitValue: 'pro',
    operator: 'equal',
    negate: false,
    ruleVariations: weighted(['treatment', 100]),
    ...members,
  }
}

export function rawRuleset(...data: readonly unknown[]): Entry {
  return { data }
}
