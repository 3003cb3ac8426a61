import { describe, expect, it } from 'vitest'
import {
  applyPatch,
  compile,
  resolveAs,
  type Audience,
  type EvaluatedOutcome,
  type JsonObject,
  type Ruleset,
  type RulesetPatch,
  type SealedRuleset,
  type Snapshot,
  type TypedResolution,
  type ValueType,
} from '@switchyard/engine'
import { coreForms } from '../engine/src/explain/core-forms.js'
import { dialects } from '../engine/src/registry.js'
import { referenceXxh64 } from '../engine/test/hash/reference-xxh64.js'
import { vectorFiles } from '../tools/vectors/files.mjs'
import { filesIn, textOf } from './repository/files.js'

interface Vector {
  readonly about?: string
  readonly ruleset: string
  readonly context: JsonObject
  readonly now: number
  readonly random: number
  readonly answers: Readonly<Record<string, object>>
  readonly typed?: Readonly<Record<string, Readonly<Record<ValueType, object>>>>
  readonly ofrep?: Readonly<Record<Audience, readonly string[]>>
}

interface VectorFile {
  readonly rulesets: Readonly<Record<string, Ruleset>>
  readonly vectors: readonly Vector[]
}

interface Revisions {
  readonly hashes: readonly { readonly text: string; readonly xxh64: string }[]
  readonly rulesets: Readonly<Record<string, SealedRuleset>>
  readonly summed: Readonly<Record<string, readonly string[]>>
  readonly patches: readonly { readonly before: string; readonly after: string; readonly patch: RulesetPatch }[]
}

const revisionsFile = 'revisions.generated.json'
const paths = filesIn('docs/vectors').filter((path) => path.endsWith('.json'))
const sets = paths
  .filter((path) => !path.endsWith(revisionsFile))
  .map((path) => ({ path, file: JSON.parse(textOf(path)) as VectorFile }))

describe('docs/vectors', () => {
  it('have what is written by hand as the generator writes it', () => {
    const written = JSON.parse(JSON.stringify(vectorFiles())) as Record<string, VectorFile>
    const stored = Object.fromEntries(sets.map(({ path, file }) => [path.replace('docs/vectors/', ''), file]))
    const { [revisionsFile]: revisions, ...others } = written
    expect(Object.keys(stored).toSorted()).toEqual(Object.keys(others).toSorted())
    for (const [name, file] of Object.entries(stored)) expect(byHand(file)).toEqual(byHand(others[name] ?? file))
    expect(JSON.parse(textOf(`docs/vectors/${revisionsFile}`))).toEqual(revisions)
  })

  it('are less than a megabyte', () => {
    const bytes = paths.reduce((sum, path) => sum + Buffer.byteLength(textOf(path)), 0)
    expect(bytes).toBeLessThan(1_000_000)
  })

  it('call every operator', () => {
    const called = new Set(sets.flatMap(({ file }) => Object.values(file.rulesets).flatMap(namesIn)))
    const all = dialects.flatMap(({ name: set, operators }) => Array.from(operators.keys(), (name) => `${set}.${name}`))
    expect([...coreForms.keys(), ...all].filter((name) => !called.has(name))).toEqual([])
  })
})

describe.each(sets)('$path', ({ file: { rulesets, vectors } }) => {
  const snapshots = snapshotsOf(rulesets)

  it('is answered by the engine as it says', () => {
    const differing = vectors.flatMap(({ ruleset, context, now, random, answers }) =>
      Object.entries(answers).flatMap(([flag, expected]) => {
        const environment = { nowMs: now, random: () => random }
        const received = answerOf(snapshots.get(ruleset)!.evaluate(flag, context, environment))
        return isSame(received, expected) ? [] : [{ ruleset, context, flag, expected, received }]
      }),
    )
    expect(differing).toEqual([])
  })

  it('has answers for every flag of its rulesets', () => {
    const answered = new Set(
      vectors.flatMap(({ ruleset, answers }) => Object.keys(answers).map((flag) => ruleset + flag)),
    )
    const flags = Object.entries(rulesets).flatMap(([name, { flags }]) => Object.keys(flags).map((flag) => name + flag))
    // What calls of `flag` read.
    const read = new Set(['base', 'broken', 'nothing'].map((flag) => `calls${flag}`))
    expect(flags.filter((flag) => !answered.has(flag) && !read.has(flag))).toEqual([])
  })
})

