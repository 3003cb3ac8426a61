import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/index.js'
import { answerOfRule, clock, failed, snapshotOf } from './evaluate.js'

type Row = readonly [title: string, rule: Json, answer: Json | typeof failed]

const context: JsonObject = {
  a: 1,
  nul: null,
  list: ['x', 'y'],
  user: { name: 'ann', roles: ['dev'] },
  users: [
    { name: 'ann', age: 30 },
    { name: 'bob', age: 20 },
  ],
  $flagd: { flagKey: 'forged', timestamp: 1, mine: 2 },
}

function check(rows: readonly Row[]): void {
  it.each(rows)('%s: %j', (_, rule, answer) => {
    expect(answerOfRule(rule, context)).toEqual(answer)
  })
}

describe('var', () => {
  check([
    ['reads a member', { var: 'a' }, 1],
    ['follows a path', { var: 'user.name' }, 'ann'],
    ['counts in lists', { var: 'user.roles.0' }, 'dev'],
    ['takes a name in a list for 0', { var: 'list.length' }, 'x'],
    ['finds nothing before a list', { var: 'list.-1' }, null],
    ['finds nothing behind a list', { var: 'list.2' }, null],
    ['finds nothing in a text', { var: 'user.name.length' }, null],
    ['skips empty names', { var: '.user..name.' }, 'ann'],
    ['takes a list for path and default', { var: ['gone', 'else'] }, 'else'],
    ['uses the default for null', { var: ['nul', 'else'] }, 'else'],
    ['evaluates the default', { var: ['gone', { var: 'a' }] }, 1],
    ['even where it is not needed', { var: ['a', { nope: 1 }] }, failed],
    ['computes the path', { var: { cat: ['user', '.name'] } }, 'ann'],
    ['computes path and default together', { var: { merge: ['gone', 'else'] } }, 'else'],
    ['ignores a third one', { var: ['gone', 'else', 1] }, null],
    ['of null is null', { var: null }, null],
    ['of a number looks for its text', { var: 5 }, null],
    ['of true fails', { var: true }, failed],
    ['of a list without text fails', { var: [1] }, failed],
    ['of inherited members finds nothing', { var: 'constructor' }, null],
    ['of an inherited path finds nothing', { var: 'user.__proto__.constructor' }, null],
    ['knows the flag', { var: '$flagd.flagKey' }, 'f'],
    ['knows the time in seconds', { var: '$flagd.timestamp' }, clock.nowMs / 1_000],
    ['knows nothing else of flagd', { var: '$flagd.mine' }, null],
    ['has flagd replace what the caller sends', { var: '$flagd' }, { flagKey: 'f', timestamp: clock.nowMs / 1_000 }],
    ['computes paths to flagd too', { var: { cat: ['$flagd', '.flagKey'] } }, 'f'],
  ])

  it('of empty text is the whole context with what flagd adds', () => {
    const whole = { ...context, $flagd: { flagKey: 'f', timestamp: clock.nowMs / 1_000 } }
    expect(answerOfRule({ var: '' }, context)).toEqual(whole)
    expect(answerOfRule({ var: [] }, context)).toEqual(whole)
    expect(answerOfRule({ var: '.' }, context)).toEqual(whole)
  })
})

describe('missing', () => {
  check([
    ['lists what is not there, or null', { missing: ['a', 'gone', 'nul'] }, ['gone', 'nul']],
    ['takes a single name', { missing: 'gone' }, ['gone']],
    ['takes a computed list', { missing: { merge: [['a'], 'gone'] } }, ['gone']],
    ['follows paths', { missing: ['user.name', 'user.age', '$flagd.flagKey'] }, ['user.age']],
    ['fails for what is no name', { missing: [true] }, failed],
    ['fails for what is no list', { missing: 5 }, failed],
    ['is empty once enough is there', { missing_some: [1, ['a', 'gone']] }, []],
    ['lists what is missing of too few', { missing_some: ['2', ['a', 'gone']] }, ['gone']],
    ['insists on its arguments', { missing_some: [1] }, failed],
  ])
})

