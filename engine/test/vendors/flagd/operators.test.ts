import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/index.js'
import { answerOfRule, call, failed } from './evaluate.js'

type Row = readonly [title: string, rule: Json, answer: Json | typeof failed, context?: JsonObject]

function check(rows: readonly Row[]): void {
  for (const [title, rule, answer, context = {}] of rows) {
    it(`${title}: ${JSON.stringify(rule)}`, () => {
      expect(answerOfRule(rule, context)).toEqual(answer)
    })
  }
}

describe('truth', () => {
  check([
    ['an empty list is false', { '!!': [[]] }, false],
    ['an empty object is false', { '!!': [{}] }, false],
    ['text that says false is true', { '!!': ['false'] }, true],
    ['of a computed list the first item counts', { '!!': { var: 'list' } }, false, { list: [0, 1] }],
    ['a list in a list counts as a list', { '!!': [{ var: 'list' }] }, true, { list: [0, 1] }],
    ['without arguments nothing is true', { '!!': [] }, false],
    ['and answers with the deciding operand', { and: [1, '', 2] }, ''],
    ['or answers with the deciding operand', { or: [0, 'x', 2] }, 'x'],
    ['and of nothing is null', { and: [] }, null],
    ['and in and is one and', { and: [1, { and: [2, 0] }, 3] }, 0],
    ['and of an empty and is null', { and: [1, { and: [] }] }, null],
    ['and insists on a list', { and: true }, failed],
    ['and insists on a list that is written out', { and: { var: 'list' } }, failed, { list: [1] }],
    ['an operand behind the deciding one is not evaluated', { or: [1, { nope: 1 }] }, 1],
    ['!! of what is no version is false, not null', { '!!': [{ sem_ver: ['x', '=', '1'] }] }, false],
  ])
})

describe('if', () => {
  check([
    ['chooses by pairs', { if: [0, 'a', 1, 'b', 'c'] }, 'b'],
    ['takes a last one without a branch for the else', { if: [0, 'a', 'c'] }, 'c'],
    ['is null without an else', { if: [0, 'a'] }, null],
    ['of nothing is null', { if: [] }, null],
    ['of one is that one', { if: [7] }, 7],
    ['has another spelling', { '?:': [1, 'a', 'b'] }, 'a'],
    ['evaluates the chosen branch only', { if: [true, 'a', { nope: 1 }] }, 'a'],
    ['goes on in an if in the place of the else', { if: [0, 'a', { if: [0, 'b', { if: [1, 'c'] }] }] }, 'c'],
    ['insists on a list', { if: 'text' }, failed],
    ['answers with an object of two members', { if: [true, { a: 1, b: 2 }] }, { a: 1, b: 2 }],
    ['never runs data as a rule', { if: [true, { var: 'o' }] }, failed, { o: { cat: ['a'] } }],
  ])
})

describe('comparisons', () => {
  check([
    ['null equals null', { '==': [{ var: 'x' }, null] }, true],
    ['null equals nothing else', { '==': [null, 0] }, false],
    ['text that spells a number equals it', { '==': ['1.0', 1] }, true],
    ['blank text counts as 0', { '==': [' ', 0] }, true],
    ['text around blanks is no number', { '==': [' 1', 1] }, false],
    ['a number out of range equals nothing', { '==': ['1e999', 'inf'] }, false],
    ['booleans count as numbers', { '==': [true, '1'] }, true],
    ['lists equal nothing', { '==': [[1], 1] }, false],
    ['not even themselves', { '===': [{ var: 'l' }, { var: 'l' }] }, false, { l: [1] }],
    ['one argument is not equal', { '==': [1] }, false],
    ['one argument is not equal, strictly', { '!==': [1] }, true],
    ['strict equality takes anything for its arguments', { '===': 5 }, false],
    ['loose equality insists on a list', { '==': 5 }, failed],
    ['the list may be computed', { '==': { var: 'pair' } }, true, { pair: [1, '1'] }],
    ['types differ strictly', { '===': ['1', 1] }, false],
    ['strict equality knows null', { '===': [null, { var: 'x' }] }, true],
    ['text is compared as text', { '<': ['10', '9'] }, true],
    ['text and number as numbers', { '<': [10, '9'] }, false],
    ['text by code points, as UTF-8 does', { '<': ['\uffee', '😀'] }, true],
    ['null counts as 0', { '<': [null, 1] }, true],
    ['but is not equal to it', { '<=': [null, 0] }, false],
    ['three are a chain', { '<': [1, 5, 3] }, false],
    ['downwards too', { '>=': [3, 3, 1] }, true],
    ['four are taken for two', { '<': [1, 2, 0, 0] }, true],
    ['what is no number compares false', { '<': [{}, 1] }, false],
  ])
})