describe('docs/vectors/core.generated.json', () => {
  const { rulesets, vectors } = JSON.parse(textOf('docs/vectors/core.generated.json')) as VectorFile
  const snapshots = snapshotsOf(rulesets)
  const snapshotOf = ({ ruleset }: Vector) => snapshots.get(ruleset)!
  const environmentOf = ({ now, random }: Vector) => ({ nowMs: now, random: () => random })

  it('is resolved by type as it says', () => {
    const rows = vectors.filter(({ typed }) => typed !== undefined)
    expect(rows).not.toEqual([])
    for (const vector of rows) {
      for (const [flag, views] of Object.entries(vector.typed ?? {})) {
        const outcome = snapshotOf(vector).evaluate(flag, vector.context, environmentOf(vector))
        const received = Object.keys(views).map((type) => [type, resolutionOf(resolveAs(outcome, type as ValueType))])
        expect({ flag, ...Object.fromEntries(received) }).toEqual({ flag, ...views })
      }
    }
  })

  it('is answered over OFREP, letter by letter, as it says', () => {
    const rows = vectors.filter(({ ofrep }) => ofrep !== undefined)
    expect(rows).not.toEqual([])
    for (const vector of rows) {
      for (const audience of ['client', 'server'] as const) {
        const outcomes = snapshotOf(vector).evaluateAll(vector.context, environmentOf(vector), audience)
        expect(outcomes.map((outcome) => outcome.ofrep(audience))).toEqual(vector.ofrep?.[audience])
      }
    }
  })
})

describe(`docs/vectors/${revisionsFile}`, () => {
  const { hashes, rulesets, summed, patches } = JSON.parse(textOf(`docs/vectors/${revisionsFile}`)) as Revisions

  it.each(hashes)('has the XXH64 of $text', ({ text, xxh64 }) => {
    expect(hex(referenceXxh64(Buffer.from(text)))).toBe(xxh64)
  })

  it.each(Object.entries(rulesets))(
    'has the texts whose hashes add up to the revision of "%s"',
    (name, { revision }) => {
      const sum = (summed[name] ?? []).reduce((total, text) => total + referenceXxh64(Buffer.from(text)), 0n)
      expect(hex(BigInt.asUintN(64, sum))).toBe(revision)
    },
  )

  it.each(patches)('has the patch from "$before" to "$after"', ({ before, after, patch }) => {
    const sealed = new Map(Object.entries(rulesets))
    expect(applyPatch(sealed.get(before)!, patch)).toEqual({ ok: true, ruleset: sealed.get(after) })
  })
})

const { rulesets: rules } = JSON.parse(textOf('test/fixtures/rulesets/rules.json')) as VectorFile
const handMade = new Set(['calls', ...Object.keys(rules)])

/** The part of a file that does not come from recordings. */
function byHand({ rulesets, vectors }: VectorFile): VectorFile {
  return {
    rulesets: Object.fromEntries(Object.entries(rulesets).filter(([name]) => handMade.has(name))),
    vectors: vectors.filter(({ ruleset }) => handMade.has(ruleset)),
  }
}

function snapshotsOf(rulesets: VectorFile['rulesets']): Map<string, Snapshot> {
  return new Map(Object.entries(rulesets).map(([name, ruleset]) => [name, compile(ruleset).snapshot]))
}

/** An answer as the vectors carry it: see `docs/vectors/README.md`. */
function answerOf({ metadata, serverMetadata, hidden, ...answer }: EvaluatedOutcome): object {
  const { value, variant, reason, errorCode, as, codeDefault } = answer
  const more = Object.entries(serverMetadata).filter(([name, seen]) => metadata[name] !== seen)
  return {
    value,
    variant,
    reason,
    errorCode,
    as,
    codeDefault,
    hidden: hidden ? true : undefined,
    metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
    serverMetadata: more.length > 0 ? Object.fromEntries(more) : undefined,
  }
}

function resolutionOf(resolution: TypedResolution): object {
  switch (resolution.kind) {
    case 'value':
      return { value: resolution.value }
    case 'codeDefault':
      return { codeDefault: true }
    case 'error':
      return { errorCode: resolution.errorCode }
  }
}

/** Whether both are the same JSON, whatever the order of members. */
function isSame(received: object, expected: object): boolean {
  const canonical = (value: object): string =>
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    )
  return canonical(received) === canonical(expected)
}

/** All first items of lists that are texts: the names of operators are among them. */
function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = Array.isArray(value) && typeof value[0] === 'string' ? [value[0]] : []
  return [...own, ...Object.values(value).flatMap(namesIn)]
}

function hex(hash: bigint): string {
  return hash.toString(16).padStart(16, '0')
}
