/** What bad intentions, broken clients and bad luck send: names, texts, numbers and trees of JSON. */
import fc from 'fast-check'

/** Names that every object inherits, that look like numbers or paths, or that mean something to a vendor. */
// prettier-ignore
export const names = fc.constantFrom(
  '__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'toJSON', 'then', 'length',
  '', ' ', '0', '-1', '01', '4294967295', 'a.b', '.', '..', '$', '$.x', '$ref', '$flagd', 'const', 'malformed',
  'targetingKey', 'traits', 'key', '$flagsmith.identityKey', 'rox.distinct_id', 'keyId',
  '\ud800', 'x\udc00', '\u0000', '\n', 'e\u0301', '\u202e', '\ufeff', '😀', 'İ', 'ß', 'n'.repeat(300),
)

/** Patterns that bring a backtracking matcher to its knees, that grow when they are compiled, or that are none. */
// prettier-ignore
const patterns = fc.constantFrom(
  '(a+)+$', '(a|a)*b', '(.*)*x', '^(([a-z])+.)+[A-Z]([a-z])+$', '(?:a?){1000}a{1000}', '(a{1,500}){2}', 'a{1001}',
  '([a-zA-Z]+)*$', '(x+x+)+y', '\\d+\\.\\d+(?=x)', '(?<=a)b', '(?<n>a)\\k<n>', '(a)\\1', '(?P<n>a)', '(?#c)a',
  '(', ')', '[', '[^', '[]', '[^]', '[z-a]', '[[:alpha:]]', '[a-z-[aeiou]]', '*', 'a**', 'a{', 'a{,}', '\\', '\\u',
  '\\x{110000}', '\\u{1f600}', '\\p{L}', '\\p{Nope}', '(?i)İ', '(?imsxU-n)a', '(?', '$', '^', '\\Z', '\\z', '\\b', '',
  '('.repeat(300), `${'(?:'.repeat(300)}a${')*'.repeat(300)}`, '[a-z]{500}'.repeat(50), '(?i)\\pL+'.repeat(100), 'a'.repeat(1_001),
)

/** Texts that a vendor reads as something: numbers in every spelling, versions, dates, lists, paths, expressions. */
// prettier-ignore
const meaningfulTexts = fc.constantFrom(
  '0', '-0', '+1', '1.0', '.5', '5.', '1e5', '1e400', '-1e400', '1_000', '1__0', '0x1p-2', '0x.p1', '0xffp1024', '007',
  'inf', '-Infinity', 'nan', 'NaN', 'Infinity', '1,000', '١٢٣', '１２', '𝟙', ' 1 ', '1\u0000', '1\n', '--1', '9'.repeat(400),
  '1.2.3', 'v1.2.3-a.1+b', '1.2.3-', '1.2', '1.2.3:semver', ':semver', `1.0.0-${'a.'.repeat(200)}0`, '99999999999999999999.0.0',
  '2026-01-01T00:00:00Z', '2026-02-30T25:61:61Z', '0000-00-00', 'true', 'True', 'FALSE', 'null', 'undefined', 'None',
  '[]', '["a"]', '[1,null,{}]', '{}', '{"a":1}', '{"__proto__":{"x":1}}', '[', '"', '"\\ud800"', '1|2', '0|0', '|', '2|1|0',
  '$.identity.key', '$..*', '$.*[0]', "$['a']['b']", '$[?@.a]', '$[0:1:0]', '$[-1:]', `$${'..*'.repeat(30)}`, "$['",
  'ifThen(true, "a", "b")', 'eq(property("a"), "b")', 'and true', '"\\"', 'b64d("////")', `${'and(true,'.repeat(100)}true${')'.repeat(100)}`,
  '%', '%zz', '%ED%A0%80', '<script>', "'; DROP TABLE flags; --", '${7*7}', '{{7*7}}', '../../etc/passwd', '\r\nX-Injected: 1',
)

const anyCodeUnits = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => {
  return String.fromCharCode(...units)
})

// prettier-ignore
const pieces = fc.constantFrom(
  'a', '9', '0', ' ', '.', '1.', '-', '[', '{"a":', '(a+)+', '\\', '"', '\ud800', '😀', 'é', 'a,', '_1',
)

/**
 * A piece, again and again: as many characters as a request may bring, now and then.
 *
 * @param {number} maxLength in characters
 */