describe('arithmetic', () => {
  check([
    ['text counts as the number it spells', { '+': ['1', 2] }, 3],
    ['or as 0', { '+': ['x', 2] }, 2],
    ['+ turns one text into a number', { '+': '3.5' }, 3.5],
    ['+ of nothing is 0', { '+': [] }, 0],
    ['+ of three', { '+': [1, 2, 3] }, 6],
    ['null fails', { '+': [null, 1] }, failed],
    ['booleans fail', { '*': [true, 2] }, failed],
    ['- of one is its opposite', { '-': ['5'] }, -5],
    ['- of three goes from left to right', { '-': [5, 2, 1] }, 2],
    ['- of nothing is 0', { '-': [] }, 0],
    ['- insists on a list', { '-': 5 }, failed],
    ['* of one is that one', { '*': ['4'] }, 4],
    ['* of nothing is 1', { '*': [] }, 1],
    ['/ of one is that one', { '/': [2] }, 2],
    ['/ of three goes from left to right', { '/': [8, 2, 2] }, 2],
    ['% keeps the sign of the dividend', { '%': [-5, 3] }, -2],
    ['% takes fractions', { '%': [5.5, 2] }, 1.5],
    ['% needs two', { '%': [5] }, failed],
    ['max of texts is a number', { max: ['10', '9'] }, 10],
    ['max of three', { max: [1, 3, 2] }, 3],
    ['max of nothing is null', { max: [] }, null],
    ['min of three', { min: [2, 1, 3] }, 1],
    ['min of a computed list', { min: { var: 'l' } }, 2, { l: [3, 2] }],
    ['abs takes a single number', { abs: -2 }, 2],
    ['abs takes a list', { abs: ['-2', 5] }, 2],
    ['abs of nothing fails', { abs: [] }, failed],
  ])
})

describe('text', () => {
  check([
    ['cat trims the outer white space of two parts', { cat: [' a', 'b '] }, 'ab'],
    ['as Go defines white space', { cat: ['\u0085a\u3000', '\ufeff'] }, 'a\u3000\ufeff'],
    ['not that of one part', { cat: [' a '] }, ' a '],
    ['nor that of text without a list', { cat: ' a ' }, ' a '],
    ['three parts too', { cat: [' a', 1, 'c '] }, 'a1c'],
    ['numbers have no exponent', { cat: ['n', 1e21] }, 'n1000000000000000000000'],
    ['null is empty', { cat: ['a', { var: 'x' }] }, 'a'],
    ['booleans fail', { cat: ['a', true] }, failed],
    ['cat of a number without a list fails', { cat: 5 }, failed],
    ['cat of nothing is empty', { cat: [] }, ''],
    ['substr from the start', { substr: ['jsonlogic', 4] }, 'logic'],
    ['substr from the end', { substr: ['jsonlogic', -5] }, 'logic'],
    ['substr with a length', { substr: ['jsonlogic', 1, 3] }, 'son'],
    ['substr up to a place from the end', { substr: ['jsonlogic', 4, -2] }, 'log'],
    ['substr counts code points', { substr: ['a😀b', 1, 1] }, '😀'],
    ['substr beyond the end is the whole text', { substr: ['abc', 9] }, 'abc'],
    ['substr from before the beginning is the whole text', { substr: ['abc', -9] }, 'abc'],
    ['substr that ends before it starts fails', { substr: ['abc', 2, -2] }, failed],
    ['substr needs a start', { substr: ['abc'] }, failed],
    ['substr of a start that is no number is from 0', { substr: ['abc', 'x', 1] }, 'a'],
    ['substr of a start out of range is the whole text', { substr: ['abc', '1e300'] }, 'abc'],
    ['starts_with is case sensitive', { starts_with: ['Abc', 'a'] }, false],
    ['ends_with of empty text is true', { ends_with: ['abc', ''] }, true],
    ['of anything but text is null', { starts_with: [123, '1'] }, null],
    ['of three arguments is null', { ends_with: ['a', 'a', 'a'] }, null],
    ['without a list is null', { ends_with: 'a' }, null],
  ])
})

