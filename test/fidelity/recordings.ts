/** What the recordings say beside what we answer: pairs of both, nothing left out. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { compile, type Json, type JsonObject, resolveAs, type ValueType } from '@switchyard/engine'
import { bucketOf as cloudBeesBucket } from '../../engine/src/vendors/cloudbees/dialect/bucket.js'
import { bucketOf as flagbaseBucket } from '../../engine/src/vendors/flagbase/dialect.js'
import { identityKeyAttribute } from '../../engine/src/vendors/flagsmith/index.js'
import * as cloudbees from '../../engine/test/vendors/cloudbees/fixtures.js'
import * as featbit from '../../engine/test/vendors/featbit/fixtures.js'
import * as flagbase from '../../engine/test/vendors/flagbase/fixtures.js'
import * as flagd from '../../engine/test/vendors/flagd/evaluate.js'
import * as flagsmith from '../../engine/test/vendors/flagsmith/evaluate.js'
import { filesOf, fixture, readCommentedJson } from '../../engine/test/vendors/flagsmith/recorded.js'
import type { Count, SuiteName } from './page.js'

/** What is compared: their answer, our answer. */
type Pair = readonly [theirs: unknown, ours: unknown]

/** Counts what is compared, and what of it is equal; members that are undefined are none. */
export function countOf(pairs: readonly Pair[]): Count {
  const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))
  const equal = pairs.filter(([theirs, ours]) => isDeepStrictEqual(plain(theirs), plain(ours)))
  return { compared: pairs.length, equal: equal.length }
}

/** The pairs of each recorded suite that is in the repository. */
export const recordings: Partial<Record<SuiteName, () => Pair[]>> = {
  cloudbeesDocuments,
  cloudbeesExpressions,
  cloudbeesBuckets: () =>
    (cloudbees.readFixture('buckets.json') as { seed: string; bucket: number }[]).map(({ seed, bucket }) => [
      bucket,
      cloudBeesBucket(seed),
    ]),
  featbitUnanimous: () =>
    featbit.suites.flatMap((suite) => featBitPairs(suite, ({ unanimous }) => unanimous.map((row) => [row, row]))),
  featbitDivergent: () =>
    featbit.suites.flatMap((suite) =>
      featBitPairs(suite, ({ divergent }) => divergent.map((row) => [row, row.server])),
    ),
  flagbaseEvaluations,
  flagbaseMatches,
  flagbaseBuckets: () =>
    flagbase.buckets.map(({ flagKey, identifier, bucket }) => [bucket, flagbaseBucket(flagKey + identifier)]),
  flagdOperators: () => ['fractional', 'semver', 'strings'].flatMap(flagdOperators),
  flagdRules,
  flagdDocument,
  flagsmithGoldens: () => ['shop-production', 'hidden-disabled'].flatMap(flagsmithGoldens),
  flagsmithOperators,
}

/** The pairs of those that are not, from the folder that holds them. */
export const recordingsElsewhere: Partial<Record<SuiteName, (folder: string) => Pair[]>> = {
  flagsmithEngineCases,
  flagsmithIdentities,
}

const roxTypes: Readonly<Record<string, ValueType>> = {
  boolean: 'boolean',
  string: 'string',
  int: 'number',
  double: 'number',
}

interface RoxRow {
  readonly user: string
  readonly flag: string
  readonly type: string
  readonly default: Json
  readonly recordedC: Json
}

interface RoxUsers {
  readonly appRelease: string
  readonly nowSeconds: number
  readonly users: readonly { readonly id: string; readonly context: JsonObject }[]
}

function cloudbeesDocuments(): Pair[] {
  const folder = new URL('../fixtures/cloudbees/documents/', import.meta.url)
  return readdirSync(folder).flatMap((name) => {
    const read = (file: string): unknown => cloudbees.readFixture(`documents/${name}/${file}.json`)
    const { appRelease, nowSeconds, users } = read('users') as RoxUsers
    const contexts = new Map(users.map(({ id, context }) => [id, context]))
    const snapshot = cloudbees.snapshotOf(read('envelope'))
    return (read('results') as RoxRow[]).map(({ user, flag, type, default: codeDefault, recordedC }): Pair => {
      const context = { 'rox.app_release': appRelease, 'rox.platform': 'C', ...contexts.get(user) }
      const outcome = snapshot.evaluate(flag, context, { nowMs: nowSeconds * 1_000, random: () => 0.5 })
      const resolution = resolveAs(outcome, roxTypes[type] ?? 'string')
      const value = resolution.kind === 'value' ? resolution.value : codeDefault
      // OpenFeature has no integers, so whoever wants one looks.
      return [recordedC, type === 'int' && !Number.isInteger(value) ? codeDefault : value]
    })
  })
}