describe('list operators', () => {
  check([
    ['map looks at the element', { map: [{ var: 'users' }, { var: 'name' }] }, ['ann', 'bob']],
    ['map of nothing is empty', { map: [{ var: 'gone' }, 1] }, []],
    ['map of text fails', { map: [{ var: 'user.name' }, 1] }, failed],
    ['map of a text that is written out is empty', { map: ['abc', 1] }, []],
    ['map of too few arguments is empty', { map: [[1]] }, []],
    ['map insists on a list of arguments', { map: { var: 'users' } }, failed],
    ['map of numbers', { map: [[1, 2], { '*': [{ var: '' }, 2] }] }, [2, 4]],
    ['map has no outer context', { map: [[1], { var: 'a' }] }, [null]],
    ['filter', { filter: [{ var: 'users' }, { '>': [{ var: 'age' }, 25] }] }, [{ name: 'ann', age: 30 }]],
    ['filter sees the outer context first', { filter: [[{ a: 5 }], { '==': [{ var: 'a' }, 1] }] }, [{ a: 5 }]],
    ['filter takes a scalar for its body', { filter: [[1, 2], true] }, [1, 2]],
    ['all', { all: [{ var: 'users' }, { '>': [{ var: 'age' }, 15] }] }, true],
    ['all does not see the outer context', { all: [[{ b: 5 }], { '==': [{ var: 'a' }, 1] }] }, false],
    ['all of nothing is false', { all: [[], true] }, false],
    ['all of empty text is false', { all: [{ cat: [] }, { '!!': 1 }] }, false],
    ['all of text fails', { all: [{ var: 'user.name' }, { '!!': 1 }] }, failed],
    ['all insists on a rule for its body', { all: [[1], true] }, failed],
    ['which may be an object', { all: [[1], { a: 1, b: 2 }] }, true],
    ['or the element itself', { all: [[true], { var: '' }] }, true],
    ['a member that takes the place of the body fails', { some: [[{ on: true }], { var: 'on' }] }, failed],
    ['some', { some: [{ var: 'users' }, { '==': [{ var: 'age' }, 20] }] }, true],
    ['some stops at the first', { some: [[1, 2], { '<': [{ var: '' }, 2] }] }, true],
    ['some sees the outer context first', { some: [[{ a: 5 }], { '==': [{ var: 'a' }, 5] }] }, false],
    ['some of nothing is false', { some: [{ var: 'gone' }, { '!!': 1 }] }, false],
    ['none', { none: [{ var: 'users' }, { '>': [{ var: 'age' }, 40] }] }, true],
    ['none of nothing is true', { none: [[], { '!!': 1 }] }, true],
    ['without a body they fail when they reach it', { none: [[1]] }, failed],
    ['without a list they fail', { some: [] }, failed],
    ['rules in a list that is written out are data', { map: [[{ var: 'a' }], { var: 'var' }] }, ['a']],
    [
      'inside each other',
      { some: [{ var: 'users' }, { some: [{ var: 'list' }, { '==': [{ var: '' }, 'y'] }] }] },
      true,
    ],
    [
      'a list of the outer context inside another list',
      { map: [[1], { map: [[2, 3], { '+': [{ var: '' }, 1] }] }] },
      [[3, 4]],
    ],
  ])
})

describe('reduce', () => {
  const sum = { '+': [{ var: 'current' }, { var: 'accumulator' }] }
  check([
    ['adds', { reduce: [[1, 2, 3], sum, 10] }, 16],
    ['leaves null out', { reduce: [[1, null, 3], sum, 0] }, 4],
    ['keeps the type of the start', { reduce: [[1, 2], { var: 'current' }, 'x'] }, '2'],
    ['booleans too', { reduce: [[1, 0], { var: 'current' }, true] }, false],
    ['computes the start', { reduce: [[1], sum, { var: 'a' }] }, 2],
    ['fails for a start that is a list', { reduce: [[1], sum, [1]] }, failed],
    ['fails for a start that is null', { reduce: [[1], sum, null] }, failed],
    ['of nothing is 0', { reduce: [{ var: 'gone' }, sum, 5] }, 0],
    ['of an empty list is the start', { reduce: [[], sum, 5] }, 5],
    ['of too few arguments is 0', { reduce: [[1], sum] }, 0],
    ['does not see the outer context', { reduce: [[1], { cat: ['v', { var: 'a' }] }, ''] }, 'v'],
    ['says what it accumulates', { reduce: [[1], { var: 'valueType' }, 'x'] }, 'string'],
  ])
})

describe('data that the daemon writes into a rule', () => {
  const filter = (body: Json): Json => ({ filter: [{ var: 'list' }, body] })

  it('is used as it is where it is no rule', () => {
    expect(answerOfRule(filter({ in: [{ var: '' }, { var: 'ok' }] }), { list: ['a', 'b'], ok: ['b'] })).toEqual(['b'])
  })

  it('fails where it would be run as a rule', () => {
    expect(answerOfRule(filter({ '==': [{ var: 'o' }, 1] }), { list: ['a'], o: { cat: ['x'] } })).toBe(failed)
    expect(answerOfRule(filter({ in: [1, { var: 'o' }] }), { list: ['a'], o: [{ cat: ['x'] }] })).toBe(failed)
  })

  it('is a list where a list operator takes it for its list', () => {
    const inner = filter({ some: [{ var: 'objects' }, { '==': [{ var: 'k' }, 1] }] })
    expect(answerOfRule(inner, { list: ['a'], objects: [{ k: 1 }] })).toEqual(['a'])
    expect(answerOfRule(inner, { list: ['a'], objects: 'none' })).toEqual([])
  })
})

describe('what a flag reads', () => {
  const reads = (targeting: unknown): unknown => snapshotOf({ flags: { f: { targeting } } }).reads('f')
  const nothing = { attributes: [], key: false, whole: false, clock: false, random: false }

  it.each([
    ['an attribute', { var: 'a' }, { attributes: ['a'] }],
    ['the first name of a path', { var: 'user.name' }, { attributes: ['user'] }],
    ['elements are no attributes', { map: [{ var: 'users' }, { var: 'name' }] }, { attributes: ['users'] }],
    [
      'unless the context hides them',
      { filter: [{ var: 'l' }, { '==': [{ var: 'n' }, 1] }] },
      { attributes: ['l', 'n'] },
    ],
    ['a computed path', { var: { var: 'a' } }, { attributes: ['a'], whole: true, clock: true }],
    ['names that are missing', { missing: ['a'] }, { whole: true }],
    ['the clock', { '>': [{ var: '$flagd.timestamp' }, 5] }, { clock: true }],
    ['the key of the flag is known', { var: '$flagd.flagKey' }, {}],
    ['the targeting key', { fractional: [['a', 1]] }, { key: true }],
    ['of a seed that is written as text, nothing', { fractional: ['seed', ['a', 1]] }, {}],
    ['weights', { fractional: [['a', { var: 'w' }]] }, { attributes: ['targetingKey', 'w'] }],
  ])('is %s', (_, targeting, wanted) => {
    expect(reads(targeting)).toEqual({ ...nothing, ...wanted })
  })
})
