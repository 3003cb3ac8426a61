/** Reads an environment document: what `GET /environment-document/` answers, with all pages of identity overrides. */
import { createDiagnosticSink, type DiagnosticSink } from '../../ruleset/diagnostic.js'
import { fromEntries, isRecord, own } from '../../ruleset/json.js'
import type { JsonObject, Scalar } from '../../ruleset/types.js'
import type { Decoded } from '../../ruleset/vendor.js'
import { decodeFeatureState, isFeatureValue } from './decode-feature-state.js'
import { decodeRules, documentConditions } from './decode-rules.js'
import type { FeatureState, FlagsmithDocument, Segment } from './document.js'

/** Whether a parsed file looks like an environment document. */
export function isEnvironmentDocument(input: unknown): boolean {
  return isRecord(input) && missingMembers(input).length === 0
}

/**
 * Checks an environment document. One without its key, features, project or segments is refused: it would silently take
 * everybody's targeting away. Everything else has a default or spoils only itself.
 */
export function decodeDocument(input: unknown): Decoded<FlagsmithDocument> {
  const sink = createDiagnosticSink()
  const root = isRecord(input) ? input : {}
  for (const [path, expected] of missingMembers(root)) {
    sink.error('INVALID_DOCUMENT', path, `expected ${expected}, as in every environment document`)
  }
  if (sink.diagnostics.length > 0) return { ok: false, diagnostics: sink.diagnostics }
  const project = own(root, 'project') as Record<string, unknown>
  const document: FlagsmithDocument = {
    environment: { key: own(root, 'api_key') as string, name: textOrNull(own(root, 'name')) },
    features: decodeFeatures(own(root, 'feature_states') as unknown[], sink),
    segments: decodeSegments(own(project, 'segments') as unknown[], sink),
    identityOverrides: decodeIdentityOverrides((own(root, 'identity_overrides') ?? []) as unknown[], sink),
    serverOnlyFeatureIds: decodeFeatureIds(own(project, 'server_key_only_feature_ids')),
    hidesDisabledFlags: (own(root, 'hide_disabled_flags') ?? own(project, 'hide_disabled_flags')) === true,
    segmentsNeedIdentity: true,
    info: aboutDocument(root, project),
  }
  return { ok: true, document, diagnostics: sink.diagnostics }
}

type Expectation = readonly [path: readonly string[], expected: string]

function missingMembers(root: Record<string, unknown>): Expectation[] {
  const project = own(root, 'project')
  const overrides = own(root, 'identity_overrides') ?? []
  const missing: Expectation[] = []
  if (typeof own(root, 'api_key') !== 'string') missing.push([['api_key'], 'text'])
  if (!Array.isArray(own(root, 'feature_states'))) missing.push([['feature_states'], 'a list'])
  if (!Array.isArray(overrides)) missing.push([['identity_overrides'], 'a list'])
  if (!isRecord(project)) missing.push([['project'], 'an object'])
  else if (!Array.isArray(own(project, 'segments'))) missing.push([['project', 'segments'], 'a list'])
  return missing
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function decodeFeatures(inputs: readonly unknown[], sink: DiagnosticSink): Map<string, FeatureState> {
  const features = new Map<string, FeatureState>()
  for (const state of decodeStates(inputs, ['feature_states'], sink)) {
    if (features.has(state.name)) {
      const message = `there is more than one state of the feature "${state.name}"; the last one counts`
      sink.warning('DUPLICATE_KEY', ['feature_states'], message)
    }
    features.set(state.name, state)
  }
  return features
}

/** States of one list, without those that do not say which feature they are of. */
function decodeStates(inputs: unknown, path: readonly string[], sink: DiagnosticSink): FeatureState[] {
  if (inputs == null) return []
  if (!Array.isArray(inputs)) {
    sink.error('INVALID_VALUE', path, 'must be a list of feature states; it is ignored')
    return []
  }
  const states: FeatureState[] = []
  for (let index = 0; index < inputs.length; index += 1) {
    const state = decodeFeatureState(inputs[index])
    if (state !== null) states.push(state)
    if (state === null || state.problem !== null) sink.error('INVALID_FLAG', [...path, String(index)], complaint(state))
  }
  return states
}

function complaint(state: FeatureState | null): string {
  if (state === null) return 'a feature state must have a feature with a name; it is ignored'
  return `the feature "${state.name}" cannot be served here: ${state.problem}`
}

function decodeSegments(inputs: readonly unknown[], sink: DiagnosticSink): Segment[] {
  const segments = new Map<string, Segment>()
  for (const [index, input] of inputs.entries()) {
    const path = ['project', 'segments', String(index)]
    const id = isRecord(input) ? own(input, 'id') : undefined
    if (!isRecord(input) || (typeof id !== 'number' && typeof id !== 'string')) {
      sink.error('INVALID_SEGMENT', path, 'a segment must be an object with an id; it is ignored')
      continue
    }
    if (segments.has(String(id))) {
      sink.warning('DUPLICATE_KEY', path, `there is more than one segment ${id}; the last one counts`)
    }
    segments.set(String(id), {
      id: String(id),
      seed: String(id),
      name: textOrNull(own(input, 'name')) ?? String(id),
      ...decodeRules(own(input, 'rules'), path, sink, documentConditions),
      overrides: decodeStates(own(input, 'feature_states'), [...path, 'feature_states'], sink),
      path,
    })
  }
  return [...segments.values()]
}

/** By identifier; of several states that one identity has of one feature, the first counts. */
function decodeIdentityOverrides(inputs: readonly unknown[], sink: DiagnosticSink): Map<string, FeatureState[]> {
  const overrides = new Map<string, FeatureState[]>()
  for (let index = 0; index < inputs.length; index += 1) {
    const input = inputs[index]
    const path = ['identity_overrides', String(index), 'identity_features']
    const identifier = isRecord(input) ? own(input, 'identifier') : undefined
    if (!isRecord(input) || typeof identifier !== 'string') {
      const message = 'an identity override must be an object with an identifier; it is ignored'
      sink.error('INVALID_VALUE', path.slice(0, 2), message)
      continue
    }
    const states = decodeStates(own(input, 'identity_features'), path, sink)
    const known = overrides.get(identifier)
    if (known === undefined) overrides.set(identifier, states)
    else for (const state of states) known.push(state)
  }
  return overrides
}

function decodeFeatureIds(input: unknown): Set<number> {
  return new Set(Array.isArray(input) ? input.filter((id) => typeof id === 'number') : [])
}

/** What the relay says about the environment, and what its API for the vendor's SDKs has to know. */
function aboutDocument(root: Record<string, unknown>, project: Record<string, unknown>): JsonObject {
  const about: [string, unknown][] = [
    ['vendor', 'flagsmith'],
    ['environment', own(root, 'name')],
    ['environmentId', own(root, 'id')],
    ['project', own(project, 'name')],
    ['projectId', own(project, 'id')],
    ['updatedAt', own(root, 'updated_at')],
    ['allowClientTraits', own(root, 'allow_client_traits') !== false],
    ['hideSensitiveData', own(root, 'hide_sensitive_data') === true],
  ]
  return fromEntries(about.filter((entry): entry is [string, Scalar] => isPresentScalar(entry[1])))
}

function isPresentScalar(value: unknown): boolean {
  return value !== undefined && value !== null && isFeatureValue(value)
}