function cloudbeesExpressions(): Pair[] {
  const rows = cloudbees.readFixture('expressions.json') as (cloudbees.RecordedExpression & {
    readonly recordedC?: cloudbees.Result
  })[]
  // Of what is not specified, nothing was recorded.
  return rows
    .filter(({ expected }) => expected.type !== 'unspecified')
    .map((row): Pair => {
      const { underTest, clock } = cloudbees
      const outcome = cloudbees.snapshotOfExpression(row).evaluate(underTest, cloudbees.contextOf(row), clock)
      return [resultOnly(row.recordedC ?? row.expected), cloudbees.resultOf(outcome)]
    })
}

function resultOnly({ type, value }: cloudbees.Result): object {
  return { type, value }
}

type FeatBitRow = readonly [row: { readonly user: string; readonly flag: string }, answer: featbit.Answer]

function featBitPairs(
  suite: (typeof featbit.suites)[number],
  rowsOf: (cases: featbit.RecordedCases) => FeatBitRow[],
): Pair[] {
  const cases = featbit.readCases(suite)
  const snapshot = featbit.snapshotOf(featbit.readFixture(cases.payload))
  const contexts = new Map(cases.users.map((user) => [user.key, featbit.contextOf(user)]))
  return rowsOf(cases).map(([{ user, flag }, answer]) => [
    featbit.expectedAnswer(answer),
    featbit.answerOf(snapshot.evaluate(flag, contexts.get(user) ?? {}, featbit.clock)),
  ])
}

function flagbaseEvaluations(): Pair[] {
  const snapshot = flagbase.snapshotOf(flagbase.production)
  return flagbase.evaluations.flatMap(({ context, evaluations }) =>
    Object.entries(evaluations).map(([flagKey, answer]): Pair => {
      const { variant, metadata } = snapshot.evaluate(flagKey, flagbase.contextOf(context), flagbase.clock)
      return [answer, [variant, metadata['flagbaseReason']]]
    }),
  )
}

/** Each rule as it is, and negated. */
function flagbaseMatches(): Pair[] {
  const snapshot = flagbase.snapshotOf(flagbase.matchRuleset)
  return flagbase.matches.flatMap(({ traitJson, match }, index): Pair[] => {
    const context = { trait: JSON.parse(traitJson) as Json }
    const isServed = (key: string): boolean => snapshot.evaluate(key, context, flagbase.clock).variant === 'treatment'
    return [
      [match, isServed(`${index}`)],
      [!match, isServed(`-${index}`)],
    ]
  })
}

function flagdFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/flagd/${name}.json`, import.meta.url), 'utf8'))
}

/** A recorded answer of the daemon; errors have no value: what a client then uses is its own affair. */
function daemonAnswer({ reason, variant, value, errorCode }: flagd.Answer): object {
  return { reason, variant, errorCode, ...(errorCode === undefined ? { value } : {}) }
}

interface FlagdCase {
  readonly flagKey: string
  readonly flag: JsonObject
  readonly context: JsonObject
  readonly expected: { readonly flagdGo: flagd.Answer }
}

function flagdOperators(name: string): Pair[] {
  const { cases } = flagdFixture(name) as { readonly cases: readonly FlagdCase[] }
  return cases.map(({ flagKey, flag, context, expected }) => [
    daemonAnswer(expected.flagdGo),
    flagd.answerOfFlag(flag, context, {}, flagKey),
  ])
}

interface FlagdRules {
  readonly defaultData: JsonObject
  readonly cases: readonly {
    readonly rule: Json
    readonly data: Json
    readonly flagdGo: { result?: Json; error?: string; skipped?: string; noTargeting?: true }
  }[]
}

/** Rules that the daemon's library was not given have no answer to compare with. */
function flagdRules(): Pair[] {
  const { cases, defaultData } = flagdFixture('jsonlogic') as FlagdRules
  const rows = cases.filter(({ flagdGo }) => flagdGo.skipped === undefined && flagdGo.noTargeting === undefined)
  return rows.map(({ rule, data, flagdGo }) => {
    const context = data === '$DEFAULT' ? defaultData : (data as JsonObject)
    return [{ answer: flagdGo.error === undefined ? flagdGo.result : 'failed' }, { answer: ruleAnswer(rule, context) }]
  })
}

/** What JSON cannot carry is a failure there too, and `$flagd` was left out of recorded answers. */
function ruleAnswer(rule: Json, context: JsonObject): unknown {
  const answer = flagd.answerOfRule(rule, context)
  if (answer === flagd.failed || (typeof answer === 'number' && !Number.isFinite(answer))) return 'failed'
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return answer
  const { $flagd: _, ...rest } = answer as JsonObject
  return rest
}

function flagdDocument(): Pair[] {
  const { document, cases } = flagdFixture('resolution') as {
    readonly document: JsonObject
    readonly cases: readonly { flagKey: string; context: JsonObject; flagdGoUntyped: flagd.Answer }[]
  }
  const snapshot = flagd.snapshotOf(document)
  return cases.map(({ flagKey, context, flagdGoUntyped }) => [
    daemonAnswer(flagdGoUntyped),
    flagd.answerOf(snapshot.evaluate(flagKey, context, flagd.clock)),
  ])
}

type VendorFlags = Readonly<Record<string, unknown>>

/** Every flag that either side has. */
function flagPairs(theirs: VendorFlags, ours: VendorFlags): Pair[] {
  return [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].map((key) => [theirs[key], ours[key]])
}

function flagsmithGoldens(name: string): Pair[] {
  const snapshot = flagsmith.snapshotOf(fixture(`environment-${name}.json`))
  const golden = fixture(`golden-${name}.json`) as {
    readonly environment_flags: VendorFlags
    readonly cases: readonly { identifier: string; traits: JsonObject; flags: VendorFlags }[]
  }
  const ofIdentities = golden.cases.flatMap(({ identifier, traits, flags }) =>
    flagPairs(flags, flagsmith.vendorFlags(snapshot, { targetingKey: identifier, ...traits })),
  )
  return [...flagPairs(golden.environment_flags, flagsmith.vendorFlags(snapshot, {})), ...ofIdentities]
}

interface Matrix {
  readonly operators: readonly string[]
  readonly traits: readonly Json[]
  readonly conditions: readonly string[]
  readonly python_engine_10_2_0: Readonly<Record<string, readonly string[]>>
}

function flagsmithOperators(): Pair[] {
  const { operators, traits, conditions, python_engine_10_2_0: cells } = fixture('operator-matrix.json') as Matrix
  return operators.flatMap((operator) => {
    const segments = conditions.map((value) => [
      `segment ${value}`,
      { key: '1', name: value, rules: [{ type: 'ALL', conditions: [{ operator, property: 't', value }] }] },
    ])
    const environment = { key: 'env', name: 'Environment' }
    const ruleset = flagsmith.rulesetOfContext({ environment, segments: Object.fromEntries(segments) })
    return traits.flatMap((trait, row) => {
      const matched = new Set(flagsmith.segmentsOf(ruleset, { targetingKey: 'id1', t: trait }))
      return conditions.map((condition, column): Pair => [
        cells[operator]?.[row]?.[column] === '1',
        matched.has(condition),
      ])
    })
  })
}

interface EngineCase {
  readonly context: { readonly identity?: { identifier: string; key?: string; traits?: JsonObject } }
  readonly result: { readonly flags: Readonly<Record<string, flagsmith.VendorFlag>> }
}

function flagsmithEngineCases(root: string): Pair[] {
  const folder = join(root, 'flagsmith-engine-tests/test_cases')
  return filesOf(folder, /\.jsonc?$/).flatMap((file) => {
    const { context, result } = readCommentedJson(join(folder, file)) as EngineCase
    const { identity } = context
    const key = identity?.key === undefined ? {} : { [identityKeyAttribute]: identity.key }
    const asked =
      identity === undefined ? {} : { targetingKey: identity.identifier, traits: identity.traits ?? {}, ...key }
    const { snapshot } = compile(flagsmith.rulesetOfContext(context))
    const theirs = Object.entries(result.flags).map(([name, { enabled, value, reason, variant }]) => [
      name,
      { enabled, value, reason, variant },
    ])
    return flagPairs(Object.fromEntries(theirs) as VendorFlags, flagsmith.vendorFlags(snapshot, asked))
  })
}

interface Legacy {
  readonly environment: unknown
  readonly identities_and_responses: readonly {
    readonly identity: {
      readonly identifier: string
      readonly django_id: number
      readonly identity_traits: readonly { readonly trait_key: string; readonly trait_value: Json }[]
    }
    readonly response: {
      readonly flags: readonly { feature: { name: string }; enabled: boolean; feature_state_value: unknown }[]
    }
  }[]
}

function flagsmithIdentities(root: string): Pair[] {
  const file = 'flagsmith-engine-tests/legacy-v1.0.0-environment-and-101-identities.json'
  const { environment, identities_and_responses: rows } = readCommentedJson(join(root, file)) as Legacy
  const snapshot = flagsmith.snapshotOf(environment)
  return rows.flatMap(({ identity, response }) => {
    const traits = identity.identity_traits.map(({ trait_key, trait_value }) => [trait_key, trait_value])
    const key = { targetingKey: identity.identifier, [identityKeyAttribute]: String(identity.django_id) }
    const ours = Object.entries(flagsmith.vendorFlags(snapshot, { ...key, ...Object.fromEntries(traits) }))
    const theirs = response.flags.map(({ feature, enabled, feature_state_value: value }) => [
      feature.name,
      { enabled, value },
    ])
    return flagPairs(
      Object.fromEntries(theirs) as VendorFlags,
      Object.fromEntries(ours.map(([name, { enabled, value }]) => [name, { enabled, value }])),
    )
  })
}
