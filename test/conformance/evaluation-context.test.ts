/**
 * What of OpenFeature's evaluation context the rules of each vendor see, as `docs/evaluation-context.md` says: a provider in
 * process and one that asks, over a real data plane.
 */
import { OpenFeature, type EvaluationContext } from '@openfeature/server-sdk'
import { seal, vendors, type JsonObject } from '@switchyard/engine'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { documentOf as configurationOf, envelopeOf } from '../../engine/test/vendors/cloudbees/fixtures.js'
import { all, condition, flagEntry, payload, ruleEntry } from '../../engine/test/vendors/featbit/documents.js'
import { rawFlag, rawRule, rawRuleset, weighted } from '../../engine/test/vendors/flagbase/documents.js'
import {
  allOf,
  conditionOf,
  documentOf as environmentOf,
  overrideOf,
  segmentOf,
  stateOf,
} from '../../engine/test/vendors/flagsmith/documents.js'
import { serverKey, startPlane } from '../../relay/test/http/plane.js'

/** [what the context holds, the context, a document whose flag `f` answers `yes` where its rule sees that, what it answers] */
type Row = readonly [
  what: string,
  context: EvaluationContext,
  document: JsonObject,
  answer: 'yes' | 'no' | 'the code default',
]

const instant = '2026-01-31T08:00:00.000Z'
const date = new Date(instant)
const city = { address: { city: 'Ghent' } }

function flagsmith(property: string, operator: string, value: string): JsonObject {
  const override = overrideOf('f', 1, { feature_state_value: 'yes' })
  const segments = [segmentOf(1, allOf(conditionOf(property, operator, value)), [override])]
  return environmentOf({ features: [stateOf('f', { feature_state_value: 'no' })], segments })
}

function flagsmithOverride(identifier: string): JsonObject {
  const yes = stateOf('f', { feature_state_value: 'yes' })
  const features = [stateOf('f', { feature_state_value: 'no' })]
  return environmentOf({ features, overrides: [{ identifier, identity_features: [yes] }] })
}

function featbit(property: string, op: string, value: string): JsonObject {
  const rules = [ruleEntry([condition(property, op, value)], { variations: [all('yes')] })]
  return payload([
    flagEntry({
      key: 'f',
      variationType: 'string',
      variations: ['yes', 'no'].map((id) => ({ id, name: id, value: id })),
      fallthrough: { variations: [all('no')] },
      rules,
    }),
  ]) as JsonObject
}

const cloudbees = (condition: string): JsonObject =>
  envelopeOf(configurationOf({ f: `ifThen(${condition}, "yes", "no")` }))

function flagbase(traitKey: string, traitValue: string, operator = 'equal'): JsonObject {
  const rules = [rawRule({ traitKey, traitValue, operator, ruleVariations: weighted(['yes', 100]) })]
  return rawRuleset(rawFlag({ flagKey: 'f', fallthroughVariations: weighted(['no', 100]), rules })) as JsonObject
}

const flagd = (rule: JsonObject): JsonObject => ({
  flags: {
    f: {
      state: 'ENABLED',
      variants: { yes: 'yes', no: 'no' },
      defaultVariant: 'no',
      targeting: { if: [rule, 'yes', null] },
    },
  },
})

const user = { targetingKey: 'user-1' }

