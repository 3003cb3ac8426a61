/** Finds the words for an operator by its full name. */
import type { Dialect, OperatorWords } from '../ruleset/dialect.js'
import { coreWords } from './core-words.js'

/** @returns undefined for an operator that nobody has words for */
export type Wording = (operator: string) => OperatorWords | undefined

/** The words of the core and of these dialects. */
export function createWording(dialects: readonly Dialect[]): Wording {
  const words = new Map(coreWords)
  for (const { name, words: own } of dialects) {
    for (const [operator, said] of own ?? []) words.set(`${name}.${operator}`, said)
  }
  return (operator) => words.get(operator)
}
