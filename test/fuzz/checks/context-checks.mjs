/** Contexts as a program holds them, and as bodies of requests bring them. */
import assert from 'node:assert/strict'
import { compile, normalizeContext, vendors } from '@switchyard/engine'
import fc from 'fast-check'
import { checkAnswers } from './document-checks.mjs'
import { documents } from '../documents/documents.mjs'
import { contexts, json, names, texts } from '../generators/hostile.mjs'
import { jsonProblem } from '../json.mjs'
import { mutate, mutations } from '../generators/mutation.mjs'

const snapshots = [...vendors.values()].flatMap((vendor) => {
  return documents[vendor.name].map(
    (document) => compile(vendor.translate(vendor.decode(document).document).ruleset).snapshot,
  )
})

/**
 * @param {{ maxLength: number }} options length of the longest texts
 * @param {any} relay what the relay does not show outside: readEvaluationContext, contextValidator
 */
export function contextChecks(options, relay) {
  return [
    {
      name: 'contexts of programs',
      arbitrary: fc.oneof(held(options), fc.dictionary(fc.string(), held(options))),
      run: checkHeld,
    },
    { name: 'contexts in bodies', arbitrary: bodies(options), run: (body) => checkBody(body, relay) },
    {
      name: 'contexts for every vendor',
      arbitrary: fc.tuple(fc.nat(snapshots.length - 1), contexts(options)),
      run: ([sample, context]) => checkAnswers(snapshots[sample], normalizeContext(context)),
    },
  ]
}

class Held {
  own = 1
  get derived() {
    return 2
  }
  toJSON() {
    return 'something else'
  }
}

/** Values that a program may put into a context, although no JSON has them. */
function held(options) {
  // prettier-ignore
  const strange = fc.constantFrom(
    undefined, () => 1, Symbol('s'), 10n, Number.NaN, -Infinity, new Date(0), new Date(Number.NaN), /x/g, new Error('e'),
    new Map([['a', 1]]), new Set([1]), new Held(), new String('boxed'), Object(1), new Uint8Array(3), Buffer.from('a'),
    Object.create(null), Object.create({ inherited: 1 }), Array(2), Object.freeze([1]), Promise.resolve(1),
  )
  return fc.oneof(
    json(options),
    strange,
    fc.array(fc.oneof(strange, json(options)), { maxLength: 3 }),
    withMembers(strange),
  )
}

function withMembers(values) {
  return fc.array(fc.tuple(names, values), { maxLength: 3 }).map((entries) => Object.fromEntries(entries))
}

function checkHeld(context) {
  const normal = normalizeContext(context)
  assert(typeof normal === 'object' && normal !== null && !Array.isArray(normal))
  assert.equal(jsonProblem(normal), null)
  assert.equal(normalizeContext(normal), normal)
}

/** Bodies that are a context, nearly one, or none. */
function bodies(options) {
  const whole = contexts(options).map((context) => ({ context }))
  const text = fc.oneof(
    fc.tuple(whole, mutations(options)).map(([body, wrong]) => JSON.stringify(mutate(body, wrong)) ?? ''),
    fc.tuple(whole, fc.nat(60), texts(options.maxLength)).map(([body, position, more]) => {
      const text = JSON.stringify(body)
      return text.slice(0, position) + more + text.slice(position)
    }),
    fc.tuple(whole, fc.nat(200)).map(([body, length]) => JSON.stringify(body).slice(0, length)),
    fc.constantFrom(10, 1_000, 100_000).map((depth) => `{"context":${'['.repeat(depth)}${']'.repeat(depth)}}`),
    fc
      .constantFrom(10, 1_000, 100_000)
      .map((depth) => `{"context":{"a":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}}`),
    fc.constantFrom(
      '\ufeff{}',
      '{"context":{"a":1e999}}',
      '{"context":{"targetingKey":"\\ud800"}}',
      '{"__proto__":{"context":{"a":1}}}',
      '{"context":{"__proto__":{"targetingKey":"u"}}}',
    ),
  )
  return fc.oneof(
    { weight: 8, arbitrary: text.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
  )
}

const origin = { engineVersion: '1', revision: '2', audience: 'server', scope: 's', state: 'fresh', streamEpoch: '' }

function checkBody(body, { readEvaluationContext, contextValidator }) {
  const read = readEvaluationContext(body)
  if (!read.ok) {
    assert(typeof read.problem === 'string' && read.problem !== '')
    return
  }
  assert.equal(jsonProblem(read.context), null)
  assert(['string', 'undefined'].includes(typeof (read.context.targetingKey ?? undefined)))
  assert.match(contextValidator(origin, read.context), /^[\w-]{43}$/)
}
