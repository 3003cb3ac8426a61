/**
 * Reads an evaluation context, the input of the vendor's engine since version 7, into the same form as an environment document.
 * Its `identity` is not part of that form: it is what an evaluation brings.
 */
import { createDiagnosticSink, type DiagnosticSink } from '../../ruleset/diagnostic.js'
import { isRecord, own } from '../../ruleset/json.js'
import type { Decoded } from '../../ruleset/vendor.js'
import { inOrder, isFeatureValue, isFiniteNumber, type OrderedOption } from './decode-feature-state.js'
import { contextConditions, decodeRules } from './decode-rules.js'
import type { FeatureState, FlagsmithDocument, MultivariateOption, Segment } from './document.js'

/** Checks an evaluation context. Refuses only what has no environment with a key. */
export function decodeEvaluationContext(input: unknown): Decoded<FlagsmithDocument> {
  const sink = createDiagnosticSink()
  const environment = isRecord(input) ? own(input, 'environment') : undefined
  const key = isRecord(environment) ? own(environment, 'key') : undefined
  if (!isRecord(input) || !isRecord(environment) || typeof key !== 'string') {
    sink.error('INVALID_DOCUMENT', ['environment', 'key'], 'not an evaluation context: it must name its environment')
    return { ok: false, diagnostics: sink.diagnostics }
  }
  const name = own(environment, 'name')
  const features = membersOf(input, 'features').map(([member, feature]) =>
    decodeFeature(feature, ['features', member], sink),
  )
  const document: FlagsmithDocument = {
    environment: { key, name: typeof name === 'string' ? name : null },
    features: new Map(features.flatMap((state) => (state === null ? [] : [[state.name, state]]))),
    segments: membersOf(input, 'segments').flatMap(([id, segment]) => decodeSegment(id, segment, sink)),
    identityOverrides: new Map(),
    serverOnlyFeatureIds: new Set(),
    hidesDisabledFlags: false,
    segmentsNeedIdentity: false,
    info: { vendor: 'flagsmith' },
  }
  return { ok: true, document, diagnostics: sink.diagnostics }
}

function membersOf(input: Record<string, unknown>, name: string): [string, unknown][] {
  const members = own(input, name)
  return isRecord(members) ? Object.entries(members) : []
}

function decodeSegment(id: string, input: unknown, sink: DiagnosticSink): Segment[] {
  const path = ['segments', id]
  if (!isRecord(input)) {
    sink.error('INVALID_SEGMENT', path, 'a segment must be an object; it is ignored')
    return []
  }
  const { name, key, overrides } = input
  const states = (Array.isArray(overrides) ? (overrides as readonly unknown[]) : []).map((state, index) =>
    decodeFeature(state, [...path, 'overrides', String(index)], sink),
  )
  return [
    {
      id,
      name: typeof name === 'string' ? name : id,
      seed: typeof key === 'string' ? key : id,
      ...decodeRules(own(input, 'rules'), path, sink, contextConditions),
      overrides: states.filter((state) => state !== null),
      path,
    },
  ]
}

function decodeFeature(input: unknown, path: readonly string[], sink: DiagnosticSink): FeatureState | null {
  const name = isRecord(input) ? own(input, 'name') : undefined
  if (!isRecord(input) || typeof name !== 'string') {
    sink.error('INVALID_FLAG', path, 'a feature must be an object with a name; it is ignored')
    return null
  }
  const [key, value, priority] = [own(input, 'key'), own(input, 'value') ?? null, own(input, 'priority')]
  const metadata = own(input, 'metadata')
  const id = isRecord(metadata) ? own(metadata, 'id') : undefined
  const options = decodeVariants(own(input, 'variants'))
  const isSound = typeof own(input, 'enabled') === 'boolean' && isFeatureValue(value) && options !== null
  const problem = isSound ? null : 'enabled, value or variants are malformed'
  if (problem !== null) sink.error('INVALID_FLAG', path, `the feature "${name}" cannot be served here: ${problem}`)
  return {
    name,
    featureId: isFiniteNumber(id) ? id : null,
    type: options?.length ? 'MULTIVARIATE' : 'STANDARD',
    enabled: own(input, 'enabled') === true,
    value: isFeatureValue(value) ? value : null,
    options: options ?? [],
    seed: typeof key === 'string' ? key : '',
    priority: typeof priority === 'number' ? priority : Number.POSITIVE_INFINITY,
    problem,
  }
}

function decodeVariants(input: unknown): MultivariateOption[] | null {
  if (input == null) return []
  if (!Array.isArray(input)) return null
  const options: OrderedOption[] = []
  for (const item of input as readonly unknown[]) {
    if (!isRecord(item)) return null
    const [value, weight] = [own(item, 'value') ?? null, own(item, 'weight')]
    const [key, priority] = [own(item, 'key'), own(item, 'priority')]
    if (!isFeatureValue(value) || !isFiniteNumber(weight)) return null
    options.push({
      value,
      weight,
      key: typeof key === 'string' ? key : null,
      priority: typeof priority === 'number' ? priority : Number.POSITIVE_INFINITY,
    })
  }
  return inOrder(options)
}
