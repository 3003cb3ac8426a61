import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/index.js'
import { flagd } from '../../../src/vendors/flagd/index.js'
import { variantName } from '../../../src/vendors/flagd/dialect/variant-name.js'
import { differences } from './differences.js'
import { answerOf, answerOfFlag, answerOfRule, clock, failed, snapshotOf, type Answer } from './evaluate.js'

const folder = new URL('../../../../test/fixtures/flagd/', import.meta.url)

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
}

/** Rows whose answer differs on purpose; all others are equal to the Go column. */
const differing = new Set(differences.map(({ recorded }) => recorded))

interface RecordedAnswer extends Answer {
  readonly rawRuleResult?: string
}

/** Errors have no value: what a client then uses is its own affair. */
function expectedAnswer({ reason, variant, value, errorCode }: RecordedAnswer): Answer {
  return {
    reason,
    ...(variant === undefined ? {} : { variant }),
    ...(value === undefined || errorCode !== undefined ? {} : { value }),
    ...(errorCode === undefined ? {} : { errorCode }),
  }
}

interface FlagCase {
  readonly id: string
  readonly flagKey: string
  readonly flag: JsonObject
  readonly context: JsonObject
  readonly expected: { readonly flagdGo: RecordedAnswer }
  readonly agree: boolean
}

describe.each(['fractional', 'semver', 'strings'])('recorded answers of %s', (name) => {
  const { cases } = readFixture(`${name}.json`) as { cases: readonly FlagCase[] }
  const answered = cases.map((row) => ({
    ...row,
    received: answerOfFlag(row.flag, row.context, {}, row.flagKey),
    wanted: expectedAnswer(row.expected.flagdGo),
  }))

  it('are the same wherever flagd and its JavaScript package agree', () => {
    const rows = answered.filter(({ agree }) => agree)
    expect(rows.length).toBeGreaterThanOrEqual(19)
    for (const { id, received, wanted } of rows) expect({ id, ...received }).toEqual({ id, ...wanted })
  })

  it('are those of flagd where the two differ', () => {
    for (const { id, received, wanted } of answered.filter(({ agree }) => !agree)) {
      expect({ id, ...received }).toEqual({ id, ...wanted })
    }
  })
})

interface RuleCase {
  readonly id: string
  readonly rule: Json
  readonly data: Json
  readonly flagdGo: {
    readonly result?: Json
    readonly error?: string
    readonly skipped?: string
    readonly noTargeting?: true
  }
}

describe('recorded answers of JSONLogic rules', () => {
  const { cases, defaultData } = readFixture('jsonlogic.json') as {
    cases: readonly RuleCase[]
    defaultData: JsonObject
  }
  const rows = cases
    .filter(({ flagdGo }) => flagdGo.skipped === undefined && flagdGo.noTargeting === undefined)
    .map((row) => ({ ...row, context: row.data === '$DEFAULT' ? defaultData : (row.data as JsonObject) }))

  it('are those of the library that flagd uses', () => {
    expect(rows.length).toBeGreaterThan(290)
    for (const { id, rule, context, flagdGo } of rows) {
      const received = withoutFlagdProperties(answerOfRule(rule, context))
      const isUnprintable = typeof received === 'number' && !Number.isFinite(received)
      const wanted = flagdGo.error === undefined ? flagdGo.result : failed
      expect({ id, received: isUnprintable ? failed : received }).toEqual({ id, received: wanted })
    }
  })

  it('select the variant with the name of the answer', () => {
    for (const { id, rule, context, flagdGo } of rows) {
      // The whole context is not a name that was recorded.
      if (id === 'jl-382') continue
      const name = variantName(flagdGo.result ?? null)
      const received = answerOfFlag({ variants: { [name]: 1 }, targeting: rule }, context)
      expect({ id, ...received }).toEqual({ id, ...wantedSelection(flagdGo, name) })
    }
  })
})

function wantedSelection({ error, result }: RuleCase['flagdGo'], name: string): Answer {
  if (error !== undefined) return { reason: 'ERROR', errorCode: 'PARSE_ERROR' }
  return result === null ? { reason: 'DEFAULT' } : { reason: 'TARGETING_MATCH', variant: name, value: 1 }
}

