import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/index.js'
import { compareValue, readComparedText } from '../../../src/vendors/flagsmith/comparison.js'
import { identityKeyAttribute } from '../../../src/vendors/flagsmith/index.js'
import { percentageOf } from '../../../src/vendors/flagsmith/percentage.js'
import { coerce, parseFloatText, parseInteger, print } from '../../../src/vendors/flagsmith/python-values.js'
import { compareVersions, parseVersion, type SemanticVersion } from '../../../src/vendors/flagsmith/semantic-version.js'
import { rulesetOfContext, segmentsOf } from './evaluate.js'

function matches(operator: string, trait: Json, value: Json, property = 't'): boolean {
  const rules = [{ type: 'ALL', conditions: [{ operator, property, value }] }]
  const ruleset = rulesetOfContext({
    environment: { key: 'env', name: 'Production' },
    segments: { s: { key: '1', name: 's', rules } },
  })
  return segmentsOf(ruleset, { targetingKey: 'id1', t: trait }).length === 1
}

describe('a condition', () => {
  it.each<[Json, string, Json, boolean]>([
    [10, 'EQUAL', '10.0', true],
    [10, 'LESS_THAN', '10.5', true],
    ['10', 'EQUAL', '10.0', false],
    ['10', 'NOT_EQUAL', '10.0', false],
    ['1.0', 'EQUAL', '1', true],
    ['01', 'EQUAL', '1', true],
    ['10', 'GREATER_THAN', '5', true],
    ['12345678901234567890', 'EQUAL', '12345678901234567891', false],
    ['12345678901234567890', 'LESS_THAN', '12345678901234567891', true],
    [5, 'EQUAL', '5abc', false],
    [5, 'EQUAL', ' +5 ', true],
    [1000, 'EQUAL', '1_000', true],
    [10, 'EQUAL', '١٠', true],
    [1.5, 'LESS_THAN', 'inf', true],
    [1.5, 'NOT_EQUAL', 'nan', true],
    [1.5, 'EQUAL', 'nan', false],
    [10, 'NOT_EQUAL', 'bar', false],
    [true, 'EQUAL', 'bar', true],
    [true, 'EQUAL', '1', true],
    [false, 'EQUAL', '0', false],
    [false, 'EQUAL', 'False', true],
    [true, 'GREATER_THAN', 'false', true],
    ['None', 'EQUAL', null, true],
    ['null', 'EQUAL', null, false],
    ['v1.2.3', 'EQUAL', '1.2.3:semver', false],
    ['1.2.3', 'LESS_THAN', '1.10.0:semver', true],
    ['1.2.3', 'EQUAL', '1.2.3+build:semver', true],
    ['bar', 'NOT_EQUAL', '1.2.3:semver', false],
    ['1.2.3', 'NOT_EQUAL', 'bad:semver', false],
    ['1.2.3-beta', 'CONTAINS', 'beta:semver', true],
    ['1.2.3-beta', 'CONTAINS', 'bet:semver', false],
    ['1.2.3-beta', 'NOT_CONTAINS', 'beta:semver', true],
    ['\u{1f600}', 'GREATER_THAN', '\ue000', true],
    ['10', 'CONTAINS', '1', false],
    ['', 'CONTAINS', '', true],
    ['10', 'NOT_CONTAINS', 'bar', false],
    [10, 'NOT_CONTAINS', '1', false],
    [['beta', 'x'], 'CONTAINS', "'beta'", true],
    ['foobar', 'REGEX', 'oo', false],
    ['foobar', 'REGEX', 'foo', true],
    ['foobar', 'REGEX', 'foo$', false],
    [true, 'REGEX', 'True', true],
    ['10.50', 'REGEX', '10\\.5$', true],
    ['007', 'REGEX', '7', true],
    ['bar', 'REGEX', '', true],
    ['x', 'REGEX', '(', false],
    ['abb', 'REGEX', '(?P<a>a)b+', true],
    [1.5, 'IN', 'bar,10,1.5,true', false],
    [0, 'IN', '0', true],
    [10, 'IN', '[1,5,10]', true],
    ['007', 'IN', '007', false],
    ['007', 'IN', '7', true],
    [true, 'IN', 'bar,true,True', false],
    ['b', 'IN', 'a, b', false],
    ['[a', 'IN', '[a,b', true],
    ['', 'IN', '', true],
    ['None', 'IN', '[null]', true],
    ['x', 'IN', null, false],
    [-3, 'MODULO', '2|1', true],
    [3, 'MODULO', '-2|-1', true],
    ['10', 'MODULO', '2|0', true],
    [5.5, 'MODULO', '2.5|0.5', true],
    [true, 'MODULO', '2|1', true],
    ['1.0.0', 'MODULO', '2|0', false],
    [10, 'MODULO', '0|0', false],
    [10, 'MODULO', '', false],
    ['x', 'IS_SET', '', true],
    [null, 'IS_SET', '', false],
    [null, 'NOT_EQUAL', 'x', false],
    ['x', 'LIKE', 'x', false],
  ])('%j %s %j is %s', (trait, operator, value, expected) => {
    expect(matches(operator, trait, value)).toBe(expected)
  })

  it.each<[string, string, string, string, boolean]>([
    ['3105', 'hooli', 'PERCENTAGE_SPLIT', '50', true],
    ['3105', 'stark', 'PERCENTAGE_SPLIT', '50', true],
    ['3105', 'umbrella', 'PERCENTAGE_SPLIT', '50', false],
    ['1', 'user-3505', 'PERCENTAGE_SPLIT', '0', true],
    ['1', 'user-3506', 'PERCENTAGE_SPLIT', '0', false],
    ['1', 'x', 'PERCENTAGE_SPLIT', 'inf', true],
    ['1', 'x', 'PERCENTAGE_SPLIT', 'nan', false],
    ['1', 'x', 'PERCENTAGE_SPLIT', '-inf', false],
  ])('of segment %s, %s %s %s is %s', (key, trait, operator, value, expected) => {
    const rules = [{ type: 'ALL', conditions: [{ operator, property: 't', value }] }]
    const ruleset = rulesetOfContext({ environment: { key: 'env' }, segments: { s: { key, name: 's', rules } } })
    expect(segmentsOf(ruleset, { targetingKey: 'u', t: trait })).toEqual(expected ? ['s'] : [])
  })

  it.each([
    ['$.identity.identifier', 'id1'],
    ['$.identity.key', 'env_id1'],
    ['$.environment.name', 'Production'],
    ['$.environment.key', 'env'],
    ['$.identity.traits.t', 'here'],
    ["$.identity.traits['t']", 'here'],
    ['$.environment["name","key"]', 'Production'],
    ['$..t', 'here'],
    ['$.t', null],
    ['$.identity.traits', null],
    ['$.', null],
  ])('looks for %s and finds %j', (property, expected) => {
    expect(matches('EQUAL', 'here', expected ?? 'x', property)).toBe(expected !== null)
    expect(matches('IS_SET', 'here', '', property)).toBe(expected !== null)
  })

  it.each([
    ['as it is', '', false],
    ['after conversion', '$.identity.key', true],
  ])('splits by the identity key, %s, where the property is "%s"', (_, property, expected) => {
    const rules = [{ type: 'ALL', conditions: [{ operator: 'PERCENTAGE_SPLIT', property, value: '50' }] }]
    const ruleset = rulesetOfContext({ environment: { key: 'env' }, segments: { s: { key: '1', name: 's', rules } } })
    // The hash of "1,007" is 99.54..., that of "1,7" is 3.74...
    const context = { targetingKey: 'u', [identityKeyAttribute]: '007' }
    expect(segmentsOf(ruleset, context)).toEqual(expected ? ['s'] : [])
  })

  it('finds a trait of exactly that name first', () => {
    const rules = [{ type: 'ALL', conditions: [{ operator: 'EQUAL', property: '$.environment.name', value: 'mine' }] }]
    const ruleset = rulesetOfContext({
      environment: { key: 'env', name: 'Production' },
      segments: { s: { name: 's', rules } },
    })
    expect(segmentsOf(ruleset, { targetingKey: 'u', '$.environment.name': 'mine' })).toEqual(['s'])
    expect(segmentsOf(ruleset, { targetingKey: 'u' })).toEqual([])
  })
})

