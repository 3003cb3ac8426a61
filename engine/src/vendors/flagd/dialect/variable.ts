/** `var` and `missing`: reads of the context, or of the list element under way. */
import { type Evaluation, type Operand, type Operator, type Reads } from '../../../ruleset/dialect.js'
import { fromEntries, member } from '../../../ruleset/json.js'
import type { Json, JsonObject } from '../../../ruleset/types.js'
import { isList, isObject, itemAt, listOf, toInteger, toText } from './conversion.js'
import { fail } from './failure.js'
import { charge, countMembers, stepsToWalk } from './steps.js'

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

/** What a rule looks at: the context, or an element. */
interface Data {
  whole(): Json
  at(steps: readonly Step[]): Json
}

/** What the engine reads where `var` and `missing` are given an evaluated argument. */
function read(argument: Json, data: Data, evaluation: Evaluation): Json {
  if (argument === null) return scalarOf(data.whole())
  if (argument === '') return data.whole()
  if (isList(argument)) return readWithDefault(argument, data, evaluation)
  if (typeof argument === 'string' || typeof argument === 'number') return readPath(toText(argument), data, evaluation)
  return data.whole() === null ? null : fail()
}

function readPath(path: string, data: Data, evaluation: Evaluation): Json {
  const steps = parsePath(path)
  if (evaluation.locals.length > 0) charge(evaluation, steps.length >> 3)
  return data.at(steps)
}

function readWithDefault(argument: readonly Json[], data: Data, evaluation: Evaluation): Json {
  if (argument.length === 0) return data.whole()
  const [path] = argument
  if (typeof path !== 'string') return fail()
  return readPath(path, data, evaluation) ?? (argument.length === 2 ? (argument[1] as Json) : null)
}

function scalarOf(value: Json): Json {
  return typeof value === 'object' ? null : value
}

/**
 * What a rule at that depth looks at.
 *
 * @param depth -1: the context with flagd's own properties; 0: the element of the innermost list, 1: of the one around it
 */
function dataAt(depth: number, flagKey: string, evaluation: Evaluation): Data {
  if (depth < 0) return contextData(flagKey, evaluation)
  const element = elementAt(depth, evaluation)
  return { whole: () => element, at: (steps) => follow(element, steps) }
}

/** flagd's own properties replace whatever the caller sent under their name. The context is copied where all of it is read. */
function contextData(flagKey: string, evaluation: Evaluation): Data {
  const { context } = evaluation
  const whole = (): JsonObject => {
    if (evaluation.locals.length > 0) countMembers(context, evaluation)
    return fromEntries([...Object.entries(context), ['$flagd', flagdProperties(flagKey, evaluation)]])
  }
  const at = (steps: readonly Step[]): Json => {
    const [first, ...others] = steps
    if (first === undefined) return whole()
    return first.name === '$flagd' ? follow(flagdProperties(flagKey, evaluation), others) : follow(context, steps)
  }
  return { whole, at }
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

type ComputedRead = (argument: Json, data: Data, evaluation: Evaluation) => Json

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
  return names.filter((name) => read(name, data, evaluation) === null)
}, wholeContext)

/** The same, but empty as soon as so many of the names lead somewhere. */
export const missingSome: Operator = computedRead((argument, data, evaluation) => {
  const list = listOf(argument)
  const needed = toInteger(itemAt(list, 0))
  const names = listOf(itemAt(list, 1))
  charge(evaluation, stepsToWalk(names))
  const absent = names.filter((name) => read(name, data, evaluation) === null)
  return needed > names.length - absent.length ? absent : []
}, wholeContext)
