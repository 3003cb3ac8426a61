import { FbClientBuilder, UserBuilder, type IFbClient, type IUser } from '@featbit/node-server-sdk'
import { compile, type EvaluatedOutcome, type Snapshot, vendors } from '@switchyard/engine'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  all,
  condition,
  conditionalEntry,
  flagEntry,
  ruleEntry,
  segmentEntry,
  share,
} from '../../engine/test/vendors/featbit/documents.js'
import { dataSync, type Entities, type FakeFeatBit, startFakeFeatBit } from '../upstreams/fake-featbit.js'
import { expectOnPage } from '../fidelity/page.js'
import { environment, user, type User } from './featbit-documents.js'

/**
 * Environments made at random, evaluated by FeatBit's Node SDK and by us. They keep to what the SDK does like FeatBit's evaluation
 * server; where it does not, the second suite lists both answers.
 */
let fake: FakeFeatBit
let client: IFbClient

beforeAll(async () => {
  fake = await startFakeFeatBit({ featureFlags: [], segments: [] })
  client = new FbClientBuilder()
    .sdkKey(fake.serverSecret)
    .streamingUri(fake.baseUrl)
    .eventsUri(fake.baseUrl)
    .maxEventsInQueue(100_000)
    .logLevel('none')
    .build()
  await client.waitForInitialization()
})

afterAll(async () => {
  await client.close()
  await fake.close()
})

interface Answer {
  /** In the SDK's words. */
  readonly kind: string
  readonly rule?: string | undefined
  readonly value?: unknown
}

const failed: Answer = { kind: 'Error' }

function theirUser({ keyId, name, attributes }: User): IUser {
  const builder = new UserBuilder(keyId).name(name)
  for (const [property, value] of Object.entries(attributes)) builder.custom(property, value)
  return builder.build()
}

/** Dates environments one after the other: the SDK tells of newer data only. */
let publishedAtMs = Date.parse('2026-02-01T00:00:00Z')

/** Gives the SDK an environment by its WebSocket. */
async function publish({ featureFlags, segments }: Entities): Promise<void> {
  const updatedAt = new Date((publishedAtMs += 1_000)).toISOString()
  const dated = (entity: object): Record<string, unknown> => ({ ...entity, updatedAt })
  const updated = new Promise((resolve) => client.once('update', resolve))
  fake.connections[0]?.send(dataSync('full', { featureFlags: featureFlags.map(dated), segments: segments.map(dated) }))
  await updated
}

/** What the SDK answers for every flag of the environment that it was given. */
async function theirs(flagKeys: readonly string[], asking: User): Promise<Record<string, Answer>> {
  const one = theirUser(asking)
  const answers = await Promise.all(flagKeys.map(async (key) => [key, await theirAnswer(key, one)] as const))
  return Object.fromEntries(answers)
}

async function theirAnswer(key: string, asking: IUser): Promise<Answer> {
  try {
    const details = await client.stringVariationDetail(key, asking, 'code default')
    const { reason = '', value } = details
    const kind: string = details.kind
    if (kind === 'Error' || kind === 'FlagNotFound') return { kind }
    return { kind, value, ...(kind === 'RuleMatch' ? { rule: reason.replace('match rule ', '') } : {}) }
  } catch (error) {
    return { kind: error instanceof Error ? error.name : String(error) }
  }
}

function snapshotOf(entities: Entities): Snapshot {
  const featbit = vendors.get('featbit')
  const decoded = featbit?.decode({ eventType: 'full', ...entities })
  if (featbit === undefined || decoded?.ok !== true) throw new Error('the environment was refused')
  return compile(featbit.translate(decoded.document).ruleset).snapshot
}

function evaluated(snapshot: Snapshot, key: string, { keyId, name, attributes }: User): EvaluatedOutcome {
  return snapshot.evaluate(key, { ...attributes, targetingKey: keyId, name }, { nowMs: 0, random: () => 0 })
}

function ours(entities: Entities, asking: User): Record<string, Answer> {
  const snapshot = snapshotOf(entities)
  return Object.fromEntries(snapshot.flagKeys.map((key) => [key, answerOf(evaluated(snapshot, key, asking))]))
}

function answerOf({ reason, errorCode, native, serverMetadata }: EvaluatedOutcome): Answer {
  if (errorCode === 'FLAG_NOT_FOUND') return { kind: 'FlagNotFound' }
  if (errorCode !== undefined) return failed
  const { value, matchReason } = native as unknown as Native
  const { ruleName: rule } = serverMetadata
  if (reason === 'DISABLED') return { kind: 'Off', value }
  if (typeof rule === 'string') return { kind: 'RuleMatch', value, rule }
  return { kind: matchReason === 'targeted' ? 'TargetMatch' : 'FallThrough', value }
}

