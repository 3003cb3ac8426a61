import {
  applyPatch,
  compile,
  diff,
  explain,
  normalizeContext,
  seal,
  vendors,
  type AnyVendor,
  type EvaluatedOutcome,
  type JsonObject,
  type SealedRuleset,
  type Snapshot,
} from '@switchyard/engine'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEnvironment } from '../../relay/src/environments/create-environment.js'
import { createLogger } from '../../relay/src/telemetry/logger.js'
import type { SourceSink } from '../../relay/src/vendors/source.js'
import { rows, type PlainFlag } from './vendor-documents.js'

const clock = { nowMs: Date.UTC(2026, 0, 1), random: (): number => 0.5 }

const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'] as const

const banner: PlainFlag = {
  key: 'banner',
  otherwise: 'hello',
  rule: { attribute: 'plan', equals: 'gold', answer: 'hello gold' },
}
const plain: PlainFlag = { key: 'plain', otherwise: 'same' }
const flags = [banner, plain]
const edited = [{ ...banner, otherwise: 'goodbye' }, plain]

/** Any few flags, with the names and attributes that objects inherit among others. */
const anyFlags: fc.Arbitrary<PlainFlag[]> = fc.uniqueArray(
  fc
    .record({
      key: fc.constantFrom('banner', 'plain', 'limit', ...inherited),
      otherwise: fc.constantFrom('blue', 'red'),
      attribute: fc.constantFrom('plan', 'country', ...inherited),
      equals: fc.constantFrom('gold', 'free'),
      hasRule: fc.boolean(),
    })
    .map(({ key, otherwise, attribute, equals, hasRule }) =>
      hasRule ? { key, otherwise, rule: { attribute, equals, answer: 'green' } } : { key, otherwise },
    ),
  { selector: ({ key }) => key, maxLength: 5 },
)

const anyContext: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.constantFrom('plan', 'country', ...inherited), fc.constantFrom('gold', 'free', ''))
  .map((attributes) => contextOf(attributes))

function contextOf(attributes: object = {}, targetingKey = 'u1'): JsonObject {
  return normalizeContext(Object.fromEntries([...Object.entries(attributes), ['targetingKey', targetingKey]]))
}

function rulesetOf(vendor: AnyVendor, document: unknown): SealedRuleset {
  const decoded = vendor.decode(document)
  if (!decoded.ok) throw new Error(`the document is refused: ${JSON.stringify(decoded.diagnostics)}`)
  return seal(vendor.translate(decoded.document).ruleset)
}

function snapshotOf(vendor: AnyVendor, document: unknown): Snapshot {
  return compile(rulesetOf(vendor, document)).snapshot
}

function valueOf(snapshot: Snapshot | undefined, key: string, context = contextOf()): unknown {
  return snapshot?.evaluate(key, context, clock).value
}

/** All that an answer says, to servers. */
function answersOf(snapshot: Snapshot, context: JsonObject): Record<string, unknown> {
  return Object.fromEntries(
    snapshot.flagKeys.map((key) => [key, snapshot.evaluate(key, context, clock).ofrep('server')]),
  )
}

/** An environment that is handed its documents. */
function start(vendor: AnyVendor) {
  let sink: SourceSink | undefined
  const environment = createEnvironment({
    name: 'shop',
    vendor,
    source: { description: 'by hand', run: (given) => Promise.resolve(void (sink = given)) },
    now: () => clock.nowMs,
    logger: createLogger({
      level: 'error',
      format: 'json',
      destination: { write: () => undefined },
      now: () => clock.nowMs,
    }),
  })
  void environment.run(new AbortController().signal)
  let swaps = 0
  environment.onChange(() => (swaps += 1))
  return { environment, deliver: (document: unknown) => sink?.document(document, {}), swaps: () => swaps }
}

/** The document with one of its parts, at any depth, replaced by anything. */
function damaged(document: unknown): fc.Arbitrary<unknown> {
  const count = partsIn(document)
  return fc.tuple(fc.nat(count - 1), fc.jsonValue({ maxDepth: 2 })).map(([index, part]) => {
    let left = index
    const copy = (value: unknown): unknown => {
      if (left-- === 0) return part
      if (typeof value !== 'object' || value === null) return value
      if (Array.isArray(value)) return value.map(copy)
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copy(inner)]))
    }
    return copy(document)
  })
}

function partsIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((sum, inner) => sum + partsIn(inner), 1)
}

describe('the table of vendors', () => {
  it('has a row for each vendor of the registry', () => {
    expect(Object.keys(rows)).toEqual([...vendors.keys()])
  })
})

const table = Object.entries(rows).flatMap(([name, row]) => {
  const vendor = vendors.get(name)
  return vendor === undefined ? [] : [{ name, vendor, row }]
})