describe('rules', () => {
  const yes = { operator: 'IS_SET', property: 't', value: '' }
  const no = { operator: 'IS_NOT_SET', property: 't', value: '' }
  const rule = (type: string, conditions: unknown[], rules: unknown[] = []): object => ({ type, conditions, rules })
  const isMember = (...rules: object[]): boolean => {
    const ruleset = rulesetOfContext({ environment: { key: 'e' }, segments: { s: { name: 's', rules } } })
    return segmentsOf(ruleset, { targetingKey: 'u', t: 1 }).length === 1
  }

  it.each<[string, boolean, object[]]>([
    ['none at all match nobody', false, []],
    ['an empty ALL matches', true, [rule('ALL', [])]],
    ['an empty ANY matches', true, [rule('ANY', [])]],
    ['an empty NONE matches', true, [rule('NONE', [])]],
    ['ALL needs every condition', false, [rule('ALL', [yes, no])]],
    ['ANY needs one condition', true, [rule('ANY', [no, yes])]],
    ['NONE needs no condition to hold', false, [rule('NONE', [no, yes])]],
    ['NONE holds where no condition does', true, [rule('NONE', [no, no])]],
    ['every rule at the top is needed', false, [rule('ALL', [yes]), rule('ALL', [no])]],
    ['conditions and nested rules are both needed', false, [rule('ANY', [yes], [rule('ALL', [no])])]],
    [
      'nested rules are combined by the type of the outer',
      true,
      [rule('ANY', [], [rule('ALL', [no]), rule('ALL', [yes])])],
    ],
    [
      'NONE over groups holds where no group does',
      false,
      [rule('NONE', [], [rule('ALL', [no]), rule('ANY', [no, yes])])],
    ],
    ['NONE over NONE is twice turned round', true, [rule('NONE', [], [rule('NONE', [yes])])]],
  ])('%s', (_, expected, rules) => {
    expect(isMember(...rules)).toBe(expected)
  })
})

