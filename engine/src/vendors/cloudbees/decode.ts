/** Unknown JSON becomes a document: what is malformed is kept as such, reported, and spoils only itself. */
import { createDiagnosticSink, type DiagnosticSink } from '../../ruleset/diagnostic.js'
import { isRecord, own } from '../../ruleset/json.js'
import type { Decoded } from '../../ruleset/vendor.js'
import type {
  CloudBeesDocument,
  Experiment,
  FeatureFlag,
  MalformedExperiment,
  MalformedTargetGroup,
  TargetGroup,
} from './document.js'

/**
 * Reads the signed envelope as the wire delivers it, the document inside it, or a document that was decoded before. The
 * signature is not looked at: that is the source's business. Never throws.
 */
export function decode(input: unknown): Decoded<CloudBeesDocument> {
  const sink = createDiagnosticSink()
  const inner = innerDocument(input, sink)
  const experiments = inner === null ? undefined : own(inner, 'experiments')
  const targetGroups = inner === null ? undefined : own(inner, 'targetGroups')
  if (inner === null || !Array.isArray(experiments) || !Array.isArray(targetGroups)) {
    const expected = 'expected a CloudBees configuration: an object with the lists experiments and targetGroups'
    if (sink.diagnostics.length === 0) sink.error('INVALID_DOCUMENT', [], expected)
    return { ok: false, diagnostics: sink.diagnostics }
  }
  const document: CloudBeesDocument = {
    experiments: experiments.map((entry, index) => readExperiment(entry, ['experiments', String(index)], sink)),
    targetGroups: targetGroups.flatMap((entry, index) => readGroup(entry, ['targetGroups', String(index)], sink)),
    application: textOr(inner, 'application', ''),
    platform: textOr(inner, 'platform', ''),
    creation_date: textOr(inner, 'creation_date', null),
    api_version: textOr(inner, 'api_version', null),
    signed_date: textOr(isRecord(input) ? input : inner, 'signed_date', null),
  }
  return { ok: true, document, diagnostics: sink.diagnostics }
}

/** Whether a parsed file looks like an envelope or like the document inside one. */
export function recognises(input: unknown): boolean {
  if (!isRecord(input)) return false
  if (typeof own(input, 'data') === 'string') {
    return Object.hasOwn(input, 'signature_v0') || Object.hasOwn(input, 'signed_date')
  }
  return Array.isArray(own(input, 'experiments')) && Array.isArray(own(input, 'targetGroups'))
}

/** What the envelope holds, or the input itself where it is none. Null, with a diagnostic where there is more to say. */
function innerDocument(input: unknown, sink: DiagnosticSink): Record<string, unknown> | null {
  if (!isRecord(input)) return null
  if (!Object.hasOwn(input, 'data')) return input
  const data = own(input, 'data')
  const inner = typeof data === 'string' ? parseJson(data) : undefined
  if (isRecord(inner)) return inner
  sink.error('INVALID_DOCUMENT', ['data'], 'expected the JSON text of a CloudBees configuration')
  return null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function readExperiment(
  entry: unknown,
  path: readonly string[],
  sink: DiagnosticSink,
): Experiment | MalformedExperiment {
  const malformed = (featureFlags: readonly FeatureFlag[], problem: string): MalformedExperiment => {
    sink.error('INVALID_FLAG', path, problem)
    return { featureFlags, malformed: problem }
  }
  if (!isRecord(entry)) return malformed([], 'expected an object')
  const featureFlags = readFeatureFlags(own(entry, 'featureFlags'), [...path, 'featureFlags'], sink)
  // Of an experiment that was found malformed before, nothing is left to read.
  const known = textOr(entry, 'malformed', '')
  if (known !== '') return malformed(featureFlags, known)
  const configuration = own(entry, 'deploymentConfiguration')
  const condition = isRecord(configuration) ? own(configuration, 'condition') : undefined
  if (typeof condition !== 'string') {
    return malformed(featureFlags, 'deploymentConfiguration.condition: expected the text of an expression')
  }
  return {
    _id: textOr(entry, '_id', ''),
    name: textOr(entry, 'name', ''),
    archived: own(entry, 'archived') === true,
    featureFlags,
    deploymentConfiguration: { condition },
    labels: readTexts(own(entry, 'labels')),
    stickinessProperty: textOr(entry, 'stickinessProperty', 'rox.distinct_id'),
  }
}

function readFeatureFlags(list: unknown, path: readonly string[], sink: DiagnosticSink): FeatureFlag[] {
  if (!Array.isArray(list)) {
    sink.error('INVALID_FLAG', path, 'expected a list: the experiment belongs to no flag')
    return []
  }
  return list.flatMap((item: unknown, index) => {
    const name = isRecord(item) ? own(item, 'name') : undefined
    if (typeof name === 'string' && name !== '') return [{ name }]
    sink.error('INVALID_FLAG', [...path, String(index)], 'expected an object with a name: the entry is left out')
    return []
  })
}

function readGroup(
  entry: unknown,
  path: readonly string[],
  sink: DiagnosticSink,
): (TargetGroup | MalformedTargetGroup)[] {
  const id = isRecord(entry) ? textOr(entry, '_id', '') : ''
  if (!isRecord(entry) || id === '') {
    sink.error('INVALID_SEGMENT', path, 'expected an object with an _id: the target group is left out')
    return []
  }
  const condition = own(entry, 'condition')
  if (typeof condition === 'string') return [{ _id: id, name: textOr(entry, 'name', ''), condition }]
  const malformed = textOr(entry, 'malformed', '') || 'condition: expected the text of an expression'
  sink.error('INVALID_SEGMENT', path, malformed)
  return [{ _id: id, malformed }]
}

/** The member if it is text. For what no answer depends on, other values are as good as none. */
function textOr<D>(record: object, name: string, otherwise: D): string | D {
  const value = own(record, name)
  return typeof value === 'string' ? value : otherwise
}

function readTexts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : []
}
