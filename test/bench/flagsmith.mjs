/** Flags of an identity in process, beside the local evaluation of `flagsmith-nodejs` on the same environment document. */
import { createRequire } from 'node:module'
import { compile, seal, vendors } from '@switchyard/engine'
import { environmentDocument, featureState, half } from './flagsmith-document.mjs'
import { nanosecondsPerAwaitedCall, ratioRow } from './measure.mjs'

const { Flagsmith } = createRequire(import.meta.url)('flagsmith-nodejs')

/** Of the vendor's time: for one flag, and for all of them. */
const limits = { one: 0.05, all: 0.1 }
const clock = { nowMs: Date.now(), random: Math.random }

const identities = Array.from({ length: 64 }, (_, i) => ({
  identifier: `user-${i}`,
  traits: { plan: i % 3 === 0 ? 'gold' : 'free', age: 10 + i, country: ['CH', 'US', 'DE'][i % 3] },
}))

const nameOf = (index) => `feature-${index}`

/** For every third feature people with the gold plan and of age get another value; every third is split in halves. */
function documentOf(features) {
  const indices = Array.from({ length: features }, (_, index) => index)
  const conditions = [
    { operator: 'EQUAL', property_: 'plan', value: 'gold' },
    { operator: 'GREATER_THAN_INCLUSIVE', property_: 'age', value: '18' },
  ]
  const override = { feature_segment: { priority: 1 }, feature_state_value: 'gold' }
  const gold = {
    id: 1,
    name: 'gold and of age',
    rules: [{ type: 'ALL', conditions, rules: [] }],
    feature_states: indices
      .filter((index) => index % 3 === 0)
      .map((index) => featureState(nameOf(index), index, override)),
  }
  const assigned = featureState(nameOf(0), 0, { feature_state_value: 'assigned' })
  return environmentDocument({
    segments: [gold],
    states: indices.map((index) => featureState(nameOf(index), index, index % 3 === 1 ? half(index, 'half') : {})),
    overrides: [{ identifier: 'user-7', identity_features: [assigned] }],
  })
}

/** Both sides with one document; those of one identity after the other. */
async function bothSides(document) {
  const flagsmith = vendors.get('flagsmith')
  const { snapshot } = compile(seal(flagsmith.translate(flagsmith.decode(document).document).ruleset))
  const text = JSON.stringify(document)
  const client = new Flagsmith({
    environmentKey: 'ser.bench',
    enableLocalEvaluation: true,
    // As long as a timer can be: nothing is to be fetched while time is taken.
    environmentRefreshIntervalSeconds: 2_000_000,
    fetch: async () => new Response(text, { headers: { 'content-type': 'application/json' } }),
  })
  const contexts = identities.map(({ identifier, traits }) => ({ targetingKey: identifier, ...traits }))
  await expectEqual(snapshot, client, contexts)
  return { snapshot, client, contexts }
}

/** Throws unless both sides give every identity the same flags, with the same values. */
async function expectEqual(snapshot, client, contexts) {
  for (const [index, { identifier, traits }] of identities.entries()) {
    const flags = await client.getIdentityFlags(identifier, traits)
    if (flags.allFlags().length !== snapshot.flagKeys.length) throw new Error(`${identifier}: not the same flags`)
    for (const { featureName, enabled, value } of flags.allFlags()) {
      const { native } = snapshot.evaluate(featureName, contexts[index], clock)
      if (native.value !== value || native.enabled !== enabled) {
        throw new Error(`${featureName} of ${identifier}: ${native.value} is not ${value}`)
      }
    }
  }
}

/** The vendor's SDK has no call for one flag: it evaluates all, and gives one out. */
async function oneFlagRow(features) {
  const { snapshot, client, contexts } = await bothSides(documentOf(features))
  let next = 0
  const { ours, theirs } = await nanosecondsPerAwaitedCall({
    ours: () => snapshot.evaluate('feature-0', contexts[next++ % contexts.length], clock),
    theirs: async () => {
      const { identifier, traits } = identities[next++ % identities.length]
      return (await client.getIdentityFlags(identifier, traits)).getFlag('feature-0')
    },
  })
  client.close()
  const what = `one flag of an identity, of ${features} in the document, beside flagsmith-nodejs in local evaluation`
  return ratioRow(what, ours, theirs, { unit: 'ns', limit: limits.one })
}

async function allFlagsRow(features) {
  const { snapshot, client, contexts } = await bothSides(documentOf(features))
  let next = 0
  const { ours, theirs } = await nanosecondsPerAwaitedCall({
    ours: () => snapshot.evaluateAll(contexts[next++ % contexts.length], clock, 'server'),
    theirs: () => {
      const { identifier, traits } = identities[next++ % identities.length]
      return client.getIdentityFlags(identifier, traits)
    },
  })
  client.close()
  const what = `all ${features} flags of an identity, beside flagsmith-nodejs in local evaluation`
  return ratioRow(what, ours / features, theirs / features, { unit: 'ns a flag', limit: limits.all })
}

/** Rows: one flag where there is but one, one of thirty, and all thirty. Both sides answer alike, or there is no row. */
export async function flagsmithRows() {
  return [await oneFlagRow(1), await oneFlagRow(30), await allFlagsRow(30)]
}
