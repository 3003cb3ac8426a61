/** The same flags as the documents of every vendor: what the suite of all vendors runs on. */
import {
  all,
  condition,
  flagEntry,
  payload,
  ruleEntry,
  segmentEntry,
} from '../../engine/test/vendors/featbit/documents.js'
import { documentOf as configurationOf, envelopeOf } from '../../engine/test/vendors/cloudbees/fixtures.js'
import { rawFlag, rawRule, rawRuleset, weighted } from '../../engine/test/vendors/flagbase/documents.js'
import {
  allOf,
  conditionOf,
  documentOf as environmentOf,
  overrideOf,
  segmentOf,
  stateOf,
} from '../../engine/test/vendors/flagsmith/documents.js'

/** Whose attribute has this value. */
export interface Test {
  readonly attribute: string
  readonly equals: string
}

export interface PlainFlag {
  readonly key: string
  /** The text for everybody whom no rule is about. */
  readonly otherwise: string
  readonly rule?: Test & { readonly answer: string }
}

export interface VendorRow {
  write(flags: readonly PlainFlag[]): unknown
  /** The flags, and beside them the flag `bad`, which is not what it has to be. */
  writeWithMalformed(flags: readonly PlainFlag[]): unknown
  /** Documents that the vendor refuses as a whole, by what is wrong with them. */
  readonly refused: Readonly<Record<string, unknown>>
  /** The flag `f`, which answers `in` to whom the shared rule is about, otherwise `out`. */
  readonly writeWithSharedRule: ((shared: Test) => unknown) | 'not supported'
  /** The flag `f`, which answers `assigned` to one targeting key, otherwise `out`. */
  readonly writeWithTarget: ((targetingKey: string) => unknown) | 'not supported'
}

type Flags = readonly PlainFlag[]

function roxx({ attribute, equals }: Test): string {
  return `eq(property(${JSON.stringify(attribute)}), ${JSON.stringify(equals)})`
}

function roxxFlags(flags: Flags): Record<string, string> {
  const entries = flags.map(({ key, otherwise, rule }) => [
    key,
    rule === undefined ? `"${otherwise}"` : `ifThen(${roxx(rule)}, "${rule.answer}", "${otherwise}")`,
  ])
  return Object.fromEntries(entries) as Record<string, string>
}

const cloudbees: VendorRow = {
  write: (flags) => envelopeOf(configurationOf(roxxFlags(flags))),
  writeWithMalformed: (flags) => envelopeOf(configurationOf({ bad: 'ifThen(', ...roxxFlags(flags) })),
  refused: {
    'data that is no JSON': { data: '{"experiments":', signature_v0: '', signed_date: '' },
    'no target groups': { experiments: [] },
  },
  writeWithSharedRule: (shared) =>
    envelopeOf(configurationOf({ f: 'ifThen(isInTargetGroup("g"), "in", "out")' }, { g: roxx(shared) })),
  writeWithTarget: 'not supported',
}

function featBitFlag(key: string, variations: readonly string[], more: object = {}): object {
  const otherwise = variations.at(-1) ?? ''
  return flagEntry({
    id: `id of ${key}`,
    key,
    variationType: 'string',
    variations: variations.map((value) => ({ id: value, name: value, value })),
    fallthrough: { variations: [all(otherwise)] },
    disabledVariationId: otherwise,
    ...more,
  })
}

function featBitFlags(flags: Flags): object[] {
  return flags.map(({ key, otherwise, rule }) => {
    if (rule === undefined) return featBitFlag(key, [otherwise])
    const conditions = [condition(rule.attribute, 'Equal', rule.equals)]
    const rules = [ruleEntry(conditions, { variations: [all(rule.answer)] })]
    return featBitFlag(key, [rule.answer, otherwise], { rules })
  })
}

const featbit: VendorRow = {
  write: (flags) => payload(featBitFlags(flags)),
  writeWithMalformed: (flags) => payload([flagEntry({ key: 'bad', variations: 'none' }), ...featBitFlags(flags)]),
  refused: {
    'a patch': { eventType: 'patch', featureFlags: [], segments: [] },
    'flags that are no list': { eventType: 'full', featureFlags: {}, segments: [] },
  },
  writeWithSharedRule: ({ attribute, equals }) => {
    const segment = segmentEntry({ rules: [{ id: 'r', conditions: [condition(attribute, 'Equal', equals)] }] })
    const isInSegment = condition('User is in segment', null, '["s"]')
    return payload(
      [featBitFlag('f', ['in', 'out'], { rules: [ruleEntry([isInSegment], { variations: [all('in')] })] })],
      [segment],
    )
  },
  writeWithTarget: (targetingKey) =>
    payload([
      featBitFlag('f', ['assigned', 'out'], { targetUsers: [{ keyIds: [targetingKey], variationId: 'assigned' }] }),
    ]),
}

