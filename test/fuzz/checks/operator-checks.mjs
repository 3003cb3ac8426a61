/** Every operator of every dialect and of core, called with hostile operands in hostile contexts. */
import assert from 'node:assert/strict'
import { compile, normalizeContext } from '@switchyard/engine'
import fc from 'fast-check'
import { staticArguments } from '../../../engine/test/explain/static-arguments.mjs'
import { checkAnswers } from './document-checks.mjs'
import { contexts, json } from '../generators/hostile.mjs'
import { freeze } from '../json.mjs'

/**
 * One check per operator. Each fails where no call of it came to a value or to the failure of an operator: then nothing was
 * tested.
 *
 * @param {{ maxLength: number }} options length of the longest texts
 * @param {{ core: object, coreForms: ReadonlyMap<string, unknown>, dialects: readonly object[], OperatorFailure: Function }} engine
 *   what the engine does not show outside
 */
export function operatorChecks(options, engine) {
  const { core, coreForms, dialects } = engine
  const operators = new Map([
    ...Array.from(core.operators),
    ...dialects.flatMap(({ name, operators }) =>
      Array.from(operators, ([short, operator]) => [`${name}.${short}`, operator]),
    ),
  ])
  const forms = [...coreForms.keys()].filter((name) => !operators.has(name))
  return [
    ...Array.from(operators, ([name, operator]) => operatorCheck(name, operator, { options, engine })),
    ...forms.map((name) => formCheck(name, options)),
  ]
}

function operatorCheck(name, operator, { options, engine }) {
  const hasStatics = operator.parameters.some((parameter) => parameter.startsWith('static'))
  const sound = hasStatics ? staticArguments[name] : [[]]
  assert(sound, `engine/test/explain/static-arguments.mjs says nothing of ${name}`)
  const statics = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...sound) },
    { weight: 1, arbitrary: fc.array(json(options), { maxLength: 3 }) },
  )
  const values = fc.array(json(options), { minLength: 4, maxLength: 4 })
  let calls = 0
  return {
    name: `operator ${name}`,
    arbitrary: fc.tuple(
      hasStatics ? statics : fc.constant([]),
      values,
      fc.nat(4),
      contexts(options),
      fc.array(json(options), { maxLength: 3 }),
    ),
    run: ([statics, values, count, context, locals]) => {
      const operands = valuesFor(operator.parameters, values, count)
      const call = { statics: freeze(statics), operands, context, locals }
      if (checkCall(operator, call, engine)) calls += 1
    },
    finish: () => assert(calls > 0, `${name} was never called`),
  }
}

/** As many values as the operator takes, and where it takes any number, as many as are wanted. */
function valuesFor(parameters, values, count) {
  const required = parameters.filter((parameter) => parameter === 'value').length
  if (parameters.includes('value..')) return values.slice(0, Math.max(required, count))
  const optional = parameters.filter((parameter) => parameter === 'value?').length
  return values.slice(0, required + Math.min(optional, count))
}

/** @returns whether the operator accepted its static arguments */
function checkCall(operator, { statics, operands, context, locals }, engine) {
  const normal = normalizeContext({ operands, context, locals })
  freeze(normal)
  const host = engine.createHost(new Map(), () => {})
  const prepared = operator.prepare({ statics, operands: normal.operands.map((value) => () => value), host })
  if (typeof prepared !== 'function') {
    assert.equal(typeof prepared.invalid, 'string')
    return false
  }
  const [first, second] = [0, 1].map(() => {
    const evaluation = evaluationIn(normal)
    return outcomeOf(() => prepared(evaluation), evaluation, { engine, depth: normal.locals.length })
  })
  assert.deepEqual(first, second)
  operator.reads?.(statics)
  operator.hashInput?.(statics, normal.operands, evaluationIn(normal))
  return true
}

function evaluationIn({ context, locals }) {
  const { targetingKey } = context
  return {
    context,
    targetingKey: typeof targetingKey === 'string' ? targetingKey : null,
    nowMs: 1_767_600_000_000,
    random: () => 0.25,
    locals: [...locals],
    stepsLeft: 100_000,
  }
}

/** What the call came to: a value, or the failure that an operator may end in. Anything else is thrown on. */
function outcomeOf(call, evaluation, { engine, depth }) {
  try {
    const value = call()
    assert.notEqual(value, undefined)
    assert(['string', 'number', 'boolean', 'object'].includes(typeof value))
    assert.equal(evaluation.locals.length, depth)
    return { value }
  } catch (error) {
    if (error instanceof engine.OperatorFailure) return { failure: error.message }
    throw error
  }
}

/** How the arguments of a form are written: expressions, unless the table says otherwise. */
const formArguments = {
  in: ([needle, items]) => [needle, Array.isArray(items) ? { const: items } : ['list', 'named']],
  segment: () => ['s'],
  flag: ([, field]) => ['other', typeof field === 'string' ? `metadata.${field}` : 'value'],
}

/** Forms are called by way of a flag: they compile their own arguments. */
function formCheck(name, options) {
  const values = fc.array(json(options), { maxLength: 4 })
  return {
    name: `operator ${name}`,
    arbitrary: fc.tuple(values, fc.nat(3), contexts(options)),
    run: ([values, fromContext, context]) => {
      const expressions = values.map((value, index) => (index < fromContext ? ['attr', `v${index}`] : { const: value }))
      const written = formArguments[name]?.(values) ?? expressions
      const args = name === 'in' ? [expressions[0] ?? null, written[1]] : written
      const asked = { ...context, ...Object.fromEntries(values.map((value, index) => [`v${index}`, value])) }
      checkAnswers(compile(freeze(flagAround([name, ...args], values))).snapshot, normalizeContext(asked))
    },
    finish: () => {},
  }
}

/** A ruleset whose flag answers with what the expression gives, read in every way. */
function flagAround(call, [value = null]) {
  return {
    ruleset: 1,
    dialects: [],
    lists: { named: { items: [value, 'a', 1] } },
    segments: { s: { when: ['attr', 'v0'] } },
    flags: {
      other: { outcomes: [{ value, variant: 'a', reason: 'STATIC', metadata: { a: 'b' } }], decide: 0 },
      asked: {
        outcomes: [
          { value: 1, reason: 'TARGETING_MATCH' },
          { value: 2, reason: 'DEFAULT' },
        ],
        decide: {
          rules: [
            { when: call, then: 0 },
            { when: ['eq', call, 'a'], then: { switch: call, cases: [['a', 0]], else: 1 } },
          ],
          else: 1,
        },
      },
    },
  }
}
