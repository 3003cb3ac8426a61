/** Recorded documents and answers, and small documents around single expressions. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import {
  compile,
  type EvaluatedOutcome,
  type Json,
  type JsonObject,
  normalizeContext,
  type Snapshot,
} from '../../../src/index.js'
import { cloudbees, type CloudBeesDocument, type CloudBeesOptions } from '../../../src/vendors/cloudbees/index.js'

export const clock = { nowMs: Date.UTC(2026, 0, 1), random: (): number => 0.5 }

/** Any text at all, halves of surrogate pairs included. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.integer({ min: 0, max: 0xffff }))
  .map((units) => String.fromCharCode(...units))

const folder = new URL('../../../../test/fixtures/cloudbees/', import.meta.url)

export function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
}

/** A flag, by name, and the text of its condition. */
export type Conditions = Readonly<Record<string, unknown>>

/** The document inside the envelope: one experiment for each flag. */
export function documentOf(flags: Conditions, targetGroups: Conditions = {}): JsonObject {
  return {
    experiments: Object.entries(flags).map(([name, condition]) => experiment(name, condition)) as Json[],
    targetGroups: Object.entries(targetGroups).map(([id, condition]) => ({ _id: id, name: id, condition })) as Json[],
    remoteVariables: [],
    application: '0f8fad5b-d9cb-469f-a165-70867728950e',
    platform: 'C',
    creation_date: '2026-01-01T00:00:00.000Z',
    api_version: '1.9.0',
  }
}

export function experiment(name: string, condition: unknown, members: object = {}): object {
  return {
    _id: `id of ${name}`,
    name: `name of ${name}`,
    archived: false,
    featureFlags: [{ name }],
    deploymentConfiguration: { condition },
    labels: [],
    stickinessProperty: 'rox.distinct_id',
    ...members,
  }
}

export function envelopeOf(document: unknown): JsonObject {
  return { data: JSON.stringify(document), signature_v0: 'bm9uZQ==', signed_date: '2026-01-01T00:00:01.000Z' }
}

export function decodeOrThrow(input: unknown): CloudBeesDocument {
  const decoded = cloudbees.decode(input)
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.diagnostics))
  return decoded.document
}

export function translationOf(input: unknown, options: CloudBeesOptions = {}): ReturnType<typeof cloudbees.translate> {
  return cloudbees.translate(decodeOrThrow(input), options)
}

export function snapshotOf(input: unknown, options: CloudBeesOptions = {}): Snapshot {
  return compile(translationOf(input, options).ruleset).snapshot
}

/** What the flag `f` with that condition answers. */
export function evaluate(condition: string, context: object = {}, options: CloudBeesOptions = {}): EvaluatedOutcome {
  return snapshotOf(documentOf({ f: condition }), options).evaluate('f', normalizeContext(context), clock)
}

/** A result of an expression in the words of the recordings. */
export interface Result {
  readonly type: string
  readonly value?: Json
}

/** Plain `"true"` is a boolean to an application, but text to the language: its text view tells. */
export function resultOf({ value, as, errorCode }: EvaluatedOutcome): Result {
  if (errorCode === 'PARSE_ERROR') return { type: 'null' }
  if (errorCode === 'TYPE_MISMATCH') return { type: 'collection' }
  if (errorCode !== undefined) return { type: 'error' }
  if (value === undefined) return { type: 'undefined' }
  const result = as?.string ?? value
  return { type: typeof result, value: result }
}

export interface RecordedExpression {
  readonly id: string
  readonly category: string
  readonly expression: string
  readonly context?: JsonObject
  readonly properties?: Readonly<Record<string, RecordedProperty>>
  readonly targetGroups?: Readonly<Record<string, string>>
  readonly experiments?: Readonly<Record<string, string>>
  readonly expected: Result
}

/** A property registered in code: a value, or a reading of the context. */
type RecordedProperty =
  { readonly type: string; readonly value: Json } | { readonly type: string; readonly fromContext: string }

/** The context that carries what the recording had as registered properties; a datetime is a date. */
export function contextOf({ context = {}, properties = {} }: RecordedExpression): JsonObject {
  const registered = Object.entries(properties).map(([name, property]) => {
    if ('fromContext' in property) return [name, context[property.fromContext]]
    return [name, property.type === 'datetime' ? new Date(Number(property.value) * 1_000) : property.value]
  })
  return normalizeContext({ ...context, ...Object.fromEntries(registered) })
}

/** The key of the flag whose condition is the recorded expression. */
export const underTest = 'expression under test'

export function snapshotOfExpression({ expression, experiments, targetGroups }: RecordedExpression): Snapshot {
  return snapshotOf(documentOf({ [underTest]: expression, ...experiments }, targetGroups))
}