function flagbaseFlags(flags: Flags): object[] {
  return flags.map(({ key, otherwise, rule }) => {
    const fallthroughVariations = weighted([otherwise, 100])
    if (rule === undefined) return rawFlag({ flagKey: key, fallthroughVariations })
    const { attribute: traitKey, equals: traitValue, answer } = rule
    const rules = [rawRule({ traitKey, traitValue, ruleVariations: weighted([answer, 100]) })]
    return rawFlag({ flagKey: key, fallthroughVariations, rules })
  })
}

const flagbase: VendorRow = {
  write: (flags) => rawRuleset(...flagbaseFlags(flags)),
  writeWithMalformed: (flags) => rawRuleset(rawFlag({ flagKey: 'bad', rules: 'none' }), ...flagbaseFlags(flags)),
  refused: {
    'an answer with errors': { errors: [{ status: '401' }] },
    'evaluated flags': { data: [{ type: 'flag', attributes: { flagKey: 'f', variationKey: 'on' } }] },
  },
  writeWithSharedRule: 'not supported',
  writeWithTarget: 'not supported',
}

function jsonLogic({ attribute, equals }: Test): object {
  return { '==': [{ var: attribute }, equals] }
}

function flagdFlags(flags: Flags): Record<string, object> {
  const entries = flags.map(({ key, otherwise, rule }) => {
    if (rule === undefined) return [key, { state: 'ENABLED', variants: { otherwise }, defaultVariant: 'otherwise' }]
    const targeting = { if: [jsonLogic(rule), 'answer', null] }
    const variants = { otherwise, answer: rule.answer }
    return [key, { state: 'ENABLED', variants, defaultVariant: 'otherwise', targeting }]
  })
  return Object.fromEntries(entries) as Record<string, object>
}

const flagd: VendorRow = {
  write: (flags) => ({ flags: flagdFlags(flags) }),
  writeWithMalformed: (flags) => ({ flags: { bad: { state: 1, variants: {} }, ...flagdFlags(flags) } }),
  refused: {
    'no flags': { $evaluators: {} },
    'flags that are text': { flags: 'none' },
  },
  writeWithSharedRule: (shared) => ({
    $evaluators: { shared: jsonLogic(shared) },
    flags: {
      f: {
        state: 'ENABLED',
        variants: { in: 'in', out: 'out' },
        defaultVariant: 'out',
        targeting: { if: [{ $ref: 'shared' }, 'in', null] },
      },
    },
  }),
  writeWithTarget: 'not supported',
}

function flagsmithFlags(flags: Flags, more: readonly ReturnType<typeof stateOf>[] = []): object {
  const features = flags.map(({ key, otherwise }) => stateOf(key, { feature_state_value: otherwise }))
  const segments = flags.flatMap(({ key, rule }, index) => {
    if (rule === undefined) return []
    const override = overrideOf(key, 1, { feature_state_value: rule.answer })
    return [segmentOf(index, allOf(conditionOf(rule.attribute, 'EQUAL', rule.equals)), [override])]
  })
  return environmentOf({ features: [...more, ...features], segments })
}

const out = stateOf('f', { feature_state_value: 'out' })

const flagsmith: VendorRow = {
  write: (flags) => flagsmithFlags(flags),
  writeWithMalformed: (flags) => flagsmithFlags(flags, [stateOf('bad', { feature_state_value: { no: 'scalar' } })]),
  refused: {
    'no project': { api_key: 'client-key', feature_states: [] },
    "an answer of the vendor's API": { flags: [], traits: [] },
  },
  writeWithSharedRule: ({ attribute, equals }) => {
    const override = overrideOf('f', 1, { feature_state_value: 'in' })
    const segments = [segmentOf(1, allOf(conditionOf(attribute, 'EQUAL', equals)), [override])]
    return environmentOf({ features: [out], segments })
  },
  writeWithTarget: (identifier) => {
    const assigned = stateOf('f', { feature_state_value: 'assigned' })
    return environmentOf({ features: [out], overrides: [{ identifier, identity_features: [assigned] }] })
  },
}

/** By the vendor's name in the registry. */
export const rows: Readonly<Record<string, VendorRow>> = { cloudbees, featbit, flagbase, flagd, flagsmith }
