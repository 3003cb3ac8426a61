/**
 * What an operator may be prepared with: lists of static arguments, by the operator's name. Every operator that has static
 * arguments needs an entry, and its first list has to be one that it accepts.
 *
 * @type {Readonly<Record<string, readonly (readonly unknown[])[]>>}
 */
export const staticArguments = {
  attr: [['plan'], ['a.b'], ['__proto__'], ['']],
  has: [['plan'], ['toString']],
  path: [
    ['geo', 'country'],
    ['list', '0'],
    ['list', '01'],
    ['geo', '__proto__', 'toString'],
  ],
  fail: [['on purpose'], []],
  matches: [
    ['^g', 're2', 'search'],
    ['(a+)+$', 'python', 'prefix'],
    ['(?=x)', 'dotnet', 'full'],
    ['\\d', 'ecma'],
    ['A', 'cloudbees:i'],
  ],

  'cloudbees.property': [
    [null, []],
    ['plan', ['date', 'rox.now']],
  ],
  'cloudbees.semver': [['Eq'], ['Ne'], ['Lt'], ['Lte'], ['Gt'], ['Gte']],

  'featbit.bucket': [['f'], ['exptf'], ['']],

  'flagbase.bucket': [['f'], ['']],

  'flagd.apply': [
    '==',
    '!==',
    '<',
    '+',
    '-',
    'max',
    'cat',
    'substr',
    'in',
    'merge',
    'contains_all',
    'sem_ver',
    '!',
  ].map((name) => [name]),
  'flagd.inList': [[['gold', 1, '1', '']], [[]]],
  'flagd.semVerOf': [
    ['>=', '1.2.3'],
    ['^', 'v1'],
    ['~', 'nothing'],
    ['nothing', '1.2.3'],
  ],
  'flagd.var': [
    ['plan', -1],
    ['geo.country', -1],
    ['list.0', -1],
    ['', 0],
    ['a', 0],
    ['current', 1],
  ],
  'flagd.varOf': [
    [-1, 'f'],
    [0, ''],
    [1, 'f'],
  ],
  'flagd.missing': [
    [-1, 'f'],
    [0, 'f'],
  ],
  'flagd.missing_some': [
    [-1, 'f'],
    [0, 'f'],
  ],
  'flagd.seed': [['f'], ['']],
  'flagd.bucket': [[100], [1], [2_147_483_647]],
  'flagd.fractional': [
    ['f', -1],
    ['', 0],
  ],
  'flagd.seedLegacy': [['f']],
  'flagd.bucketLegacy': [[100]],
  'flagd.fractionalLegacy': [
    ['f', -1],
    ['', 0],
  ],

  'flagsmith.equal': [['gold'], ['1'], ['2.5'], ['True'], ['1.2.3:semver'], ['']],
  'flagsmith.notEqual': [['gold'], ['1'], ['1.2.3:semver']],
  'flagsmith.greater': [['1'], ['2.5'], ['false'], ['1.2.3-a:semver']],
  'flagsmith.greaterEqual': [['1'], ['nan'], [':semver']],
  'flagsmith.less': [['1'], ['inf'], ['gold']],
  'flagsmith.lessEqual': [['1'], ['007']],
  'flagsmith.contains': [['o'], ['beta:semver'], ['']],
  'flagsmith.notContains': [['o'], ['']],
  'flagsmith.in': [['gold,1'], ['["gold", 1, null]'], [['gold', 1]], ['[']],
  'flagsmith.modulo': [['2|1'], ['2.5|0'], ['0|0'], ['nothing']],
  'flagsmith.percent': [['5'], ['']],
  'flagsmith.bucket': [['5'], ['']],
  'flagsmith.trait': [['plan'], ['__proto__']],
  'flagsmith.identityKey': [['env'], ['']],
  'flagsmith.jsonPath': [
    ['$.identity.traits.plan', { key: 'env', name: 'n' }],
    ['$..*', { key: 'env' }],
    ['$..traits[*]["a", 0:2, -1]', { key: 'env' }],
  ],
}