describe.each(table)('$name: a document', ({ vendor, row }) => {
  const document = row.write(flags)

  it('is recognised as this vendor and no other', () => {
    const recognising = [...vendors.values()].filter((candidate) => candidate.recognises(document))
    expect(recognising).toEqual([vendor])
  })

  it('answers by its rules', () => {
    const snapshot = snapshotOf(vendor, document)
    expect(valueOf(snapshot, 'banner')).toBe('hello')
    expect(valueOf(snapshot, 'banner', contextOf({ plan: 'gold' }))).toBe('hello gold')
    expect(valueOf(snapshot, 'plain')).toBe('same')
  })

  it('of any kind, and any damage to a sound one, makes nothing throw', () => {
    const richest = row.writeWithSharedRule === 'not supported' ? document : row.writeWithSharedRule(sharedWith('gold'))
    const input = fc.oneof(fc.anything(), fc.jsonValue(), damaged(document), damaged(richest))
    fc.assert(
      fc.property(input, anyContext, (given, context) => {
        vendor.recognises(given)
        const decoded = vendor.decode(given)
        if (!decoded.ok) {
          expect(decoded.diagnostics).not.toEqual([])
          return
        }
        const { snapshot } = compile(seal(vendor.translate(decoded.document).ruleset))
        for (const outcome of snapshot.evaluateAll(context, clock, 'server')) outcome.ofrep('server')
      }),
      { numRuns: 200 },
    )
  })

  it('is served on, the same revision of it, whatever is refused after it', () => {
    const { environment, deliver, swaps } = start(vendor)
    deliver(document)
    const { served } = environment
    const refused = { null: null, 'a list': [], text: 'flags', 'no member': {}, ...row.refused }
    for (const [what, worse] of Object.entries(refused)) {
      deliver(worse)
      expect({ what, served: environment.served === served, ...environment.status() }).toMatchObject({
        what,
        served: true,
        state: 'degraded',
        lastError: { code: 'DOCUMENT_INVALID' },
      })
    }
    expect(swaps()).toBe(1)
    expect(valueOf(environment.served?.snapshot, 'banner')).toBe('hello')
    deliver(row.write(edited))
    expect(valueOf(environment.served?.snapshot, 'banner')).toBe('goodbye')
    expect(environment.status().state).toBe('fresh')
  })

  it('that comes again unchanged is no swap: the same snapshot stays', () => {
    const { environment, deliver, swaps } = start(vendor)
    deliver(document)
    const { served } = environment
    deliver(JSON.parse(JSON.stringify(document)))
    expect(environment.served).toBe(served)
    expect(swaps()).toBe(1)
    expect(environment.activity.fetches).toMatchObject({ document: 2, refused: 0 })
  })

  it('that is edited differs in the flag that was edited, and in no other', () => {
    const before = snapshotOf(vendor, document)
    expect(snapshotOf(vendor, row.write(edited)).changedFrom(before)).toEqual(['banner'])
  })

  it('with one malformed flag keeps the others, answers for it with an error, and reports one', () => {
    const { environment, deliver } = start(vendor)
    deliver(row.writeWithMalformed(flags))
    const snapshot = environment.served?.snapshot
    expect(snapshot?.evaluate('bad', contextOf(), clock)).toMatchObject({ reason: 'ERROR', errorCode: 'PARSE_ERROR' })
    expect(valueOf(snapshot, 'banner', contextOf({ plan: 'gold' }))).toBe('hello gold')
    expect(valueOf(snapshot, 'plain')).toBe('same')
    expect(environment.status()).toMatchObject({ state: 'fresh', flagCount: 3 })
    expect(environment.status().diagnostics.filter(({ severity }) => severity === 'error')).toHaveLength(1)
  })
})

describe.each(table)('$name: any two documents', ({ vendor, row }) => {
  it('are one patch apart: what it gives is the second one, and answers like it', () => {
    fc.assert(
      fc.property(anyFlags, anyFlags, anyContext, (first, second, context) => {
        const before = rulesetOf(vendor, row.write(first))
        const after = rulesetOf(vendor, row.write(second))
        const patch = diff(before, after)
        const patched = patch === null ? { ok: true, ruleset: before } : applyPatch(before, patch)
        expect(patched).toEqual({ ok: true, ruleset: after })
        const previous = compile(before).snapshot
        const fromPatch = compile((patched as { ruleset: SealedRuleset }).ruleset, { previous }).snapshot
        const fromNothing = compile(after).snapshot
        expect(answersOf(fromPatch, context)).toEqual(answersOf(fromNothing, context))
      }),
      { numRuns: 60 },
    )
  })

  it('differ in the answers of no other flags than those named as changed', () => {
    fc.assert(
      fc.property(anyFlags, anyFlags, anyContext, (first, second, context) => {
        const before = snapshotOf(vendor, row.write(first))
        const after = snapshotOf(vendor, row.write(second))
        const [old, now] = [answersOf(before, context), answersOf(after, context)]
        const differing = [...new Set([...before.flagKeys, ...after.flagKeys])].filter(
          (key) => own(old, key) !== own(now, key),
        )
        expect(after.changedFrom(before)).toEqual(expect.arrayContaining(differing))
      }),
      { numRuns: 60 },
    )
  })

  it('explain each answer as it is evaluated', () => {
    fc.assert(
      fc.property(anyFlags, anyContext, (given, context) => {
        const snapshot = snapshotOf(vendor, row.writeWithMalformed(given))
        for (const key of snapshot.flagKeys) {
          const explained = explain(snapshot, key, context, clock)?.outcome
          expect(said(explained as EvaluatedOutcome)).toEqual(said(snapshot.evaluate(key, context, clock)))
        }
      }),
      { numRuns: 60 },
    )
  })
})