describe('in', () => {
  check([
    ['finds a part of a text', { in: ['b', 'abc'] }, true],
    ['finds empty text', { in: ['', ''] }, true],
    ['anything but text in a text fails', { in: [1, '123'] }, failed],
    ['finds an item', { in: ['b', ['a', 'b']] }, true],
    ['a number equals the text that spells it', { in: [1, ['1']] }, true],
    ['0 equals any text that spells none', { in: [0, ['x']] }, true],
    ['text does not equal a number', { in: ['1', [1]] }, false],
    ['NaN is in no list', { in: [{ '+': ['nan'] }, ['nan']] }, false],
    ['null equals null', { in: [null, [null]] }, true],
    ['a number among items that are no numbers fails', { in: [1, [null]] }, failed],
    ['a list in the list is a range', { in: [3, [[1, 5]]] }, true],
    ['both ends included', { in: ['5', [[1, 5]]] }, true],
    ['a range needs two ends', { in: [3, [[1]]] }, failed],
    ['the list may come from the context', { in: [2, { var: 'l' }] }, true, { l: [1, 2] }],
    ['two objects fail', { in: [{ var: 'o' }, { var: 'l' }] }, failed, { o: { a: 1 }, l: [{ a: 1 }] }],
    ['an object holds nothing', { in: ['a', { var: 'o' }] }, false, { o: { a: 1 } }],
    ['nothing holds nothing', { in: ['a'] }, false],
    ['without arguments fails', { in: [] }, failed],
  ])
})

describe('lists', () => {
  check([
    ['merge flattens one level', { merge: [[1, [2]], 3, null] }, [1, [2], 3, null]],
    ['merge of a single value is its list', { merge: 'a' }, ['a']],
    ['merge of null fails', { merge: null }, failed],
    ['a list answers with its evaluated items', [1, { '+': [1, 1] }, [{ var: 'x' }]], [1, 2, ['y']], { x: 'y' }],
    ['set copies an object', { set: [{ var: 'o' }, 'b', 2] }, { a: 1, b: 2 }, { o: { a: 1 } }],
    ['set of anything else is that', { set: [5, 'b', 2] }, 5],
    ['set of too few is the first', { set: [{ a: 1, b: 2 }] }, { a: 1, b: 2 }],
    ['set of nothing is null', { set: [] }, null],
    ['set takes text for the name', { set: [{ a: 1, b: 2 }, 1, 2] }, failed],
    [
      'contains_all',
      {
        contains_all: [
          ['a', 'b', 'c'],
          ['a', 'c'],
        ],
      },
      true,
    ],
    ['contains_all of nothing', { contains_all: [['a'], []] }, true],
    ['contains_all without lists', { contains_all: ['a', 'a'] }, false],
    [
      'contains_any',
      {
        contains_any: [
          ['a', 'b'],
          ['x', 'b'],
        ],
      },
      true,
    ],
    ['contains_any by type', { contains_any: [['1'], [1]] }, false],
    ['contains_none', { contains_none: [['a'], ['b']] }, true],
    ['contains_none without lists', { contains_none: 'a' }, true],
    ['two objects cannot be compared', { contains_any: [{ var: 'l' }, { var: 'l' }] }, failed, { l: [{ a: 1 }] }],
    ['two lists cannot either', { contains_any: [[[1]], [[1]]] }, failed],
  ])
})

