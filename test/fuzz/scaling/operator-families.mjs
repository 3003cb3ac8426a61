/** Every operator with large operands, all of one kind or of several, and with large static arguments. */
import fc from 'fast-check'
import { staticArguments } from '../../../engine/test/explain/static-arguments.mjs'
import { growing } from './growing.mjs'

const maxSize = 2 ** 20
const kinds = Object.keys(growing)

/**
 * @param {{ core: object, dialects: readonly object[] }} engine what the engine does not show outside
 * @returns {fc.Arbitrary<import('./measure.mjs').Family>}
 */
export function operatorFamilies(engine) {
  const kind = fc.constantFrom(...kinds)
  return fc.constantFrom(...operatorsOf(engine)).chain(([name, operator]) => {
    const statics = fc.constantFrom(...(staticArguments[name] ?? [[]]))
    return fc
      .record({ statics, kinds: fc.tuple(kind, kind), staticKind: fc.option(kind) })
      .map((choice) => operatorFamily(name, operator, { ...choice, engine }))
  })
}

function operatorsOf({ core, dialects }) {
  return [
    ...core.operators,
    ...dialects.flatMap(({ name, operators }) => {
      return Array.from(operators, ([short, operator]) => [`${name}.${short}`, operator])
    }),
  ]
}

/** The first operand is of the first kind, the others of the second; so is the first text among the static arguments. */
function operatorFamily(name, { parameters, prepare }, { statics, kinds: [first, others], staticKind, engine }) {
  const required = parameters.filter((parameter) => parameter === 'value').length
  const count = parameters.includes('value..') ? 3 : required
  const at = statics.findIndex((value) => typeof value === 'string')
  const isStaticGrown = staticKind !== null && at >= 0
  const operands = count === 0 ? [] : [first, ...Array(count - 1).fill(others)]
  return {
    name: `operator ${name}: ${[...operands, ...(isStaticGrown ? [`static ${staticKind}`] : [])].join(', ')}`,
    maxSize,
    prepare: (size) => {
      const values = operands.map((kind) => growing[kind](size))
      if (!isStaticGrown) return callOf(prepare, { statics, values }, engine)
      const large = statics.with(at, growing[staticKind](size))
      return () => callOf(prepare, { statics: large, values }, engine)()
    },
  }
}

/** The call of an operator that may fail, or be refused when it is prepared. */
function callOf(prepare, { statics, values }, { createHost, OperatorFailure }) {
  const operands = values.map((value) => () => value)
  const prepared = prepare({ statics, operands, host: createHost(new Map(), () => {}) })
  if (typeof prepared !== 'function') return () => {}
  return () => {
    try {
      return prepared(evaluationOver(values))
    } catch (error) {
      if (error instanceof OperatorFailure) return null
      throw error
    }
  }
}

function evaluationOver([first = null, second = null]) {
  return {
    context: { targetingKey: 'u1', plan: first, list: second, traits: { plan: first } },
    targetingKey: 'u1',
    nowMs: 1_767_600_000_000,
    random: () => 0.25,
    locals: [first],
    stepsLeft: 100_000,
  }
}