function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

function said({ value, variant, reason, errorCode, errorDetails }: EvaluatedOutcome): object {
  return { value, variant, reason, errorCode, errorDetails }
}

describe.each(table)('$name: the names that objects inherit', ({ vendor, row }) => {
  const ofObjects = Object.getOwnPropertyNames(Object.prototype)

  it.each(inherited)('are names of flags like others: %s', (key) => {
    const snapshot = snapshotOf(vendor, row.write([{ key, otherwise: 'mine' }, plain]))
    expect(snapshot.flagKeys).toEqual([key, 'plain'].toSorted())
    expect(valueOf(snapshot, key)).toBe('mine')
    for (const other of ofObjects.filter((name) => name !== key)) {
      expect(snapshot.evaluate(other, contextOf(), clock).errorCode, other).toBe('FLAG_NOT_FOUND')
    }
  })

  it.each(inherited)('are names of attributes like others, and nobody has them by birth: %s', (attribute) => {
    const snapshot = snapshotOf(
      vendor,
      row.write([{ ...banner, rule: { attribute, equals: 'gold', answer: 'matched' } }]),
    )
    expect(valueOf(snapshot, 'banner')).toBe('hello')
    expect(valueOf(snapshot, 'banner', contextOf({ plan: 'gold' }))).toBe('hello')
    expect(valueOf(snapshot, 'banner', contextOf({ [attribute]: 'gold' }))).toBe('matched')
    expect(valueOf(snapshot, 'banner', contextOf({ [attribute]: 'free' }))).toBe('hello')
  })

  it('change nothing for other objects', () => {
    const before = ofObjects.length
    const attributes = Object.fromEntries(inherited.map((name) => [name, 'gold']))
    const snapshot = snapshotOf(vendor, row.write(inherited.map((key) => ({ ...banner, key }))))
    answersOf(snapshot, contextOf(attributes))
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before)
    expect({}.constructor).toBe(Object)
  })
})

function sharedWith(equals: string) {
  return { attribute: 'plan', equals }
}

const sharing = table.flatMap(({ name, vendor, row: { writeWithSharedRule: write } }) =>
  write === 'not supported' ? [] : [{ name, vendor, write }],
)

describe.each(sharing)('$name: a rule that flags share', ({ vendor, write }) => {
  it('changes the flags that use it when it is edited', () => {
    const [before, after] = [rulesetOf(vendor, write(sharedWith('gold'))), rulesetOf(vendor, write(sharedWith('free')))]
    const previous = compile(before).snapshot
    const { snapshot } = compile(after, { previous })
    expect(['gold', 'free'].map((plan) => valueOf(previous, 'f', contextOf({ plan })))).toEqual(['in', 'out'])
    expect(['gold', 'free'].map((plan) => valueOf(snapshot, 'f', contextOf({ plan })))).toEqual(['out', 'in'])
    expect(snapshot.changedFrom(previous)).toEqual(['f'])
    const patch = diff(before, after)
    expect(patch === null ? null : applyPatch(before, patch)).toEqual({ ok: true, ruleset: after })
  })
})

const targeting = table.flatMap(({ name, vendor, row: { writeWithTarget: write } }) =>
  write === 'not supported' ? [] : [{ name, vendor, write }],
)

describe.each(targeting)('$name: somebody who is assigned an answer', ({ vendor, write }) => {
  it.each(['u1', ...inherited])('gets it, and nobody else does: %s', (targetingKey) => {
    const snapshot = snapshotOf(vendor, write(targetingKey))
    for (const asking of ['u1', 'u2', ...inherited]) {
      const expected = asking === targetingKey ? 'assigned' : 'out'
      expect([asking, valueOf(snapshot, 'f', contextOf({}, asking))]).toEqual([asking, expected])
    }
  })

  it('loses it when it is taken away', () => {
    const [before, after] = [rulesetOf(vendor, write('u1')), rulesetOf(vendor, write('u2'))]
    const patch = diff(before, after)
    const patched = patch === null ? null : applyPatch(before, patch)
    expect(patched).toEqual({ ok: true, ruleset: after })
    const { snapshot } = compile(after, { previous: compile(before).snapshot })
    expect(['u1', 'u2'].map((asking) => valueOf(snapshot, 'f', contextOf({}, asking)))).toEqual(['out', 'assigned'])
  })
})
