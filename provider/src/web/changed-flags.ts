import type { FlagAnswer } from '../ofrep/index.js'
import { canonical } from './subject.js'

type Flags = ReadonlyMap<string, FlagAnswer>

/** The keys of the flags that have another answer than before, came or went. */
export function changedFlags(before: Flags, after: Flags): string[] {
  const flagKeys = [...new Map([...before, ...after]).keys()]
  return flagKeys.filter((flagKey) => canonical(before.get(flagKey)) !== canonical(after.get(flagKey)))
}
