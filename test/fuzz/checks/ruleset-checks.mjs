/** Rulesets and patches as a broken relay, an old disk or somebody in between may hand them on. */
import { applyPatch, compile, diff, seal, vendors } from '@switchyard/engine'
import fc from 'fast-check'
import { checkAnswers } from './document-checks.mjs'
import { documents } from '../documents/documents.mjs'
import { contexts } from '../generators/hostile.mjs'
import { freeze } from '../json.mjs'
import { mutate, mutations } from '../generators/mutation.mjs'

/** Every shape of the format at least once; `vendors`' rulesets add their operators. */
const everyShape = {
  ruleset: 1,
  dialects: ['flagsmith'],
  info: { vendor: 'none', version: 3 },
  metadata: { flagSetId: 'set', version: 2, isLive: true },
  segments: {
    gold: { name: 'Gold', when: ['in', ['attr', 'plan'], { const: ['gold', 4] }], changes: [1, [2, 3]] },
    both: { when: ['and', ['segment', 'gold'], ['not', ['matches', ['attr', 'email'], '^a+$', 're2', 'full']]] },
  },
  lists: { named: { items: ['a', 1, 'b'] } },
  targets: { u1: { rules: 1, one: { value: 2, reason: 'TARGETING_MATCH', metadata: { m: 1 } } }, u2: { split: 0 } },
  flags: {
    one: {
      type: 'number',
      outcomes: [{ value: 1, variant: 'a', reason: 'STATIC', as: { string: '1' }, codeDefault: ['object'] }],
      decide: 0,
    },
    rules: {
      audience: 'server',
      metadata: { owner: 'web' },
      failed: 2,
      changes: 'always',
      outcomes: [
        {
          value: { deep: [null] },
          variant: 'x',
          reason: 'TARGETING_MATCH',
          metadata: { m: 'x' },
          serverMetadata: { rule: 'r' },
          native: { n: 1 },
        },
        { value: 'y', variant: 'y', reason: 'DISABLED', hidden: true },
        { reason: 'ERROR', errorCode: 'GENERAL', errorDetails: 'no' },
        {
          reason: 'TARGETING_MATCH',
          compute: {
            from: ['concat', ['attr', 'plan'], '!'],
            value: 'lower',
            variant: 'lower',
            boolean: 'isNull',
            string: 'lower',
          },
        },
      ],
      decide: {
        targets: {
          rules: [
            { name: 'r1', when: ['segment', 'both'], then: 0 },
            {
              when: ['gt', ['path', 'geo', '0'], 3],
              then: {
                switch: ['key'],
                cases: [
                  ['u', 1],
                  [['v', 1, null], 3],
                ],
                missing: null,
                else: 2,
              },
            },
            { when: ['if', ['has', 'plan'], ['eq', ['flag', 'one', 'as.string'], '1'], ['fail', 'x']], then: 3 },
          ],
          else: {
            split: ['flagsmith.percent', '1', ['first', ['key'], 'u']],
            arms: [
              [0, 50, 0],
              [50, 100, 1],
            ],
            closed: true,
            missing: 2,
            else: null,
          },
        },
      },
    },
    clock: {
      audience: 'internal',
      outcomes: [{ reason: 'SPLIT', value: null }],
      decide: { split: ['now'], arms: [[-9007199254740991, 9, 0]], else: 0 },
      changes: [9, [10, 20]],
    },
    chance: {
      outcomes: [{ reason: 'SPLIT', value: [] }],
      decide: { rules: [{ when: ['lt', ['random'], 0.5], then: 0 }] },
    },
    named: {
      outcomes: [{ reason: 'STATIC', value: true }],
      decide: {
        rules: [
          {
            when: ['or', ['in', ['attr', 'plan'], ['list', 'named']], ['startsWith', ['attr', 'email'], 'a']],
            then: 0,
          },
        ],
        else: 0,
      },
    },
  },
}

const samples = [
  everyShape,
  ...[...vendors.values()].flatMap((vendor) => {
    return documents[vendor.name].map((document) => vendor.translate(vendor.decode(document).document).ruleset)
  }),
]

/** @param {{ maxLength: number }} options length of the longest texts */
export function rulesetChecks(options) {
  const sample = fc.nat(samples.length - 1)
  const wrong = mutations(options)
  return [
    {
      name: 'rulesets',
      arbitrary: fc.tuple(sample, wrong, fc.array(contexts(options), { minLength: 1, maxLength: 3 })),
      run: ([sample, wrong, asked]) => checkRuleset(freeze(mutate(samples[sample], wrong)), asked),
    },
    {
      name: 'patches',
      arbitrary: fc.tuple(sample, sample, wrong),
      run: ([before, after, wrong]) => checkPatch(seal(samples[before]), seal(samples[after]), wrong),
    },
  ]
}

function checkRuleset(ruleset, asked) {
  const { snapshot } = compile(ruleset)
  compile(ruleset, { previous: snapshot }).snapshot.changedFrom(snapshot)
  for (const context of asked) checkAnswers(snapshot, context)
}

/** Whatever a patch says, it is refused or gives the ruleset that it promised. */
function checkPatch(before, after, list) {
  const patch = diff(before, after)
  if (patch === null) return
  const patched = applyPatch(before, freeze(mutate(patch, list)))
  if (patched.ok) compile(patched.ruleset)
}
