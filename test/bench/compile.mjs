/** A document of 1,000 flags on its way into service, beside `JSON.parse` of its text: for each vendor. */
import { compile, seal, vendors } from '@switchyard/engine'
import { environmentDocument, featureState, half } from './flagsmith-document.mjs'
import { nanosecondsPerCall, ratioRow } from './measure.mjs'

const keys = Array.from({ length: 1_000 }, (_, index) => `flag-${index}`)
const gold = (index) => `gold ${index % 7}`

/** Each flag has one rule and a split. */
const documents = {
  cloudbees: {
    experiments: keys.map((name, index) => ({
      _id: `x${index}`,
      name,
      archived: false,
      featureFlags: [{ name }],
      deploymentConfiguration: {
        condition: `ifThen(eq(property("plan"), "${gold(index)}"), "on", ifThen(isInPercentage(0.5, mergeSeed(property("rox.distinct_id"), "${name}")), "on", "off"))`,
      },
      labels: [],
      stickinessProperty: 'rox.distinct_id',
    })),
    targetGroups: [],
    application: 'app',
    platform: 'C',
    creation_date: '2026-01-01T00:00:00Z',
    api_version: '1.9.0',
  },
  featbit: {
    eventType: 'full',
    featureFlags: keys.map((key, index) => ({
      id: `id-${index}`,
      envId: 'e',
      name: key,
      key,
      variationType: 'boolean',
      variations: [
        { id: 'on', name: 'on', value: 'true' },
        { id: 'off', name: 'off', value: 'false' },
      ],
      targetUsers: [],
      rules: [
        {
          id: 'r',
          name: 'gold',
          dispatchKey: null,
          includedInExpt: false,
          conditions: [{ id: 'c', property: 'plan', op: 'Equal', value: gold(index) }],
          variations: [{ id: 'on', rollout: [0, 1], exptRollout: 1 }],
        },
      ],
      isEnabled: true,
      disabledVariationId: 'off',
      fallthrough: {
        dispatchKey: null,
        includedInExpt: false,
        variations: [
          { id: 'on', rollout: [0, 0.5], exptRollout: 1 },
          { id: 'off', rollout: [0.5, 1], exptRollout: 1 },
        ],
      },
      exptIncludeAllTargets: false,
      tags: [],
      updatedAt: '2026-01-05T08:00:00Z',
      isArchived: false,
    })),
    segments: [],
  },
  flagbase: {
    data: keys.map((flagKey, index) => ({
      type: 'raw_flag',
      id: `id-${index}`,
      attributes: {
        flagKey,
        useFallthrough: false,
        fallthroughVariations: [
          { id: 'w1', variationKey: 'on', weight: 50 },
          { id: 'w2', variationKey: 'off', weight: 50 },
        ],
        rules: [
          {
            id: 'r',
            ruleType: 'trait',
            traitKey: 'plan',
            traitValue: gold(index),
            operator: 'equal',
            negate: false,
            ruleVariations: [{ id: 'w1', variationKey: 'on', weight: 100 }],
          },
        ],
      },
    })),
  },
  flagd: {
    flags: Object.fromEntries(
      keys.map((key, index) => [
        key,
        {
          state: 'ENABLED',
          variants: { on: true, off: false },
          defaultVariant: 'off',
          targeting: {
            if: [
              { '==': [{ var: 'plan' }, gold(index)] },
              'on',
              {
                fractional: [
                  ['on', 50],
                  ['off', 50],
                ],
              },
            ],
          },
        },
      ]),
    ),
  },
  flagsmith: environmentDocument({
    segments: Array.from({ length: 100 }, (_, segment) => ({
      id: segment,
      name: `segment ${segment}`,
      rules: [
        {
          type: 'ALL',
          conditions: [],
          rules: [
            { type: 'ANY', rules: [], conditions: [{ operator: 'EQUAL', property_: 'plan', value: gold(segment) }] },
          ],
        },
      ],
      feature_states: keys
        .map((name, index) => [name, index])
        .filter(([, index]) => index % 100 === segment)
        .map(([name, index]) => featureState(name, index, { feature_segment: { priority: 1 } })),
    })),
    states: keys.map((name, index) => featureState(name, index, half(index, 'on'))),
  }),
}

/** How many times as long as `JSON.parse` each may take: twice what was measured on a machine with five times more to do than it can. */
const limits = { cloudbees: 250, featbit: 60, flagbase: 60, flagd: 90, flagsmith: 90 }

/** Rows: decoding, translating, sealing and compiling from nothing. A vendor without a document is an error. */
export function compileRows() {
  return [...vendors].map(([name, vendor]) => {
    const text = JSON.stringify(documents[name])
    const document = JSON.parse(text)
    const load = () => {
      const decoded = vendor.decode(document)
      return compile(seal(vendor.translate(decoded.document).ruleset))
    }
    const { snapshot, diagnostics } = load()
    if (diagnostics.length > 0 || snapshot.flagKeys.length !== keys.length) {
      throw new Error(`${name}: ${snapshot.flagKeys.length} flags, ${JSON.stringify(diagnostics[0])}`)
    }
    const { ours, parse } = nanosecondsPerCall({ ours: load, parse: () => JSON.parse(text) }, { rounds: 7, calls: 2 })
    const what = `1,000 ${name} flags into service, beside JSON.parse of their ${Math.round(text.length / 1_000)} kB`
    return ratioRow(what, ours / 1e6, parse / 1e6, { unit: 'ms', limit: limits[name] })
  })
}
