import { describe, expect, it } from 'vitest'
import { compile, explain, type JsonObject } from '../../../src/index.js'
import { clock, documentOf, envelopeOf, evaluate, experiment, snapshotOf, translationOf } from './fixtures.js'

const id = ['first', ['cloudbees.value', ['attr', 'rox.distinct_id']], ['key']]

describe('a condition as the service writes it', () => {
  const condition =
    'ifThen(and(true, isInTargetGroup("g1")), "true", ' +
    'ifThen(and(true, isInPercentage(0.5, mergeSeed(property("rox.distinct_id"), "s1"))), b64d("cmVk"), undefined))'
  const groups = { g1: 'eq(property(b64d("cGxhbg==")),b64d("Z29sZA=="))' }

  it('becomes rules over listed outcomes', () => {
    const { ruleset, diagnostics } = translationOf(envelopeOf(documentOf({ f: condition }, groups)))
    expect(diagnostics).toEqual([])
    expect(ruleset).toEqual({
      ruleset: 1,
      dialects: ['cloudbees'],
      info: {
        vendor: 'cloudbees',
        platform: 'C',
        apiVersion: '1.9.0',
        creationDate: '2026-01-01T00:00:00.000Z',
        signedDate: '2026-01-01T00:00:01.000Z',
      },
      flags: {
        f: {
          metadata: { experimentId: 'id of f', experimentName: 'name of f' },
          outcomes: [
            { value: true, variant: 'true', reason: 'TARGETING_MATCH', as: { string: 'true' } },
            { value: 'red', variant: 'red', reason: 'SPLIT' },
            { reason: 'DEFAULT' },
            { reason: 'ERROR', errorCode: 'GENERAL', errorDetails: 'expression failed' },
          ],
          decide: {
            rules: [
              { name: 'guard', when: ['isNull', ['cloudbees.seed', id, 's1']], then: 3 },
              { name: 'rule 1', when: ['segment', 'g1'], then: 0 },
              { name: 'rule 2', when: ['lte', ['cloudbees.bucket', ['cloudbees.seed', id, 's1']], 0.5], then: 1 },
            ],
            else: 2,
          },
          failed: 3,
        },
      },
      segments: { g1: { when: ['cloudbees.eq', ['cloudbees.value', ['attr', 'plan']], 'gold'] } },
    })
  })

  it('reads nothing but what it names', () => {
    const reads = snapshotOf(documentOf({ f: condition }, groups)).reads('f')
    expect(reads).toEqual({
      attributes: ['plan', 'rox.distinct_id'],
      key: true,
      whole: false,
      clock: false,
      random: false,
    })
  })

  it('that holds for everybody is one constant', () => {
    const { ruleset } = translationOf(documentOf({ f: 'ifThen(and(true, true), "true", "false")' }))
    expect(ruleset.flags['f']).toMatchObject({ outcomes: [{ value: true, reason: 'STATIC' }], decide: 0 })
  })
})

describe('a chain of conditions', () => {
  it.each(['and(and(A,B),and(C,D))', 'and(A,and(B,and(C,D)))', 'and(and(and(A,B),C),D)'])(
    '%s is one, in order',
    (shape) => {
      const condition = shape.replace(/[A-D]/g, (name) => `isUndefined(property("${name}"))`)
      const { ruleset } = translationOf(documentOf({ f: condition }))
      const operands = ['A', 'B', 'C', 'D'].map((name) => ['isNull', ['cloudbees.value', ['attr', name]]])
      expect(ruleset.flags['f']?.decide).toMatchObject({ rules: [{ when: ['and', ...operands] }] })
    },
  )
})

