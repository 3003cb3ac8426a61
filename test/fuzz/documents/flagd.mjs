/** A flagd document with every operator of its rules, references, and both kinds of split. */

const variants = { red: 'r', blue: { deep: [1, null] }, off: false }

/** A flagd flag with that rule. */
function flagdFlag(targeting) {
  return { state: 'ENABLED', variants, defaultVariant: 'red', targeting }
}

const plan = { var: 'plan' }
const list = { var: ['list', []] }

export const flagd = {
  $schema: 'https://flagd.dev/schema/v0/flags.json',
  metadata: { flagSetId: 'shop', version: 1 },
  $evaluators: {
    isGold: { '==': [plan, 'gold'] },
    isOld: { '>=': [{ var: 'age' }, { if: [{ $ref: 'isGold' }, 18, 21] }] },
  },
  flags: {
    static: { state: 'ENABLED', variants, defaultVariant: 'blue', metadata: { owner: 'web', weight: 2 } },
    disabled: { state: 'DISABLED', variants, defaultVariant: 'red' },
    noDefault: { state: 'ENABLED', variants, defaultVariant: null },
    conditions: flagdFlag({
      if: [
        { and: [{ $ref: 'isOld' }, { '!': [{ in: ['@', { var: 'email' }] }] }, { '!!': plan }] },
        'blue',
        { or: [{ in: [{ var: 'country' }, ['CH', 'DE', 4]] }, { starts_with: [{ var: 'email' }, 'a'] }] },
        'off',
        { ends_with: [{ var: 'email' }, '.example'] },
        'red',
        null,
      ],
    }),
    numbers: flagdFlag({
      if: [
        {
          '<': [
            1,
            { '+': [{ var: 'age' }, '2', { '-': [{ var: 'age' }] }, { '*': [2, { '/': [{ var: 'age' }, 3] }] }] },
            9,
          ],
        },
        { '?:': [{ '===': [{ '%': [{ var: 'age' }, 2] }, 0] }, 'red', 'blue'] },
        { '!==': [{ max: [1, { abs: [{ var: 'age' }] }] }, { min: [{ var: 'age' }, 3] }] },
        { cat: ['b', 'l', { substr: ['true', -2] }] },
        { '!=': [{ '<=': [{ var: 'age' }, 3] }, { '>': [{ var: 'age' }, '3'] }] },
        'off',
      ],
    }),
    lists: flagdFlag({
      if: [
        { some: [list, { '==': [{ var: '' }, 'a'] }] },
        {
          reduce: [
            { map: [{ filter: [list, { var: '' }] }, { cat: [{ var: '' }, plan] }] },
            { cat: [{ var: 'accumulator' }, { var: 'current' }] },
            '',
          ],
        },
        { all: [{ merge: [list, [1, 2]] }, { none: [{ var: 'list' }, { '==': [{ var: '' }, { var: 'plan' }] }] }] },
        'blue',
        { contains_all: [list, ['a', 'b']] },
        'off',
        { or: [{ contains_any: [list, ['a']] }, { contains_none: [list, { var: 'geo' }] }] },
        'red',
      ],
    }),
    reads: flagdFlag({
      if: [
        { missing: ['plan', 'geo.country'] },
        { missing_some: [1, ['plan', 'country', { var: 'list.0' }]] },
        { '==': [{ var: { var: 'plan' } }, { var: ['geo.country', 'none'] }] },
        { var: 'geo.variant' },
        { '<': [{ var: '$flagd.timestamp' }, 1_900_000_000] },
        { set: [{ var: 'geo' }, 'a', 1] },
      ],
    }),
    versions: flagdFlag({
      if: [
        { sem_ver: [{ var: 'version' }, '>=', '1.2.0-beta.1'] },
        'blue',
        { sem_ver: [{ var: 'version' }, { var: 'plan' }, 'v2'] },
        'off',
      ],
    }),
    split: flagdFlag({
      fractional: [{ cat: [{ var: '$flagd.flagKey' }, { var: 'email' }] }, ['red', 50], ['blue', 30], ['off', 20]],
    }),
    computedSplit: flagdFlag({
      fractional: [
        [plan, { var: 'age' }],
        ['blue', 30],
      ],
    }),
  },
}