describe('the hash', () => {
  it.each([
    ['12345', 'test_env_foobar', 51.990398079615915],
    ['78986', 'test_env_foobar', 54.53090618123625],
    ['78986', '32103813', 49.27985597119424],
    ['1016366', '8AYnz4q3KEfT5DFtnramnP_user-123', 39.19783956791358],
    ['1', 'env_user-1', 33.02660532106421],
    ['1', 'env_user-2', 25.55511102220444],
    ['2', 'env_user-1', 77.84556911382276],
    ['1', '日本語', 67.67353470694138],
    ['12', '93', 27.655531106221243],
    ['1', 'user-3505', 0],
    ['1', 'user-18120', 67.37347469493898],
    ['1', 'user-18854', 22.614522904580916],
    ['1', 'a,b', 51.040208041608324],
    ['1,a', 'b', 51.040208041608324],
  ])('of %s and %s is %d', (id, value, expected) => {
    expect(percentageOf(id, value)).toBe(expected)
  })
})

describe("Python's numbers", () => {
  it.each<[Json, string | null]>([
    ['007', '7'],
    ['-0', '0'],
    ['-007', '-7'],
    ['10.50', '10.5'],
    ['10.00', '10.0'],
    ['-0.0', '-0.0'],
    ['0.00001', '1e-05'],
    ['12345678901234567890', '12345678901234567890'],
    ['00012345678901234567890', '12345678901234567890'],
    ['12345678901234567890.0', '1.2345678901234567e+19'],
    [`${'9'.repeat(400)}.0`, 'inf'],
    ['1e5', '1e5'],
    ['+5', '+5'],
    ['', ''],
    [10, '10'],
    [-3, '-3'],
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [1e-7, '1e-07'],
    [1.25e-10, '1.25e-10'],
    [true, 'True'],
    [false, 'False'],
    [null, null],
    [['a', 1, true, null, 1.5], "['a', 1, True, None, 1.5]"],
    [
      { a: { b: ["it's", 'say "x"', `'"`, 'line\nfeed\\\u0001'] } },
      `{'a': {'b': ["it's", 'say "x"', '\\'"', 'line\\nfeed\\\\\\x01']}}`,
    ],
  ])('%j prints as %j', (value, expected) => {
    expect(print(value)).toBe(expected)
  })

  it('prints nothing that Python would give up on', () => {
    let nested: Json = 'x'
    for (let depth = 0; depth < 10_000; depth += 1) nested = [nested]
    expect(print(nested)).toBeNull()
    expect(print('9'.repeat(5_000))).toBeNull()
    expect(coerce('9'.repeat(5_000))).toBeNull()
  })

  it.each<[string, bigint | null, number | null]>([
    ['10', 10n, 10],
    [' \t10\u00a0', 10n, 10],
    ['+1_0', 10n, 10],
    ['-007', -7n, -7],
    ['1__0', null, null],
    ['_1', null, null],
    ['1.', null, 1],
    ['.5', null, 0.5],
    ['1e3', null, 1000],
    ['1_0.2_5E-1', null, 1.025],
    ['0x10', null, null],
    ['', null, null],
    ['.', null, null],
    ['- 1', null, null],
    ['١٠', 10n, 10],
    ['𝟗', 9n, 9],
    ['Infinity', null, Number.POSITIVE_INFINITY],
    ['-INF', null, Number.NEGATIVE_INFINITY],
    ['NaN', null, Number.NaN],
    ['ten', null, null],
  ])('%j is the integer %s and the float %s', (text, integer, float) => {
    expect(parseInteger(text)).toBe(integer)
    expect(parseFloatText(text)).toBe(float)
  })
})