describe('the reason of an answer', () => {
  const split = 'isInPercentage(1, mergeSeed(property("id"), "s"))'
  const nobody = 'isInPercentageRange(0, 0, mergeSeed(property("id"), "s"))'
  const plan = 'eq(property("plan"), "pro")'

  it.each([
    ['"a"', 'STATIC'],
    ['and(true, not(false))', 'STATIC'],
    ['ifThen(eq("a", "b"), "a", "b")', 'STATIC'],
    ['match("a", "b", "")', 'STATIC'],
    ['ifThen(true, "a", property("plan"))', 'STATIC'],
    ['undefined', 'DEFAULT'],
    [`ifThen(${plan}, "a", "b")`, 'TARGETING_MATCH'],
    [`ifThen(not(${plan}), "a", "b")`, 'DEFAULT'],
    [`ifThen(${plan}, undefined, "b")`, 'DEFAULT'],
    [plan, 'TARGETING_MATCH'],
    [`not(${plan})`, 'DEFAULT'],
    ['property("plan")', 'TARGETING_MATCH'],
    ['property("gone")', 'DEFAULT'],
    ['gt(now(), 0)', 'TARGETING_MATCH'],
    ['eq(flagValue("gone"), "false")', 'TARGETING_MATCH'],
    [`ifThen(${split}, "a", "b")`, 'SPLIT'],
    [`ifThen(${nobody}, "a", "b")`, 'SPLIT'],
    [`ifThen(and(${plan}, ${split}), "a", "b")`, 'SPLIT'],
    [`ifThen(${plan}, ifThen(${split}, "a", "b"), "c")`, 'SPLIT'],
    [`ifThen(${split}, ifThen(${plan}, "a", "b"), "c")`, 'SPLIT'],
    [`ifThen(${nobody}, "a", ifThen(${plan}, "b", "c"))`, 'TARGETING_MATCH'],
    [`ifThen(${nobody}, "a", ifThen(not(${plan}), "b", "c"))`, 'DEFAULT'],
    [`ifThen(${nobody}, "a", undefined)`, 'DEFAULT'],
    [split, 'SPLIT'],
    [nobody, 'SPLIT'],
    [`concat("a", ifThen(${split}, "b", "c"))`, 'SPLIT'],
    ['[]', 'ERROR'],
    ['nothing', 'ERROR'],
  ])('of %s is %s', (condition, reason) => {
    expect(evaluate(condition, { plan: 'pro', id: 'u' }).reason).toBe(reason)
  })
})

describe('a document', () => {
  it('has flags that steer the SDKs, which only other flags see', () => {
    const flags = {
      'rox.internal.analytics': '"true"',
      f: 'eq(flagValue("rox.internal.analytics"), "true")',
      rox: '"x"',
    }
    const answers = snapshotOf(documentOf(flags)).evaluateAll({}, clock, 'server')
    expect(answers.map(({ flagKey, value }) => [flagKey, value])).toEqual([
      ['f', true],
      ['rox', 'x'],
    ])
  })

  it('has experiments whose name, id and labels are metadata, and whose key is not', () => {
    const labelled = experiment('f', '"x"', { labels: ['a', 'b', 5] })
    const snapshot = snapshotOf({ ...documentOf({}), experiments: [labelled] })
    const metadata = { experimentId: 'id of f', experimentName: 'name of f', labels: 'a,b' }
    expect(snapshot.evaluate('f', {}, clock).metadata).toEqual(metadata)
    expect(JSON.stringify(snapshot.ruleset)).not.toContain('0f8fad5b')
  })

  it('has experiments for several flags, and archived ones, which still apply', () => {
    const shared = experiment('a', '"x"', { featureFlags: [{ name: 'a' }, { name: 'b' }], archived: true })
    const snapshot = snapshotOf({ ...documentOf({}), experiments: [shared] })
    expect(snapshot.evaluateAll({}, clock, 'client').map(({ flagKey, value }) => [flagKey, value])).toEqual([
      ['a', 'x'],
      ['b', 'x'],
    ])
  })

  it('serves the first of two experiments, and of two target groups, with the same name', () => {
    const document = {
      experiments: [experiment('f', 'isInTargetGroup("g")'), experiment('f', '"second"')],
      targetGroups: [
        { _id: 'g', condition: 'true' },
        { _id: 'g', condition: 'false' },
      ],
    }
    const { diagnostics } = translationOf(document)
    expect(diagnostics).toMatchObject([
      { severity: 'warning', code: 'DUPLICATE_KEY', path: ['experiments', '1'] },
      { severity: 'warning', code: 'DUPLICATE_KEY', path: ['targetGroups', '1'] },
    ])
    expect(snapshotOf(document).evaluate('f', {}, clock).value).toBe(true)
  })

  it('leaves a flag with an empty condition to the code default', () => {
    expect(translationOf(documentOf({ f: '' })).diagnostics).toEqual([])
    expect(evaluate('')).toMatchObject({ reason: 'DEFAULT', value: undefined, errorCode: undefined })
  })

  it('gives the same text again', () => {
    const document = documentOf({ a: 'property("x")', b: 'isInTargetGroup("g")' }, { g: 'true', h: 'false' })
    expect(JSON.stringify(translationOf(document))).toBe(JSON.stringify(translationOf(document)))
  })
})

