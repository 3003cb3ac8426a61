/** Documents of every vendor, near-valid and arbitrary: decoded, translated, sealed, compiled, evaluated and explained. */
import assert from 'node:assert/strict'
import { applyPatch, compile, diff, explain, resolveAs, seal, vendors } from '@switchyard/engine'
import fc from 'fast-check'
import { documents, translationOptions } from '../documents/documents.mjs'
import { contexts, json } from '../generators/hostile.mjs'
import { freeze, jsonProblem } from '../json.mjs'
import { mutate, mutations } from '../generators/mutation.mjs'

/** One property: what is made up, and what must hold for it. `run` throws where it does not. */

/** @param {{ maxLength: number }} options length of the longest texts */
export function documentChecks(options) {
  return [...vendors.values()].flatMap((vendor) => {
    const samples = documents[vendor.name]
    assert(samples, `test/fuzz/documents.mjs has no document of ${vendor.name}`)
    const nearValid = fc.record({ sample: fc.nat(samples.length - 1), wrong: mutations(options) })
    const ways = fc.constantFrom(undefined, translationOptions[vendor.name])
    const documentOf = ({ sample, wrong }) => mutate(samples[sample], wrong)
    return [
      {
        name: `documents of ${vendor.name}, near-valid`,
        arbitrary: fc.tuple(nearValid, ways, fc.array(contexts(options), { minLength: 1, maxLength: 3 })),
        run: ([given, way, asked]) => checkDocument({ vendor, way }, documentOf(given), asked),
      },
      {
        name: `documents of ${vendor.name}, arbitrary`,
        arbitrary: fc.tuple(json(options), contexts(options)),
        run: ([document, asked]) => checkDocument({ vendor, way: undefined }, document, [asked]),
      },
      {
        name: `changes of ${vendor.name}'s documents`,
        arbitrary: fc.tuple(nearValid, nearValid, contexts(options)),
        run: ([before, after, asked]) =>
          checkChange({ vendor, way: undefined }, [documentOf(before), documentOf(after)], asked),
      },
    ]
  })
}

function checkDocument(reader, document, asked) {
  freeze(document)
  assert.equal(typeof reader.vendor.recognises(document), 'boolean')
  const ruleset = rulesetOf(reader, document)
  if (ruleset === null) return
  const { snapshot, diagnostics } = compile(ruleset)
  checkDiagnostics(diagnostics)
  for (const { message } of diagnostics) assert.doesNotMatch(message, /^cannot be compiled/)
  for (const context of asked) {
    checkAnswers(snapshot, context)
    const outcomes = snapshot.evaluateAll(context, environment, 'server')
    for (const { value = null, as = null } of outcomes) assert.equal(jsonProblem([value, as]), null)
  }
}

/** Decodes and translates; null where the document is refused, which has to be said. */
function rulesetOf({ vendor, way }, document) {
  const decoded = vendor.decode(document)
  checkDiagnostics(decoded.diagnostics)
  if (!decoded.ok) {
    assert(
      decoded.diagnostics.some(({ severity }) => severity === 'error'),
      'a document was refused without a word',
    )
    return null
  }
  const translation = vendor.translate(decoded.document, way)
  checkDiagnostics(translation.diagnostics)
  const { ruleset } = translation
  assert.equal(jsonProblem(ruleset), null)
  assert.equal(JSON.stringify(vendor.translate(decoded.document, way).ruleset), JSON.stringify(ruleset))
  return freeze(seal(ruleset))
}

function checkDiagnostics(diagnostics) {
  assert(diagnostics.length <= 1_000)
  for (const { severity, code, path, message } of diagnostics) {
    assert(severity === 'error' || severity === 'warning')
    assert.match(code, /^[A-Z_]+$/)
    assert(path.every((step) => typeof step === 'string'))
    assert(typeof message === 'string' && message !== '')
  }
}

const environment = { nowMs: 1_767_600_000_000, random: () => 0.25 }

/** What the runtime says of a mistake of ours. An operator that fails says something else. */
const mistake =
  /^(Cannot (read|set|convert|create|mix|destructure|access)|Maximum call stack|Invalid (array|string|time|count)|.* is not (a function|iterable|defined|a constructor))/

/** The messages of all that failed on the way to a decision: evaluating takes a mistake of ours for a failure. */
function failuresIn(trace) {
  const failures = []
  const open = [trace]
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== 'object' || part === null) continue
    if (typeof part.failed === 'string') failures.push(part.failed)
    for (const child of Object.values(part)) if (typeof child === 'object') open.push(child)
  }
  return failures
}

/** Asks in every way there is; the compiled form and the explanation say the same. */
export function checkAnswers(snapshot, context) {
  freeze(context)
  for (const flagKey of snapshot.flagKeys) {
    const outcome = snapshot.evaluate(flagKey, context, environment)
    checkOutcome(flagKey, outcome)
    const explanation = explain(snapshot, flagKey, context, environment)
    assert.deepEqual(answerOf(outcome), answerOf(explanation.outcome))
    for (const message of failuresIn(explanation.decision)) assert.doesNotMatch(message, mistake)
    assert(snapshot.validUntil(environment.nowMs, flagKey) >= environment.nowMs)
    assert(snapshot.reads(flagKey).attributes.every((name) => typeof name === 'string'))
  }
  for (const audience of ['server', 'client']) {
    const keys = snapshot.evaluateAll(context, environment, audience).map(({ flagKey }) => flagKey)
    assert.deepEqual(keys, keys.toSorted(byCodeUnits))
  }
  assert.equal(snapshot.evaluate('no such flag', context, environment).errorCode, 'FLAG_NOT_FOUND')
}

function byCodeUnits(a, b) {
  return a < b ? -1 : Number(a > b)
}

function checkOutcome(flagKey, outcome) {
  for (const audience of ['server', 'client']) {
    const item = JSON.parse(outcome.ofrep(audience))
    assert.equal(item.key, flagKey)
    assert.equal(typeof (outcome.errorCode === undefined ? item.reason : item.errorCode), 'string')
  }
  for (const type of ['boolean', 'string', 'number', 'object']) resolveAs(outcome, type)
}

function answerOf({ value, variant, reason, errorCode, errorDetails, as }) {
  return { value, variant, reason, errorCode, errorDetails, as }
}

/** A patch gives what it was made from, and a snapshot that follows another answers like one that was made afresh. */
function checkChange(reader, versions, context) {
  const [before, after] = versions.map((document) => rulesetOf(reader, freeze(document)))
  if (before == null || after == null) return
  const patch = diff(before, after)
  if (patch !== null) {
    const patched = applyPatch(before, JSON.parse(JSON.stringify(patch)))
    // By their texts: JavaScript writes -0 as 0.
    assert.equal(JSON.stringify(patched.ruleset, inOrder), JSON.stringify(after, inOrder))
  }
  const first = compile(before).snapshot
  const next = compile(after, { previous: first }).snapshot
  const fresh = compile(after).snapshot
  const changed = new Set(next.changedFrom(first))
  for (const flagKey of fresh.flagKeys) {
    const answers = [first, next, fresh].map((snapshot) => answerOf(snapshot.evaluate(flagKey, context, environment)))
    assert.deepEqual(answers[1], answers[2])
    if (!changed.has(flagKey)) assert.deepEqual(answers[0], answers[1])
  }
}

/** Members in one order: that of a ruleset means nothing, and a patch need not keep it. */
function inOrder(_name, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