function withoutFlagdProperties(answer: Json | typeof failed): unknown {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return answer
  const { $flagd: _, ...rest } = answer as JsonObject
  return rest
}

interface Resolution {
  readonly document: JsonObject
  readonly cases: readonly {
    readonly id: string
    readonly flagKey: string
    readonly context: JsonObject
    readonly flagdCoreJs: { readonly flagMetadata: JsonObject }
    readonly flagdGoUntyped: RecordedAnswer
  }[]
  readonly documentLoading: readonly { readonly name: string; readonly document: unknown }[]
  readonly nestedRefs: readonly { readonly name: string; readonly document: unknown }[]
}

describe('the recorded document', () => {
  const { document, cases, documentLoading, nestedRefs } = readFixture('resolution.json') as Resolution
  const snapshot = snapshotOf(document)

  it('is resolved as the daemon resolves it without a type, apart from the listed differences', () => {
    expect(cases.length).toBeGreaterThan(30)
    for (const { id, flagKey, context, flagdGoUntyped } of cases) {
      const received = answerOf(snapshot.evaluate(flagKey, context, clock))
      if (differing.has(id)) expect(received).not.toEqual(expectedAnswer(flagdGoUntyped))
      else expect({ id, ...received }).toEqual({ id, ...expectedAnswer(flagdGoUntyped) })
    }
  })

  it('has the metadata of its flag set under every flag, answers that are errors included', () => {
    for (const { id, flagKey, context, flagdCoreJs } of cases) {
      const { metadata } = snapshot.evaluate(flagKey, context, clock)
      expect({ id, metadata }).toEqual({ id, metadata: flagdCoreJs.flagMetadata })
    }
  })

  /** The daemon's column of the table in the vendor's README; text that is not JSON never reaches the decoder. */
  const loading: Readonly<Record<string, Answer | 'refused'>> = {
    'no flags key': 'refused',
    'bad state': { reason: 'STATIC', variant: 'on', value: true },
    'missing state': { reason: 'STATIC', variant: 'on', value: true },
    // The daemon refuses the whole document.
    'default variant not in variants': { reason: 'ERROR', errorCode: 'PARSE_ERROR' },
    // So it does here.
    'no variants': { reason: 'ERROR', errorCode: 'PARSE_ERROR' },
    'empty variants': { reason: 'DEFAULT' },
    'unknown top-level key': { reason: 'STATIC', variant: 'on', value: true },
    'unknown flag key': { reason: 'STATIC', variant: 'on', value: true },
    'flags as array (daemon-only form)': { reason: 'STATIC', variant: 'on', value: true },
    'metadata nested object': { reason: 'STATIC', variant: 'on', value: true },
    'mixed variant types': { reason: 'STATIC', variant: 'a', value: 1 },
    'targeting unknown op': { reason: 'ERROR', errorCode: 'PARSE_ERROR' },
  }

  it.each(Object.entries(loading))('is loaded as the daemon loads it: %s', (name, wanted) => {
    const row = documentLoading.find((candidate) => candidate.name === name)
    // Two of the recorded documents are recorded as their text.
    const input: unknown = typeof row?.document === 'string' ? JSON.parse(row.document) : row?.document
    if (wanted === 'refused') expect(flagd.decode(input).ok).toBe(false)
    else expect(answerOf(snapshotOf(input).evaluate('f', {}, clock))).toEqual(wanted)
  })

  it('keeps its good flags where one is broken', () => {
    const row = documentLoading.find(({ name }) => name === 'one broken flag among good ones')
    const loaded = snapshotOf(row?.document)
    expect(answerOf(loaded.evaluate('good', {}, clock))).toEqual({ reason: 'STATIC', variant: 'on', value: true })
    expect(answerOf(loaded.evaluate('bad', {}, clock))).toEqual({ reason: 'DEFAULT' })
  })

  it.each(nestedRefs.map((row) => [row.name, row.document] as const))('resolves references: %s', (_, nested) => {
    const received = answerOf(snapshotOf(nested).evaluate('f', {}, clock))
    expect(received).toEqual({ reason: 'TARGETING_MATCH', variant: 'on', value: true })
  })
})