describe('sem_ver', () => {
  check([
    ['orders by number', { sem_ver: ['1.10.0', '>', '1.9.0'] }, true],
    ['pads', { sem_ver: ['v1', '=', '1.0.0'] }, true],
    ['takes V', { sem_ver: ['V1.2', '=', 'v1.2.0'] }, true],
    ['one of them only', { sem_ver: ['Vv1.0.0', '=', '1.0.0'] }, null],
    ['takes numbers', { sem_ver: [{ var: 'n' }, '=', '1.2.0'] }, true, { n: 1.2 }],
    ['that Go prints without an exponent', { sem_ver: [{ var: 'n' }, '>', '1'] }, null, { n: 1_000_000 }],
    ['a prerelease comes first', { sem_ver: ['1.0.0-rc.1', '<', '1.0.0'] }, true],
    ['numeric identifiers come first', { sem_ver: ['1.0.0-alpha.1', '<', '1.0.0-alpha.beta'] }, true],
    ['and by number', { sem_ver: ['1.0.0-alpha.9', '<', '1.0.0-alpha.10'] }, true],
    ['fewer identifiers come first', { sem_ver: ['1.0.0-alpha', '<', '1.0.0-alpha.1'] }, true],
    ['build metadata does not count', { sem_ver: ['1.0.0+a', '=', '1.0.0+b'] }, true],
    ['^ is the same major', { sem_ver: ['3.0.0-rc.1', '^', '3.5.0'] }, true],
    [
      'and not a lower or higher one',
      [{ sem_ver: ['4.0.0', '^', '3.0.0'] }, { sem_ver: ['2.0.0', '^', '3.0.0'] }],
      [false, false],
    ],
    ['~ is the same major and minor', { sem_ver: ['3.0.0', '~', '3.1.0'] }, false],
    ['numbers of any length', { sem_ver: ['9007199254740993.0.0', '>', '9007199254740992.0.0'] }, true],
    ['leading zeros are no version', { sem_ver: ['01.0.0', '!=', '1.0.0'] }, null],
    ['leading zeros in prereleases neither', { sem_ver: ['1.0.0-01', '!=', '1.0.0'] }, null],
    ['a prerelease needs all three numbers', { sem_ver: ['1.2-a', '=', '1.2.0'] }, null],
    ['an empty build is no version', { sem_ver: ['1.0.0+', '=', '1.0.0'] }, null],
    ['blanks are no version', { sem_ver: [' 1.0.0', '=', '1.0.0'] }, null],
    ['== is no operator', { sem_ver: ['1.0.0', '==', '1.0.0'] }, null],
    [
      'operator and version may be computed',
      { sem_ver: ['1.0.0', { var: 'op' }, { var: 'v' }] },
      true,
      { op: '<', v: '2' },
    ],
    ['two arguments are null', { sem_ver: ['1.0.0', '='] }, null],
    ['no list is null', { sem_ver: '1.0.0' }, null],
  ])
})

describe('operators with static arguments', () => {
  it('refuse what they cannot use', () => {
    expect(() => call('inList', 'a', [null])).toThrow(/takes texts and numbers/)
    expect(() => call('apply', 'nope', null)).toThrow(/takes the name of an operator/)
    expect(() => call('var', 'a', -2)).toThrow(/takes a path and a depth/)
    expect(() => call('var', '', -1)).toThrow(/varOf reads all of it/)
    expect(() => call('varOf', 'a', 'b', 'c')).toThrow(/takes a value, a depth and a flag key/)
    expect(() => call('seed', 1, null, null)).toThrow(/takes a flag key/)
    expect(() => call('bucket', 'x', 'seed')).toThrow(/takes a total and a seed/)
    expect(() => call('fractional', 1, -1, null)).toThrow(/takes a flag key and a depth/)
  })
})