describe('semantic versions', () => {
  const ordered = [
    '0.0.0',
    '0.0.9',
    '0.0.10',
    '1.0.0-0',
    '1.0.0-2',
    '1.0.0-10',
    '1.0.0--',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.2.0',
    '1.10.0',
    '2.0.0',
    '99999999999999999999.0.0',
    '100000000000000000000.0.0',
  ]

  it('are ordered by precedence', () => {
    const versions = ordered.map((text) => parseVersion(text) as SemanticVersion)
    for (const [i, a] of versions.entries()) {
      for (const [j, b] of versions.entries()) expect(Math.sign(compareVersions(a, b))).toBe(Math.sign(i - j))
    }
  })

  it('are equal where only the build differs', () => {
    expect(
      compareVersions(parseVersion('1.0.0+a') as SemanticVersion, parseVersion('1.0.0+b') as SemanticVersion),
    ).toBe(0)
  })

  it.each([
    '',
    '1',
    '1.2',
    'v1.2.3',
    '1.2.3.4',
    '01.2.3',
    '1.2.03',
    '1.2.3-',
    '1.2.3+',
    '1.2.3-01',
    '1.2.3-a..b',
    '1.2.3-ä',
    ' 1.2.3',
  ])('"%s" is none', (text) => {
    expect(parseVersion(text)).toBeNull()
  })
})

it('compares nothing with a list that is nested too deep', () => {
  let nested: Json = 'x'
  for (let depth = 0; depth < 10_000; depth += 1) nested = [nested]
  expect(compareValue(nested, readComparedText('x'))).toBeNull()
})