interface Native {
  readonly value: string
  readonly matchReason: string
  readonly sendToExperiment: boolean
}

describe('the Node SDK', () => {
  it('answers as we do', async () => {
    const kinds = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(environment, fc.array(user, { minLength: 1, maxLength: 4 }), async (entities, users) => {
        await publish(entities)
        for (const asking of users) {
          const expected = await theirs(keysOf(entities), asking)
          expect(ours(entities, asking)).toEqual(expected)
          for (const { kind } of Object.values(expected)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
        }
      }),
      { seed: 20_260_915, numRuns: 500 },
    )
    expect([...kinds.keys()].toSorted()).toEqual(['Error', 'FallThrough', 'Off', 'RuleMatch', 'TargetMatch'])
    expect(Math.min(...kinds.values())).toBeGreaterThan(100)
    const equal = [...kinds.values()].reduce((sum, count) => sum + count)
    expectOnPage('featbitSdk', { compared: equal + differences.length, equal })
  })

  it('lets the same users take part in experiments', async () => {
    const samples = fc.sample(fc.tuple(environment, user), { seed: 20_260_916, numRuns: 300 })
    const expected = new Map<string, unknown>()
    for (const [index, [entities, asking]] of samples.entries()) {
      await publish(entities)
      const snapshot = snapshotOf(entities)
      // An attribute that no condition asks for tells the reports apart.
      const numbered: User = { ...asking, attributes: { ...asking.attributes, sample: String(index) } }
      for (const key of keysOf(entities)) {
        const { native, errorCode } = evaluated(snapshot, key, numbered)
        if (errorCode === undefined) expected.set(`${index} ${key}`, (native as unknown as Native).sendToExperiment)
      }
      await theirs(keysOf(entities), numbered)
    }
    await client.flush()
    expect(reported()).toEqual(expected)
    expect(new Set(expected.values())).toEqual(new Set([true, false]))
    expect(expected.size).toBeGreaterThan(800)
  })
})

const matches: Answer = { kind: 'RuleMatch', value: 'true', rule: 'the rule' }
const matchesNot: Answer = { kind: 'FallThrough', value: 'false' }

interface Difference {
  readonly what: string
  readonly flag: Readonly<Record<string, unknown>>
  readonly attributes?: Readonly<Record<string, string>>
  readonly ours: Answer
  /** An error that the SDK throws at the application is named by its class. */
  readonly theirs: Answer
}

/** A condition on the attribute `p`, and what it is for users with these attributes. */
function comparison(op: string, value: string, attributes: Readonly<Record<string, string>>) {
  return { flag: conditionalEntry([condition('p', op, value)]), attributes }
}

const ofSegment = (value: string) => conditionalEntry([condition('User is in segment', null, value)])
const thrown: Answer = { kind: 'TypeError' }
const halves = [share('yes', 0, 0.5), share('no', 0.5, 1)]

