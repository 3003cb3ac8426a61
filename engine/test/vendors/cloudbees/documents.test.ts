import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { explain, type Json, type JsonObject, resolveAs, type Snapshot, type ValueType } from '../../../src/index.js'
import { readFixture, snapshotOf } from './fixtures.js'

interface RecordedRow {
  readonly user: string
  readonly flag: string
  readonly type: 'boolean' | 'string' | 'int' | 'double'
  readonly default: Json
  readonly recordedC: Json
  /** Only where what is wanted differs from what the C SDK answers. */
  readonly expected?: Json
}

interface RecordedUsers {
  readonly appRelease: string
  readonly nowSeconds: number
  readonly users: readonly { readonly id: string; readonly context: JsonObject }[]
}

const folder = new URL('../../../../test/fixtures/cloudbees/documents/', import.meta.url)
const documents = readdirSync(folder).map((name) => {
  const { appRelease, nowSeconds, users } = readFixture(`documents/${name}/users.json`) as RecordedUsers
  const properties = { 'rox.app_release': appRelease, 'rox.platform': 'C' }
  return {
    name,
    envelope: readFixture(`documents/${name}/envelope.json`),
    inner: readFixture(`documents/${name}/inner.json`),
    rows: readFixture(`documents/${name}/results.json`) as RecordedRow[],
    contexts: new Map(users.map(({ id, context }) => [id, { ...properties, ...context }])),
    clock: { nowMs: nowSeconds * 1_000, random: () => 0.5 },
  }
})

const types: Readonly<Record<RecordedRow['type'], ValueType>> = {
  boolean: 'boolean',
  string: 'string',
  int: 'number',
  double: 'number',
}

/** What an application gets that asks for that type; OpenFeature has no integers, so whoever wants one looks. */
function received(row: RecordedRow, snapshot: Snapshot, { contexts, clock }: (typeof documents)[number]): Json {
  const outcome = snapshot.evaluate(row.flag, contexts.get(row.user) ?? {}, clock)
  const resolution = resolveAs(outcome, types[row.type])
  if (resolution.kind !== 'value') return row.default
  return row.type === 'int' && !Number.isInteger(resolution.value) ? row.default : resolution.value
}

describe.each(documents)('the recorded document $name', (document) => {
  const snapshot = snapshotOf(document.envelope)

  it('answers every user as recorded, but that the text 2.0 is the integer 2', () => {
    expect(document.rows.length).toBeGreaterThan(100)
    const differing = document.rows
      .map((row) => ({ ...row, received: received(row, snapshot, document) }))
      .filter(({ received, expected, recordedC }) => received !== (expected ?? recordedC))
    const known = document.name === 'doc3-edge-cases' ? Array<string>(2).fill('t.wholeDoubleString as int: 2') : []
    expect(differing.map(({ flag, type, received }) => `${flag} as ${type}: ${JSON.stringify(received)}`)).toEqual(
      known,
    )
  })

  it('is explained as it is evaluated, for every user and flag', () => {
    const differing = [...document.contexts].flatMap(([user, context]) =>
      snapshot.flagKeys.filter((flagKey) => {
        const { value, variant, reason, errorCode, as } = snapshot.evaluate(flagKey, context, document.clock)
        const explained = explain(snapshot, flagKey, context, document.clock)?.outcome
        return (
          JSON.stringify([user, value, variant, reason, errorCode, as]) !==
          JSON.stringify([
            user,
            explained?.value,
            explained?.variant,
            explained?.reason,
            explained?.errorCode,
            explained?.as,
          ])
        )
      }),
    )
    expect(differing).toEqual([])
  })

  it('means the same without its envelope', () => {
    const { info: _, ...ruleset } = snapshotOf(document.inner).ruleset
    expect(snapshot.ruleset).toMatchObject(ruleset)
  })
})
