/**
 * The flags of one shop, as each of five vendors would store them: a banner that differs for the plan "gold", a checkout that is
 * on, and a limit of 25.
 */
import { condition, flagEntry, ruleEntry, share } from '../../engine/test/vendors/featbit/documents.js'
import { rawFlag, rawRule, weighted } from '../../engine/test/vendors/flagbase/documents.js'
import { experiment, type Configuration } from '../upstreams/fake-cloudbees.js'
import type { Entities } from '../upstreams/fake-featbit.js'
import type { RawRuleset } from '../upstreams/fake-flagbase.js'
import { flagsmithDocument } from './flagsmith-document.js'

/** What the banner says to those whose plan is not gold, in all of them. */
export interface Shop {
  readonly banner: string
}

export function flagdShop({ banner }: Shop): object {
  return {
    flags: {
      banner: {
        state: 'ENABLED',
        variants: { all: banner, gold: 'hello gold' },
        defaultVariant: 'all',
        targeting: { if: [{ '==': [{ var: 'plan' }, 'gold'] }, 'gold', null] },
      },
      checkout: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' },
      limit: { state: 'ENABLED', variants: { most: 25 }, defaultVariant: 'most' },
    },
  }
}

export function flagsmithShop({ banner }: Shop): object {
  const features = [{ name: 'banner', value: banner }, { name: 'checkout' }, { name: 'limit', value: 25 }]
  return flagsmithDocument(features, 'hello gold')
}

export function featBitShop({ banner }: Shop): Entities {
  const flag = (key: string, variationType: string, values: readonly string[]): object => ({
    id: `id of ${key}`,
    key,
    variationType,
    variations: values.map((value) => ({ id: value, name: value, value })),
    fallthrough: { variations: [share(values[0] ?? '', 0, 1)] },
    disabledVariationId: values[0],
  })
  const gold = ruleEntry([condition('plan', 'Equal', 'gold')], { variations: [share('hello gold', 0, 1)] })
  return {
    featureFlags: [
      flagEntry({ ...flag('banner', 'string', [banner, 'hello gold']), rules: [gold] }),
      flagEntry({ ...flag('checkout', 'boolean', ['true', 'false']) }),
      flagEntry({ ...flag('limit', 'number', ['25']) }),
    ],
    segments: [],
  }
}

export function cloudBeesShop({ banner }: Shop): Configuration {
  return {
    experiments: [
      experiment('banner', `ifThen(and(true, eq(property("plan"), "gold")), "hello gold", "${banner}")`),
      experiment('checkout', 'ifThen(and(true, true), "true", "false")'),
      experiment('limit', '"25"'),
    ],
    targetGroups: [],
  }
}

/** Flagbase has nothing but text: `typedVariations` makes the rest of it. */
export function flagbaseShop({ banner }: Shop): RawRuleset {
  const flag = (flagKey: string, variationKey: string, rules: readonly object[] = []): object =>
    rawFlag({ flagKey, fallthroughVariations: weighted([variationKey, 100]), rules })
  const gold = rawRule({ traitValue: 'gold', ruleVariations: weighted(['hello gold', 100]) })
  return { data: [flag('banner', banner, [gold]), flag('checkout', 'true'), flag('limit', '25')] }
}