/** A list of segments that cannot be read is not here: the SDK has no answer to it, its whole process ends. */
const differences: readonly Difference[] = [
  {
    what: 'a pattern is the condition',
    ...comparison('MatchRegex', '^a.c$', { p: 'abc' }),
    ours: matches,
    theirs: matchesNot,
  },
  {
    what: 'text is the attribute',
    ...comparison('MatchRegex', 'abc', { p: 'a.c' }),
    ours: matchesNot,
    theirs: matches,
  },
  {
    what: 'a pattern that does not match is the condition',
    ...comparison('NotMatchRegex', '^a.c$', { p: 'abc' }),
    ours: matchesNot,
    theirs: matches,
  },
  {
    what: 'a number is all of a text',
    ...comparison('BiggerThan', '10', { p: '12abc' }),
    ours: matchesNot,
    theirs: matches,
  },
  {
    what: 'a comma separates thousands',
    ...comparison('BiggerThan', '1,000', { p: '1,500' }),
    ours: matches,
    theirs: matchesNot,
  },
  { what: 'what is missing equals the empty text', ...comparison('Equal', '', {}), ours: matches, theirs: matchesNot },
  {
    what: 'what is missing is not unequal to the empty text',
    ...comparison('NotEqual', '', {}),
    ours: matchesNot,
    theirs: matches,
  },
  {
    what: 'what is missing is not in a list with the empty text',
    ...comparison('NotOneOf', '[""]', {}),
    ours: matchesNot,
    theirs: matches,
  },
  { what: 'what is missing contains nothing', ...comparison('Contains', 'x', {}), ours: matchesNot, theirs: thrown },
  { what: 'what is missing does not contain', ...comparison('NotContain', 'x', {}), ours: matches, theirs: thrown },
  {
    what: 'what is missing begins with nothing',
    ...comparison('StartsWith', 'x', {}),
    ours: matchesNot,
    theirs: thrown,
  },
  { what: 'what is missing ends with nothing', ...comparison('EndsWith', 'x', {}), ours: matchesNot, theirs: thrown },
  {
    what: 'what is missing matches no pattern',
    ...comparison('MatchRegex', 'x', {}),
    ours: matchesNot,
    theirs: thrown,
  },
  {
    what: 'what is missing does not match a pattern',
    ...comparison('NotMatchRegex', 'x', {}),
    ours: matches,
    theirs: thrown,
  },
  {
    what: 'a list that cannot be read is an error',
    ...comparison('IsOneOf', 'a,b', { p: 'a' }),
    ours: failed,
    theirs: matchesNot,
  },
  {
    what: 'a list that cannot be read is an error, denied too',
    ...comparison('NotOneOf', 'a,b', { p: 'a' }),
    ours: failed,
    theirs: matchesNot,
  },
  { what: 'nobody is in no list', ...comparison('NotOneOf', 'null', { p: 'a' }), ours: matches, theirs: matchesNot },
  { what: 'a segment that is not there is an error', flag: ofSegment('["nowhere"]'), ours: failed, theirs: matchesNot },
  {
    what: 'an archived flag is not found',
    flag: flagEntry({ isArchived: true }),
    ours: { kind: 'FlagNotFound' },
    theirs: { kind: 'FallThrough', value: 'true' },
  },
  {
    what: 'a targeted variation that is not there is an error',
    flag: flagEntry({ targetUsers: [{ keyIds: ['u'], variationId: 'none' }] }),
    ours: failed,
    theirs: thrown,
  },
  {
    what: 'a variation of a rollout that is not there is an error',
    flag: flagEntry({ fallthrough: { dispatchKey: null, includedInExpt: false, variations: [all('none')] } }),
    ours: failed,
    theirs: thrown,
  },
  {
    // The bucket of `f` alone is 0.27..., that of `fundefined` 0.51...
    what: 'what is missing dispatches as the empty text',
    flag: flagEntry({ fallthrough: { dispatchKey: 'p', includedInExpt: false, variations: halves } }),
    ours: { kind: 'FallThrough', value: 'true' },
    theirs: { kind: 'FallThrough', value: 'false' },
  },
]

describe('where the Node SDK does not do what the evaluation server does', () => {
  it.each(differences)('$what', async ({ flag, attributes = {}, ours: expected, theirs: other }) => {
    const entities: Entities = { featureFlags: [flag], segments: [segmentEntry()] }
    const asking: User = { keyId: 'u', name: 'U', attributes }
    await publish(entities)
    expect({ ours: ours(entities, asking), theirs: await theirs(['f'], asking) }).toEqual({
      ours: { f: expected },
      theirs: { f: other },
    })
  })

  it('a rule says itself whether its users take part in experiments', async () => {
    const rule = ruleEntry([], { includedInExpt: true })
    const flag = flagEntry({
      rules: [rule],
      fallthrough: { dispatchKey: null, includedInExpt: false, variations: [all('yes')] },
    })
    const asking: User = { keyId: 'u', name: 'U', attributes: { sample: 'rule' } }
    await publish({ featureFlags: [flag], segments: [] })
    await theirs(['f'], asking)
    await client.flush()
    const { native } = evaluated(snapshotOf({ featureFlags: [flag], segments: [] }), 'f', asking)
    expect((native as unknown as Native).sendToExperiment).toBe(true)
    expect(reported().get('rule f')).toBe(false)
  })
})

function keysOf({ featureFlags }: Entities): string[] {
  return (featureFlags as readonly { readonly key: string }[]).map(({ key }) => key)
}

/** What the SDK has reported of experiments, by sample and flag. */
function reported(): Map<string, unknown> {
  return new Map(
    (fake.insights as readonly Insight[]).flatMap(({ user: asking, variations = [] }) => {
      const sample = asking.customizedProperties.find(({ name }) => name === 'sample')?.value
      if (sample === undefined) return []
      return variations.map((one) => [`${sample} ${one.featureFlagKey}`, one.sendToExperiment] as const)
    }),
  )
}

interface Insight {
  readonly user: { readonly customizedProperties: readonly { readonly name: string; readonly value: string }[] }
  readonly variations?: readonly { readonly featureFlagKey: string; readonly sendToExperiment: boolean }[]
}
