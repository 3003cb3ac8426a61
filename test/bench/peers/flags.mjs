/**
 * The one set of flags: half are static, a quarter has one rule, a quarter is split in halves. Every flag is a string, `the value of
 * red` or `the value of blue`, so that an answer is as long whoever gives it. `vendors/` writes it in each format.
 */

export const values = { red: 'the value of red', blue: 'the value of blue' }
/** The end of an email address that the rule is for. */
export const suffix = '@corp.example'

/** The kinds in the order in which they come, again and again. */
const kinds = ['static', 'static', 'targeted', 'split']

/**
 * @param {'red' | 'blue'} first what the first flag, a static one, is: a change of the flags is a change of it
 * @returns {{ key: string, kind: 'static' | 'targeted' | 'split', base: 'red' | 'blue' }[]} `base` is what nobody's rule is about
 */
export function flagSet(size, first = 'red') {
  return Array.from({ length: size }, (_, index) => ({
    key: `flag-${index}`,
    kind: kinds[index % kinds.length],
    base: index === 0 ? first : 'red',
  }))
}

/** What a user of `@corp.example` must get; null where the hash decides, which differs from vendor to vendor. */
export function expectedValue({ kind, base }) {
  return { static: values[base], targeted: values.blue, split: null }[kind]
}

/** The two values that there are. */
export const possibleValues = Object.values(values)