describe('a reference', () => {
  it.each([
    ['isInTargetGroup("gone")', false],
    ['isInTargetGroup(5)', false],
    ['flagValue("gone")', 'false'],
    ['flagValue(undefined)', 'false'],
  ])('to nothing: %s is %j', (condition, expected) => {
    expect(evaluate(condition).value).toBe(expected)
  })

  it('to nothing is reported once for each name', () => {
    const condition = 'or(isInTargetGroup("gone"), or(isInTargetGroup("gone"), eq(flagValue("gone"), "x")))'
    const { ruleset, diagnostics } = translationOf(documentOf({ f: condition }))
    expect(diagnostics.map(({ code, path }) => [code, path.join('.')])).toEqual([
      ['UNKNOWN_REFERENCE', 'experiments.f'],
      ['UNKNOWN_REFERENCE', 'experiments.f'],
    ])
    expect(compile(ruleset).diagnostics).toEqual([])
  })

  it('to a flag that fails, or has no text, reads as "false"', () => {
    const flags = {
      fails: 'isInPercentage(1, property("gone"))',
      malformed: 'nothing',
      number: '5',
      list: '["a"]',
      undefined: 'undefined',
      empty: '',
      text: '""',
      boolean: 'eq(1, 1)',
    }
    const readers = Object.fromEntries(Object.keys(flags).map((key) => [`of ${key}`, `flagValue("${key}")`]))
    const snapshot = snapshotOf(documentOf({ ...flags, ...readers }))
    const read = Object.keys(flags).map((key) => snapshot.evaluate(`of ${key}`, {}, clock).value)
    expect(read).toEqual(['false', 'false', 'false', 'false', 'false', 'false', '', 'true'])
  })

  it('in a circle makes those on it errors and empty groups fail, and nobody else', () => {
    const flags = {
      a: 'flagValue("b")',
      b: 'flagValue("a")',
      c: 'flagValue("a")',
      d: 'isInTargetGroup("g")',
      sound: '"x"',
    }
    const { snapshot, diagnostics } = compile(
      translationOf(documentOf(flags, { g: 'isInTargetGroup("h")', h: 'isInTargetGroup("g")' })).ruleset,
    )
    expect(new Set(diagnostics.map(({ code, path }) => `${code} ${path.join('.')}`))).toEqual(
      new Set(['CYCLE flags.a', 'CYCLE flags.b', 'CYCLE segments.g', 'CYCLE segments.h']),
    )
    const answers = Object.keys(flags).map((key) => {
      const { value, errorCode } = snapshot.evaluate(key, {}, clock)
      return errorCode ?? value
    })
    expect(answers).toEqual(['PARSE_ERROR', 'PARSE_ERROR', 'false', 'GENERAL', 'x'])
  })

  it.each([
    ['isInTargetGroup(property("x"))', 'computed name'],
    ['flagValue(concat("a", property("x")))', 'computed name'],
    ['match("a", property("x"), "")', 'computed pattern'],
    ['match("a", "a", property("x"))', 'computed flags'],
  ])('that a ruleset cannot have is reported and fails where it is reached: %s', (unsupported) => {
    const condition = `ifThen(eq(property("x"), "a"), "sound", ${unsupported})`
    const { ruleset, diagnostics } = translationOf(documentOf({ f: condition }))
    expect(diagnostics).toMatchObject([{ severity: 'error', code: 'UNSUPPORTED_FEATURE', path: ['experiments', 'f'] }])
    const { snapshot } = compile(ruleset)
    expect(snapshot.evaluate('f', { x: 'a' }, clock).value).toBe('sound')
    expect(snapshot.evaluate('f', { x: 'b' }, clock).errorCode).toBe('GENERAL')
  })
})

