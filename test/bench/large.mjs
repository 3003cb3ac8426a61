/**
 * A large environment: 1,000 flags, 200 segments, 100,000 identity overrides. How long it takes on its way into service and what it
 * holds in memory, beside `JSON.parse` of the same text and the text's own size; and what one changed flag costs, as the whole document
 * given again and as the patch of it that a hub sends.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { applyPatch, compile, diff, seal, vendors } from '@switchyard/engine'
import { environmentDocument, featureState, half } from './flagsmith-document.mjs'
import { median, ratioRow } from './measure.mjs'

const flags = 1_000
const segments = 200
const overrides = 100_000
const rounds = 5
const program = fileURLToPath(import.meta.url)
const vendor = vendors.get('flagsmith')

/** The text of the environment; `value` is what one of its flags has. */
export function largeText(value = 'off') {
  const nameOf = (index) => `feature-${index}`
  const segmentOf = (id) => ({
    id,
    name: `segment ${id}`,
    rules: [
      {
        type: 'ALL',
        rules: [],
        conditions: [
          { operator: 'EQUAL', property_: 'plan', value: `plan ${id % 7}` },
          { operator: 'GREATER_THAN_INCLUSIVE', property_: 'age', value: String(id % 60) },
        ],
      },
    ],
    feature_states: Array.from({ length: flags / segments }, (_, nth) => {
      const index = nth * segments + id
      return featureState(nameOf(index), index, { feature_segment: { priority: 1 }, feature_state_value: 'in segment' })
    }),
  })
  const stateOf = (_, index) =>
    featureState(
      nameOf(index),
      index,
      index === 1 ? { feature_state_value: value } : index % 4 === 3 ? half(index, 'half') : {},
    )
  const overrideOf = (_, index) => ({
    identifier: `user-${index}`,
    identity_features: [featureState(nameOf(index % flags), index % flags, { feature_state_value: 'assigned' })],
  })
  return JSON.stringify(
    environmentDocument({
      segments: Array.from({ length: segments }, (_, id) => segmentOf(id)),
      states: Array.from({ length: flags }, stateOf),
      overrides: Array.from({ length: overrides }, overrideOf),
    }),
  )
}

/** Decoded, translated, sealed and compiled, with the snapshot before where there was one. */
function intoService(document, previous) {
  const sealed = seal(vendor.translate(vendor.decode(document).document).ruleset)
  const { snapshot, diagnostics } = compile(sealed, { previous: previous?.snapshot })
  if (diagnostics.length > 0 || snapshot.flagKeys.length !== flags) throw new Error(JSON.stringify(diagnostics[0]))
  return { sealed, snapshot }
}

/** A patch into service, as an edge takes it, with the patch of it for the edge's own streams. */
function patchIntoService({ sealed, snapshot }, patch) {
  const { ok, ruleset } = applyPatch(sealed, patch)
  if (!ok) throw new Error('the patch is not of this ruleset')
  const next = { sealed: ruleset, snapshot: compile(ruleset, { previous: snapshot }).snapshot }
  return { next, patch: diff(sealed, next.sealed) }
}

function milliseconds(run) {
  const startMs = performance.now()
  const result = run()
  return { result, elapsedMs: performance.now() - startMs }
}

/** What is held beyond what was held before, in the heap and in buffers, rubbish taken out. */
function heldBytes(make) {
  const used = () => {
    globalThis.gc()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = used()
  const held = make()
  return { held, bytes: used() - before }
}

/** Rows: into service, one changed flag, and memory; of a process of their own. */
export function largeRows() {
  const args = ['--expose-gc', '--max-old-space-size=4096', program]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

function measuredRows() {
  const text = largeText()
  // First of all: nothing that came before can be taken for rubbish of it.
  const { held, bytes } = heldBytes(() => intoService(JSON.parse(text)))
  const changedText = largeText('on')
  const measured = { parse: [], service: [], change: [], patched: [] }
  for (let round = -1; round < rounds; round += 1) {
    const parse = milliseconds(() => JSON.parse(text))
    const service = milliseconds(() => intoService(parse.result))
    const changed = JSON.parse(changedText)
    const change = milliseconds(() => {
      const next = intoService(changed, service.result)
      return { next, patch: diff(service.result.sealed, next.sealed) }
    })
    expectOneChange(change.result)
    const patched = milliseconds(() => patchIntoService(service.result, change.result.patch))
    expectOneChange(patched.result)
    if (round < 0) continue
    measured.parse.push(parse.elapsedMs)
    measured.service.push(service.elapsedMs)
    measured.change.push(change.elapsedMs)
    measured.patched.push(patched.elapsedMs)
  }
  const { parse, service, change, patched } = measured
  const [parseMs, serviceMs, changeMs, patchedMs] = [parse, service, change, patched].map(median)
  if (held.snapshot.flagKeys.length !== flags) throw new Error('not the large environment')
  const mebibytes = (count) => count / 2 ** 20
  const what = '1,000 flags, 200 segments, 100,000 overrides'
  return [
    ratioRow(`${what}: into service, beside JSON.parse of the same text`, serviceMs, parseMs, { unit: 'ms', limit: 4 }),
    ratioRow(`${what}: one flag changed, beside all from nothing`, changeMs, serviceMs, { unit: 'ms', limit: 0.02 }),
    ratioRow(`${what}: the same as a patch from a hub`, patchedMs, serviceMs, { unit: 'ms', limit: 0.02 }),
    ratioRow(`${what}: heap, beside the document's size`, mebibytes(bytes), mebibytes(Buffer.byteLength(text)), {
      unit: 'MiB',
      limit: 1.5,
    }),
  ]
}

function expectOneChange({ next, patch }) {
  const answer = next.snapshot.evaluate('feature-1', {}, { nowMs: 0, random: () => 0 })
  if (answer.value !== 'on' || JSON.stringify(patch).length > 5_000) throw new Error('not one change')
}

if (process.argv[1] === program) console.log(JSON.stringify(measuredRows()))