function repeated(maxLength) {
  return fc.tuple(pieces, fc.constantFrom(10, 200, 1_100, 5_000, maxLength)).map(([piece, length]) => {
    return piece.repeat(Math.ceil(Math.min(length, maxLength) / piece.length))
  })
}

/** @param {number} maxLength of the longest ones, in characters */
export function texts(maxLength) {
  return fc.oneof(
    { weight: 4, arbitrary: meaningfulTexts },
    { weight: 2, arbitrary: patterns },
    { weight: 2, arbitrary: names },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
    { weight: 1, arbitrary: anyCodeUnits },
    { weight: 1, arbitrary: repeated(maxLength) },
  )
}

// prettier-ignore
const specialNumbers = fc.constantFrom(
  0, -0, 1, -1, 0.1, 0.30000000000000004, 2.5, 50, 99.999999, 100, 127, 128, 255, 256, 9_999,
  2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 1e21, 1e-7, 5e-324,
  Number.MAX_VALUE, -Number.MAX_VALUE, Infinity, -Infinity, 1.7e12, 8.64e15,
)

/** Numbers that JSON can name: a parser answers `1e999` with an infinity. */
const numbers = fc.oneof(specialNumbers, fc.double({ noNaN: true }), fc.integer())

/** @param {number} maxLength of the longest texts */
function scalars(maxLength) {
  return fc.oneof(
    { weight: 4, arbitrary: texts(maxLength) },
    { weight: 2, arbitrary: numbers },
    { weight: 1, arbitrary: fc.constantFrom(null, true, false) },
  )
}

/**
 * An object as `JSON.parse` makes it: every name is an ordinary own member.
 *
 * @param {fc.Arbitrary<unknown>} values
 * @param {{ maxLength?: number, minLength?: number }} [size]
 */
function objectsOf(values, size = { maxLength: 4 }) {
  return fc.array(fc.tuple(names, values), size).map((entries) => Object.fromEntries(entries))
}

/** Levels of nesting around every limit, and far beyond. */
export const depths = fc.constantFrom(3, 33, 64, 100, 127, 128, 129, 130, 256, 257, 1_000)

/**
 * Puts a value into as many lists, or objects with one member.
 *
 * @param {unknown} value
 * @param {number} depth
 * @param {string | null} name of the member; null for lists
 */
export function nest(value, depth, name) {
  let nested = value
  for (let level = 0; level < depth; level += 1)
    nested = name === null ? [nested] : Object.fromEntries([[name, nested]])
  return nested
}

/**
 * Any JSON at all: shallow trees, and a scalar at the end of many levels.
 *
 * @param {{ maxLength: number }} options length of the longest texts
 * @returns {fc.Arbitrary<unknown>}
 */
export function json({ maxLength }) {
  const leaf = scalars(maxLength)
  const inner = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }), objectsOf(leaf))
  return fc.oneof(
    { weight: 4, arbitrary: leaf },
    { weight: 2, arbitrary: fc.array(inner, { maxLength: 4 }) },
    { weight: 2, arbitrary: objectsOf(inner) },
    {
      weight: 1,
      arbitrary: fc.tuple(leaf, depths, fc.option(names)).map(([value, depth, name]) => nest(value, depth, name)),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(scalars(200), fc.constantFrom(20, 1_000)).map(([value, length]) => Array(length).fill(value)),
    },
  )
}

/** Attributes that the sample documents ask for; other names come from {@link names}. */
const askedFor = ['plan', 'country', 'email', 'age', 'version', 'list', 'geo', 'date', 'beta']

/**
 * Evaluation contexts as a request's body brings them: JSON objects.
 *
 * @param {{ maxLength: number }} options length of the longest texts
 */
export function contexts(options) {
  const value = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom('gold', 'CH', 'a@corp.example', 34, '1.2.3', true, ['a', 'b']) },
    { weight: 3, arbitrary: json(options) },
  )
  const key = fc.oneof(fc.constantFrom('u1', 'user-1', ''), texts(options.maxLength))
  return fc
    .tuple(
      fc.array(fc.tuple(fc.oneof(fc.constantFrom(...askedFor), names), value), { maxLength: 8 }),
      fc.option(key, { nil: undefined }),
    )
    .map(([entries, targetingKey]) => {
      return Object.fromEntries(targetingKey === undefined ? entries : [...entries, ['targetingKey', targetingKey]])
    })
}
