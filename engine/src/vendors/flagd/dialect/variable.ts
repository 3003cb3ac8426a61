/** `var` and `missing`: reads of the context, or of the list element under way. */
import { type Evaluation, type Operand, type Operator, type Reads } from '../../../ruleset/dialect.js'
import { fromEntries, member } from '../../../ruleset/json.js'
import type { Json, JsonObject } from '../../../ruleset/types.js'
import { isList, isObject, itemAt, listOf, toInteger, toText } from './conversion.js'
import { fail } from './failure.js'
import { charge, stepsToWalk } from './steps.js'

/** One name of a path. */
interface Step {
  readonly name: string
  /** Where it leads in a list: a name that is no number counts as 0 and leads to the first item. */
  readonly index: number
}

/** Paths are dotted and empty names in them are skipped: `.a` and `a.` are `a`, and `` is all of the data. */
function parsePath(path: string): readonly Step[] {
  return path
    .split('.')
    .filter((name) => name !== '')
    .map((name) => ({ name, index: toInteger(name) }))
}

/** @returns null where the path leads nowhere, or to null */
function follow(data: Json, steps: readonly Step[]): Json {
  let value = data
  for (const { name, index } of steps) {
    if (isList(value)) value = value[index] ?? null
    else if (isObject(value)) value = member(value, name)
    else return null
  }
  return value
}

/** What the engine reads where `var` and `missing` are given an evaluated argument. */
function read(argument: Json, data: Json): Json {
  if (argument === null) return isScalar(data) ? data : null
  if (argument === '') return data
  if (isList(argument)) return readWithDefault(argument, data)
  if (data === null) return null
  if (typeof argument === 'string' || typeof argument === 'number') return follow(data, parsePath(toText(argument)))
  return fail()
}

function readWithDefault(argument: readonly Json[], data: Json): Json {
  if (argument.length === 0) return data
  const [path] = argument
  if (typeof path !== 'string') return fail()
  return follow(data, parsePath(path)) ?? (argument.length === 2 ? (argument[1] as Json) : null)
}

function isScalar(value: Json): boolean {
  return value !== null && typeof value !== 'object'
}

/**
 * What a rule at that depth looks at.
 *
 * @param depth -1: the context with flagd's own properties; 0: the element of the innermost list, 1: of the one around it
 */
function dataAt(depth: number, flagKey: string, evaluation: Evaluation): Json {
  if (depth >= 0) return elementAt(depth, evaluation)
  return fromEntries([...Object.entries(evaluation.context), ['$flagd', flagdProperties(flagKey, evaluation)]])
}

/** The element of the innermost list (0), or of one around it. */
export function elementAt(depth: number, { locals }: Evaluation): Json {
  return locals[locals.length - 1 - depth] ?? null
}

/** They replace whatever the caller sent under that name. */
function flagdProperties(flagKey: string, { nowMs }: Evaluation): JsonObject {
  return { flagKey, timestamp: toSeconds(nowMs) }
}

/** Unix seconds, whole ones. */
export function toSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1_000)
}

/** `var(path!, depth!)`: of the context, for paths of one name and more; of an element, for any. */
export const variable: Operator = {
  parameters: ['static', 'static'],
  prepare: ({ statics: [path, depth] }) => {
    if (typeof path !== 'string' || !isDepth(depth)) return { invalid: 'takes a path and a depth' }
    const steps = parsePath(path)
    if (depth >= 0) return (evaluation) => follow(elementAt(depth, evaluation), steps)
    if (steps.length === 0) return { invalid: 'needs a path into the context; varOf reads all of it' }
    return ({ context }) => follow(context, steps)
  },
  reads: ([path, depth]) => {
    if (typeof path !== 'string' || !isDepth(depth) || depth >= 0) return {}
    return {
      attributes: parsePath(path)
        .slice(0, 1)
        .map(({ name }) => name),
    }
  },
}

type ComputedRead = (argument: Json, data: Json, evaluation: Evaluation) => Json

/** `varOf(x, depth!, flag!)`, `missing(x, depth!, flag!)` ..: what is read is known only when evaluating. */
function computedRead(answer: ComputedRead, ofContext: Partial<Reads>): Operator {
  return {
    parameters: ['value', 'static', 'static'],
    prepare: ({ operands: [operand], statics: [depth, flagKey] }) => {
      if (!isDepth(depth) || typeof flagKey !== 'string') return { invalid: 'takes a value, a depth and a flag key' }
      const argument = operand as Operand
      return (evaluation) => answer(argument(evaluation), dataAt(depth, flagKey, evaluation), evaluation)
    },
    reads: ([depth]) => (isDepth(depth) && depth >= 0 ? {} : ofContext),
  }
}

function isDepth(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= -1
}

export const variableOf: Operator = computedRead(read, { whole: true, clock: true })

// flagd's own properties are never missing, whatever the clock says.
const wholeContext: Partial<Reads> = { whole: true }

/** The names that lead nowhere, or to null. */
export const missing: Operator = computedRead((argument, data, evaluation) => {
  const names = typeof argument === 'string' ? [argument] : listOf(argument)
  charge(evaluation, stepsToWalk(names))
  return names.filter((name) => read(name, data) === null)
}, wholeContext)

/** The same, but empty as soon as so many of the names lead somewhere. */
export const missingSome: Operator = computedRead((argument, data, evaluation) => {
  const list = listOf(argument)
  const needed = toInteger(itemAt(list, 0))
  const names = listOf(itemAt(list, 1))
  charge(evaluation, stepsToWalk(names))
  const absent = names.filter((name) => read(name, data) === null)
  return needed > names.length - absent.length ? absent : []
}, wholeContext)