describe('names that every object has', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']

  it('are names of flags, target groups and properties like any other', () => {
    const flags = Object.fromEntries(
      names.map((name) => [name, `ifThen(isInTargetGroup("${name}"), "in ${name}", flagValue("not ${name}"))`]),
    )
    const others = Object.fromEntries(names.map((name) => [`not ${name}`, `"not in ${name}"`]))
    const groups = Object.fromEntries(names.map((name) => [name, `eq(property("${name}"), true)`]))
    const snapshot = snapshotOf(documentOf({ ...flags, ...others }, groups))
    const everything = Object.fromEntries(names.map((name) => [name, true])) as JsonObject
    for (const name of names) {
      expect(snapshot.evaluate(name, everything, clock).value).toBe(`in ${name}`)
      expect(snapshot.evaluate(name, {}, clock).value).toBe(`not in ${name}`)
    }
  })

  it.each(names)('are undefined as properties of an empty context: %s', (name) => {
    expect(evaluate(`isUndefined(property("${name}"))`).value).toBe(true)
    expect(evaluate(`isUndefined(property(property("which")))`, { which: name }).value).toBe(true)
  })
})

describe('a list', () => {
  const items = Array.from({ length: 300 }, (_, index) => `"${index}"`).join(',')

  it('of hashed texts matches the texts, salted', () => {
    const list = 'inArray(md5(concat("0a1b2c3d4e5f6071", property("id"))), ["c6046f521beecea3fe72d2935f727b94"])'
    expect(evaluate(list, { id: 'alice' }).value).toBe(true)
    const explained = explain(snapshotOf(documentOf({ f: list })), 'f', { id: 'alice' }, clock)
    expect(JSON.stringify(explained)).toContain('"hashInput":"0a1b2c3d4e5f6071alice"')
  })

  it('that is long stands beside the flags, under a name of its own', () => {
    const condition = `or(inArray(property("a"), [${items}]), inArray(property("b"), [${items}, 1, -2.5]))`
    const { ruleset } = translationOf(documentOf({ 'f/~': condition }))
    expect(Object.keys(ruleset.lists ?? {})).toEqual(['/experiments/f~1~0/0', '/experiments/f~1~0/1'])
    const { snapshot } = compile(ruleset)
    expect(snapshot.evaluate('f/~', { a: '299' }, clock).value).toBe(true)
    expect(snapshot.evaluate('f/~', { b: -2.5 }, clock).value).toBe(true)
    expect(snapshot.evaluate('f/~', { a: 299, b: '1.0' }, clock).value).toBe(false)
  })

  it('that is long and holds more than texts and numbers stays where it is', () => {
    const { ruleset } = translationOf(documentOf({ f: `inArray(property("a"), [${items}, true])` }))
    expect(ruleset.lists).toBeUndefined()
    expect(compile(ruleset).snapshot.evaluate('f', { a: true }, clock).value).toBe(true)
  })

  it.each([
    ['inArray(undefined, [undefined])', true],
    ['inArray(undefined, [false])', false],
    ['inArray(false, [undefined])', false],
    ['inArray("a", "abc")', false],
    ['inArray("a", {"a": 1})', false],
    ['inArray(["a"], [1])', false],
    ['inArray("a", ifThen(eq(property("x"), 1), [1], ["a"]))', true],
  ])('by type and value: %s is %j', (condition, expected) => {
    expect(evaluate(condition).value).toBe(expected)
  })
})

describe('a pattern', () => {
  it('that cannot be run never matches, and the compiler says so', () => {
    const { snapshot, diagnostics } = compile(
      translationOf(documentOf({ f: 'match(property("x"), "(?=a)", "")' })).ruleset,
    )
    expect(diagnostics).toMatchObject([{ code: 'UNSUPPORTED_PATTERN' }])
    expect(snapshot.evaluate('f', { x: 'a' }, clock).value).toBe(false)
  })
})
