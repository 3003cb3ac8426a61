/**
 * A second reading of Roxx, as plain as its description: a stack machine over the words from last to first, which evaluates
 * everything and decides nothing early. It knows nothing of trees, rules and rulesets.
 */
import { createHash } from 'node:crypto'

export type Value = undefined | boolean | number | string | readonly Value[]

/** What an expression comes to: a value, `nothing` where it says nothing, `failed` where evaluating it fails. */
export type Answer = { readonly value: Value } | 'nothing' | 'failed'

export interface World {
  readonly context: Readonly<Record<string, unknown>>
  readonly groups: Readonly<Record<string, string>>
  readonly flags: Readonly<Record<string, string>>
  readonly nowMs: number
}

class Failure extends Error {}

export function run(expression: string, world: World): Answer {
  const words = wordsOf(expression)
  if (words === null || words.length === 0) return 'nothing'
  const stack: Value[] = []
  try {
    for (const word of words.toReversed()) {
      if (!(word instanceof Operator)) stack.push(word)
      else {
        const args = Array.from({ length: word.arity }, () => {
          if (stack.length === 0) throw new Failure('too few operands')
          return stack.pop()
        })
        stack.push(word.apply(args, world))
      }
    }
  } catch (error) {
    if (error instanceof Failure) return 'failed'
    throw error
  }
  return { value: stack.at(-1) }
}

class Operator {
  readonly arity: number
  readonly apply: (args: Value[], world: World) => Value
  constructor(arity: number, apply: (args: Value[], world: World) => Value) {
    this.arity = arity
    this.apply = apply
  }
}

/** Null where a word is unknown or brackets are not in order. */
function wordsOf(expression: string): (Value | Operator)[] | null {
  const words: (Value | Operator)[] = []
  let list: Value[] | null = null
  const pattern = /"((?:\\"|[^"])*)(?:"|$)|([[\]])|([^"[\](),:\s]+)/g
  for (const [, text, bracket, word] of expression.matchAll(pattern)) {
    if (bracket === '[') {
      if (list !== null) return null
      list = []
      continue
    }
    if (bracket === ']') {
      if (list === null) return null
      words.push(list)
      list = null
      continue
    }
    if (word !== undefined && !isKnown(word)) return null
    const value = text ?? constantOf(word ?? '')
    if (list === null) words.push(value)
    else list.push(value instanceof Operator ? word : value)
  }
  return list === null ? words : null
}

function isKnown(word: string): boolean {
  return word === 'undefined' || constantOf(word) !== undefined
}

function constantOf(word: string): Value | Operator {
  if (word === 'true' || word === 'false') return word === 'true'
  return /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : operators[word]
}

const isText = (value: Value): value is string => typeof value === 'string'

function asNumber(value: Value): number {
  if (typeof value === 'number') return value
  return isText(value) && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : NaN
}

/** NaN compares with nothing, so what is not a number is neither equal nor unequal. */
const numbers = (test: (a: number, b: number) => boolean): Operator =>
  new Operator(2, ([a, b]) => {
    const [left, right] = [asNumber(a), asNumber(b)]
    return !Number.isNaN(left) && !Number.isNaN(right) && test(left, right)
  })

const equal = (a: Value, b: Value): boolean => !Array.isArray(a) && (a ?? false) === (b ?? false)

function md5(text: string): Buffer {
  return createHash('md5').update(text, 'utf8').digest()
}

function bucket(seed: Value): number {
  if (seed === undefined || Array.isArray(seed)) throw new Failure('nothing to hash')
  return md5(String(seed)).readUInt32LE(0) / 4_294_967_295
}

function merge(a: Value, b: Value): Value {
  const isMissing = [a, b].some((value) => value === undefined || Array.isArray(value))
  return isMissing ? undefined : `${String(a)}.${String(b)}`
}

function bound(value: Value): number {
  if (typeof value !== 'number') throw new Failure('a bound is not a number')
  return value
}

function property(name: Value, { context }: World): Value {
  const value = isText(name) && Object.hasOwn(context, name) ? context[name] : undefined
  if (value !== null && typeof value !== 'object') return value as Value
  return undefined
}

/** Everything but texts and booleans is `false`. */
function flagText(answer: Answer): string {
  if (typeof answer === 'string') return 'false'
  return isText(answer.value) || typeof answer.value === 'boolean' ? String(answer.value) : 'false'
}

const operators: Readonly<Record<string, Operator>> = Object.assign(Object.create(null), {
  isUndefined: new Operator(1, ([a]) => a === undefined),
  now: new Operator(0, (_, { nowMs }) => nowMs),
  and: new Operator(2, ([a, b]) => a === true && b === true),
  or: new Operator(2, ([a, b]) => a === true || b === true),
  not: new Operator(1, ([a]) => a !== true),
  ifThen: new Operator(3, ([condition, a, b]) => (condition === true ? a : b)),
  eq: new Operator(2, ([a, b]) => equal(a, b)),
  ne: new Operator(2, ([a, b]) => !equal(a, b)),
  lt: numbers((a, b) => a < b),
  lte: numbers((a, b) => a <= b),
  gt: numbers((a, b) => a > b),
  gte: numbers((a, b) => a >= b),
  numeq: numbers((a, b) => a === b),
  numne: numbers((a, b) => a !== b),
  inArray: new Operator(2, ([a, list]) => Array.isArray(list) && !Array.isArray(a) && list.includes(a)),
  md5: new Operator(1, ([a]) => (isText(a) ? md5(a).toString('hex') : undefined)),
  concat: new Operator(2, ([a, b]) => (isText(a) && isText(b) ? a + b : undefined)),
  mergeSeed: new Operator(2, ([a, b]) => merge(a, b)),
  isInPercentage: new Operator(2, ([share, seed]) => bucket(seed) <= bound(share)),
  isInPercentageRange: new Operator(3, ([from, to, seed]) => {
    const number = bucket(seed)
    return bound(from) <= number && number < bound(to)
  }),
  property: new Operator(1, ([name], world) => property(name, world)),
  isInTargetGroup: new Operator(1, ([id], world) => {
    const condition = isText(id) && Object.hasOwn(world.groups, id) ? world.groups[id] : undefined
    const answer = condition === undefined ? 'nothing' : run(condition, world)
    return typeof answer !== 'string' && answer.value === true
  }),
  flagValue: new Operator(1, ([key], world) => {
    const condition = isText(key) && Object.hasOwn(world.flags, key) ? world.flags[key] : undefined
    return condition === undefined ? 'false' : flagText(run(condition, world))
  }),
})