const rows: Readonly<Record<string, readonly Row[]>> = {
  flagsmith: [
    ['a name with a dot as it stands', { ...user, 'a.b': 'c' }, flagsmith('a.b', 'EQUAL', 'c'), 'yes'],
    ['the targeting key as identifier', user, flagsmithOverride('user-1'), 'yes'],
    ['another targeting key', { targetingKey: 'user-2' }, flagsmithOverride('user-1'), 'no'],
    ['no targeting key, so no segment', { plan: 'gold' }, flagsmith('plan', 'EQUAL', 'gold'), 'no'],
    ['text as a trait', { ...user, plan: 'gold' }, flagsmith('plan', 'EQUAL', 'gold'), 'yes'],
    ['a number as a trait', { ...user, age: 18 }, flagsmith('age', 'GREATER_THAN', '17'), 'yes'],
    ['a boolean as a trait', { ...user, beta: true }, flagsmith('beta', 'EQUAL', 'true'), 'yes'],
    [
      'a member of `traits` as a trait',
      { ...user, traits: { plan: 'gold' } },
      flagsmith('plan', 'EQUAL', 'gold'),
      'yes',
    ],
    [
      'an attribute over a member of `traits`',
      { ...user, plan: 'free', traits: { plan: 'gold' } },
      flagsmith('plan', 'EQUAL', 'gold'),
      'no',
    ],
    ['a nested attribute, which no trait is', { ...user, ...city }, flagsmith('address.city', 'EQUAL', 'Ghent'), 'no'],
    ['a date as its ISO text', { ...user, since: date }, flagsmith('since', 'EQUAL', instant), 'yes'],
  ],
  featbit: [
    ['no targeting key, which is an error', { plan: 'gold' }, featbit('plan', 'Equal', 'gold'), 'the code default'],
    ['the targeting key as keyId', user, featbit('keyId', 'Equal', 'user-1'), 'yes'],
    ['the name', { ...user, name: 'Ann' }, featbit('name', 'Equal', 'Ann'), 'yes'],
    ['text as a custom property', { ...user, plan: 'gold' }, featbit('plan', 'Equal', 'gold'), 'yes'],
    ['a number as text', { ...user, age: 18 }, featbit('age', 'Equal', '18'), 'yes'],
    ['a number that is compared', { ...user, age: 18 }, featbit('age', 'BiggerThan', '17'), 'yes'],
    ['a boolean as text', { ...user, beta: true }, featbit('beta', 'IsTrue', ''), 'yes'],
    ['a nested attribute as JSON text', { ...user, ...city }, featbit('address', 'Equal', '{"city":"Ghent"}'), 'yes'],
    ['no path into it', { ...user, ...city }, featbit('address.city', 'Equal', 'Ghent'), 'no'],
    ['nothing special in `traits`', { ...user, traits: { plan: 'gold' } }, featbit('plan', 'Equal', 'gold'), 'no'],
    ['a date as its ISO text', { ...user, since: date }, featbit('since', 'Equal', instant), 'yes'],
  ],
  cloudbees: [
    ['the targeting key as rox.distinct_id', user, cloudbees('eq(property("rox.distinct_id"), "user-1")'), 'yes'],
    [
      'an attribute of that name over it',
      { ...user, 'rox.distinct_id': 'other' },
      cloudbees('eq(property("rox.distinct_id"), "other")'),
      'yes',
    ],
    ['text as a custom property', { ...user, plan: 'gold' }, cloudbees('eq(property("plan"), "gold")'), 'yes'],
    ['a number as a number', { ...user, age: 18 }, cloudbees('gt(property("age"), 17)'), 'yes'],
    ['a boolean as a boolean', { ...user, beta: true }, cloudbees('eq(property("beta"), true)'), 'yes'],
    [
      'a nested attribute, which is undefined',
      { ...user, ...city },
      cloudbees('isUndefined(property("address"))'),
      'yes',
    ],
    ['no path into it', { ...user, ...city }, cloudbees('eq(property("address.city"), "Ghent")'), 'no'],
    [
      'a name with a dot as it stands',
      { ...user, 'address.city': 'Ghent' },
      cloudbees('eq(property("address.city"), "Ghent")'),
      'yes',
    ],
    [
      'nothing special in `traits`',
      { ...user, traits: { plan: 'gold' } },
      cloudbees('eq(property("plan"), "gold")'),
      'no',
    ],
    ['a date as its ISO text', { ...user, since: date }, cloudbees(`eq(property("since"), "${instant}")`), 'yes'],
    [
      'a date as a point in time, where one is asked for',
      { ...user, since: date },
      cloudbees(`eq(tsToNum(property("since")), ${date.getTime() / 1_000})`),
      'yes',
    ],
  ],
  flagbase: [
    ['a name with a dot as it stands', { ...user, 'a.b': 'c' }, flagbase('a.b', 'c'), 'yes'],
    ['the targeting key, which is no trait', user, flagbase('targetingKey', 'user-1'), 'no'],
    ['text as a trait', { ...user, plan: 'gold' }, flagbase('plan', 'gold'), 'yes'],
    ['a number as a number', { ...user, age: 18 }, flagbase('age', '17', 'greater_than'), 'yes'],
    ['a number that is not text', { ...user, age: 18 }, flagbase('age', '18'), 'no'],
    ['a boolean, which no text equals', { ...user, beta: true }, flagbase('beta', 'true'), 'no'],
    ['no path into a nested attribute', { ...user, ...city }, flagbase('address.city', 'Ghent'), 'no'],
    ['nothing special in `traits`', { ...user, traits: { plan: 'gold' } }, flagbase('plan', 'gold'), 'no'],
    ['a date as its ISO text', { ...user, since: date }, flagbase('since', instant), 'yes'],
  ],
  flagd: [
    ['no name with a dot, which is a path', { 'a.b': 'c' }, flagd({ '==': [{ var: 'a.b' }, 'c'] }), 'no'],
    ['the targeting key as targetingKey', user, flagd({ '==': [{ var: 'targetingKey' }, 'user-1'] }), 'yes'],
    ['text', { ...user, plan: 'gold' }, flagd({ '==': [{ var: 'plan' }, 'gold'] }), 'yes'],
    ['a number', { ...user, age: 18 }, flagd({ '>': [{ var: 'age' }, 17] }), 'yes'],
    ['a boolean', { ...user, beta: true }, flagd({ var: 'beta' }), 'yes'],
    [
      'a nested attribute by its path',
      { ...user, ...city },
      flagd({ '==': [{ var: 'address.city' }, 'Ghent'] }),
      'yes',
    ],
    [
      '`traits` as any other attribute',
      { ...user, traits: { plan: 'gold' } },
      flagd({ '==': [{ var: 'traits.plan' }, 'gold'] }),
      'yes',
    ],
    ['a date as its ISO text', { ...user, since: date }, flagd({ '==': [{ var: 'since' }, instant] }), 'yes'],
  ],
}

async function answers(url: string, context: EvaluationContext): Promise<Record<string, string>> {
  onTestFinished(() => OpenFeature.clearProviders())
  const entries = (['in-process', 'remote'] as const).map(async (mode) => {
    await OpenFeature.setProviderAndWait(mode, new SwitchyardProvider({ url, apiKey: serverKey, mode }))
    return [mode, await OpenFeature.getClient(mode).getStringValue('f', 'the code default', context)] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

it('has rows for every vendor', () => {
  expect(Object.keys(rows).toSorted()).toEqual([...vendors.keys()].toSorted())
})

describe.each(Object.entries(rows))('of the context, a rule of %s sees', (name, ofVendor) => {
  it.each(ofVendor)('%s', async (_what, context, document, answer) => {
    const vendor = vendors.get(name)
    const decoded = vendor?.decode(document)
    if (vendor === undefined || decoded?.ok !== true) throw new Error(JSON.stringify(decoded?.diagnostics))
    const plane = await startPlane()
    plane.shop.serve(seal(vendor.translate(decoded.document).ruleset))
    expect(await answers(plane.url, context)).toEqual({ 'in-process': answer, remote: answer })
  })
})
