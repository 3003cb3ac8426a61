/** What is measured: the size of the set of flags, the call, and whose answers are asked for. */
import { flagSet } from './flags.mjs'

const singles = { static: 'flag-0', targeted: 'flag-2', split: 'flag-3' }

/**
 * `call` is the contender's entry in `cases`; a contender without it does not take part. `kind` is how it is measured: what a request
 * costs unless it says otherwise.
 *
 * @type {{ name: string, title: string, size: number, call: string, kind?: 'open' | 'change' | 'start' | 'streams',
 *   users?: 'unique' | 'repeats' | 'same', flag?: string, clients?: number }[]}
 */
export const cases = [
  ...Object.entries(singles).map(([kind, flag]) => ({
    name: `single-${kind}`,
    title: `one flag of 50, ${kind}`,
    size: 50,
    call: 'single',
    users: 'unique',
    flag,
  })),
  ...[5, 50, 350, 5_000].flatMap((size) => [
    { name: `bulk-${size}`, title: `all of ${size} flags`, size, call: 'bulk', users: 'unique' },
    {
      name: `bulk-${size}-repeats`,
      title: `all of ${size} flags, 95 % repeats`,
      size,
      call: 'bulk',
      users: 'repeats',
    },
  ]),
  { name: 'bulk-50-not-modified', title: 'not modified (304)', size: 50, call: 'notModified', users: 'same' },
  { name: 'raw-350', title: 'the rules of 350 flags', size: 350, call: 'raw', users: 'same' },
  { name: 'open-single', title: 'one flag of 50, static', size: 50, call: 'single', kind: 'open', flag: 'flag-0' },
  { name: 'open-bulk-50', title: 'all of 50 flags', size: 50, call: 'bulk', kind: 'open' },
  { name: 'change', title: 'a change until it is answered', size: 50, call: 'bulk', kind: 'change' },
  { name: 'start', title: 'start to the first answer', size: 50, call: 'bulk', kind: 'start' },
  ...[1_000, 5_000, 20_000].map((clients) => ({
    name: `streams-${clients}`,
    title: `a change to ${clients.toLocaleString('en')} streams`,
    size: 50,
    call: 'bulk',
    kind: 'streams',
    clients,
  })),
]

/** The flags that an answer of that case has. */
export function flagsOf({ size, flag }) {
  return flagSet(size).filter(({ key }) => flag === undefined || key === flag)
}
