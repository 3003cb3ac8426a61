import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { Flagsmith, LocalFileHandler, type Flags } from 'flagsmith-nodejs'
import { afterAll, describe, expect, it } from 'vitest'
import { compile, type JsonObject, vendors } from '@switchyard/engine'
import {
  allOf,
  conditionOf,
  documentOf,
  type DocumentParts,
  overrideOf,
  segmentOf,
  stateOf,
} from '../../engine/test/vendors/flagsmith/documents.js'
import { expectOnPage } from '../fidelity/page.js'
import { environmentDocument, identity, type Identity } from './flagsmith-documents.js'

/**
 * Documents made at random, evaluated by the vendor's Node SDK in its local mode and by us. The documents keep to what the SDK
 * does like the vendor's hosted API; where it does not, the second suite lists both answers.
 */
const folder = mkdtempSync(join(tmpdir(), 'switchyard-flagsmith-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The SDK's local mode, without a server. */
function clientOf(document: unknown): Flagsmith {
  const path = join(folder, 'environment.json')
  writeFileSync(path, JSON.stringify(document))
  return new Flagsmith({ offlineMode: true, offlineHandler: new LocalFileHandler(path) })
}

interface Answer {
  readonly enabled: boolean
  readonly value: unknown
  readonly reason: string | undefined
}

function theirs(flags: Flags): Record<string, Answer> {
  return Object.fromEntries(
    Object.values(flags.flags).map(({ featureName, enabled, value, reason }) => [
      featureName,
      { enabled, value: value ?? null, reason },
    ]),
  )
}

function ourAnswers(document: unknown, context: JsonObject): Record<string, Answer> {
  const flagsmith = vendors.get('flagsmith')
  const decoded = flagsmith?.decode(document)
  if (flagsmith === undefined || decoded?.ok !== true) throw new Error('the document was refused')
  const { snapshot } = compile(flagsmith.translate(decoded.document).ruleset)
  return Object.fromEntries(
    snapshot.flagKeys.map((key) => {
      const { native } = snapshot.evaluate(key, context, { nowMs: 0, random: () => 0 })
      const { enabled, value, reason } = native as unknown as Answer
      return [key, { enabled, value, reason }]
    }),
  )
}

/** Where we say that an identity was assigned an option, the SDK says that it was drawn with a weight of 100. */
function alike(answers: Record<string, Answer>): Record<string, Answer> {
  const assigned = /^(?:TARGETING_MATCH; segment=identity_overrides|SPLIT; weight=100)$/
  return Object.fromEntries(
    Object.entries(answers).map(([key, { reason = '', ...rest }]) => [
      key,
      { ...rest, reason: assigned.test(reason) ? 'assigned' : reason },
    ]),
  )
}

describe('the Node SDK in local mode', () => {
  it('answers identities as we do', async () => {
    let equal = 0
    const users = fc.array(identity, { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(environmentDocument, users, async (document, asked) => {
        const client = clientOf(document)
        for (const { identifier, traits } of asked) {
          const flags = await client.getIdentityFlags(identifier, traits)
          const expected = alike(theirs(flags))
          expect(alike(ourAnswers(document, { targetingKey: identifier, ...traits }))).toEqual(expected)
          equal += Object.keys(expected).length
        }
      }),
      { seed: 20_260_901, numRuns: 300 },
    )
    expectOnPage('flagsmithSdk', { compared: equal + differences.length, equal })
  })

  it('answers without an identity as we do', async () => {
    await fc.assert(
      fc.asyncProperty(environmentDocument, async (document) => {
        expect(ourAnswers(document, {})).toEqual(theirs(await clientOf(document).getEnvironmentFlags()))
      }),
      { seed: 20_260_902, numRuns: 50 },
    )
  })
})

interface Difference {
  readonly what: string
  readonly operator: string
  readonly trait: string | number | boolean
  readonly condition: string
  /** Whether the condition is true for the trait here; there it is the opposite. */
  readonly ours: boolean
}

const differences: readonly Difference[] = [
  { what: 'numeric text is a number', operator: 'GREATER_THAN', trait: '10', condition: '5', ours: true },
  { what: 'numeric text is exact', operator: 'EQUAL', trait: '1.0', condition: '1', ours: true },
  { what: 'numeric text contains nothing', operator: 'CONTAINS', trait: '10', condition: '1', ours: false },
  {
    what: 'numeric text does not "not contain" either',
    operator: 'NOT_CONTAINS',
    trait: '10',
    condition: 'x',
    ours: false,
  },
  { what: 'numeric text is printed as a number', operator: 'IN', trait: '007', condition: '7', ours: true },
  { what: 'a number is unequal to a number only', operator: 'NOT_EQUAL', trait: 10, condition: 'bar', ours: false },
  { what: 'a number is read as a whole', operator: 'EQUAL', trait: 5, condition: '5abc', ours: false },
  { what: 'the empty text is in every text', operator: 'CONTAINS', trait: '', condition: '', ours: true },
  { what: 'a version has no leading v', operator: 'EQUAL', trait: 'v1.2.3', condition: '1.2.3:semver', ours: false },
  {
    what: 'a version is unequal to versions only',
    operator: 'NOT_EQUAL',
    trait: 'bar',
    condition: '1:semver',
    ours: false,
  },
  { what: 'a pattern matches from the start', operator: 'REGEX', trait: 'foobar', condition: 'oo', ours: false },
  { what: 'an empty pattern matches', operator: 'REGEX', trait: 'bar', condition: '', ours: true },
  { what: 'a pattern sees booleans as True and False', operator: 'REGEX', trait: true, condition: 'true', ours: false },
  { what: 'a fraction is in no list', operator: 'IN', trait: 1.5, condition: '1.5,2', ours: false },
  { what: 'zero may be in a list', operator: 'IN', trait: 0, condition: '0', ours: true },
  { what: 'a JSON list may hold numbers', operator: 'IN', trait: 10, condition: '[1,10]', ours: true },
  { what: 'a remainder has the sign of the divisor', operator: 'MODULO', trait: -3, condition: '2|1', ours: true },
  { what: 'true is 1', operator: 'MODULO', trait: true, condition: '2|1', ours: true },
  { what: 'any trait may be split', operator: 'PERCENTAGE_SPLIT', trait: 'hooli', condition: '100', ours: true },
]

/** A document with the one feature `f`, whose value is `default`. */
function environmentOf(parts: DocumentParts): JsonObject {
  return documentOf({ features: [stateOf('f', { feature_state_value: 'default' })], ...parts })
}

/** A segment of who meets the condition, for whom `f` has that value. */
function segmentWith(id: number, value: string, condition: JsonObject): JsonObject {
  return segmentOf(id, allOf(condition), [overrideOf('f', 1, { feature_state_value: value })])
}

async function bothValues(
  document: object,
  { identifier, traits }: Identity,
): Promise<{ ours: unknown; theirs: unknown }> {
  const flags = await clientOf(document).getIdentityFlags(identifier, traits)
  const ours = ourAnswers(document, { targetingKey: identifier, ...traits })
  return { ours: ours['f']?.value, theirs: flags.getFeatureValue('f') }
}

describe('where the Node SDK does not do what the hosted API does', () => {
  it.each(differences)('$what: $operator $condition for $trait', async ({ operator, trait, condition, ours }) => {
    const segments = [segmentWith(3105, 'matched', conditionOf('t', operator, condition))]
    const values = await bothValues(environmentOf({ segments }), { identifier: 'u', traits: { t: trait } })
    expect(values).toEqual(ours ? { ours: 'matched', theirs: 'default' } : { ours: 'default', theirs: 'matched' })
  })

  it.each(['a,b', '[1]'])('the identity override of "%s" is found', async (identifier) => {
    const document = environmentOf({ overrides: [assignedTo(identifier)] })
    const values = await bothValues(document, { identifier, traits: {} })
    expect(values).toEqual({ ours: 'assigned', theirs: 'default' })
  })

  it('the identity override of "a,b" is nobody else\'s', async () => {
    const document = environmentOf({ overrides: [assignedTo('a,b')] })
    const values = await bothValues(document, { identifier: 'a', traits: {} })
    expect(values).toEqual({ ours: 'default', theirs: 'assigned' })
  })

  it('of two segments with equal priority the first one wins, not the one with the smaller id', async () => {
    const everybody = conditionOf('missing', 'IS_NOT_SET')
    const segments = [segmentWith(20, 'first', everybody), segmentWith(10, 'second', everybody)]
    const values = await bothValues(environmentOf({ segments }), { identifier: 'u', traits: {} })
    expect(values).toEqual({ ours: 'first', theirs: 'second' })
  })
})

function assignedTo(identifier: string): JsonObject {
  return { identifier, identity_features: [stateOf('f', { feature_state_value: 'assigned' })] }
}
