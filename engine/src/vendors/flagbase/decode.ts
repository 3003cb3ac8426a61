/** Unknown JSON becomes a document: a flag that is malformed is kept as such, reported, and spoils only itself. */
import { createDiagnosticSink } from '../../ruleset/diagnostic.js'
import {
  createFaults,
  type Faults,
  readBoolean,
  readOptionalBoolean,
  readOptionalList,
  readText,
  textOrEmpty,
} from '../../ruleset/entity-reader.js'
import { isRecord, own } from '../../ruleset/json.js'
import type { Decoded } from '../../ruleset/vendor.js'
import type { FlagbaseDocument, FlagbaseFlag, MalformedFlag, TargetingRule, Variation } from './document.js'

/** Whether a parsed file looks like what the poller answers: a list of raw flags, or an empty one. */
export function isRawRuleset(input: unknown): input is { readonly data: readonly unknown[] } {
  const data = isRecord(input) ? own(input, 'data') : undefined
  return Array.isArray(data) && (data.length === 0 || data.some(isRawFlag))
}

function isRawFlag(entry: unknown): boolean {
  return isRecord(entry) && own(entry, 'type') === 'raw_flag'
}

/** Reads a raw ruleset. Answers with errors, evaluated flags and other resources are refused as a whole. */
export function decode(input: unknown): Decoded<FlagbaseDocument> {
  const sink = createDiagnosticSink()
  if (!isRawRuleset(input)) {
    sink.error('INVALID_DOCUMENT', ['data'], 'not a Flagbase ruleset: data must be a list of raw flags')
    return { ok: false, diagnostics: sink.diagnostics }
  }
  const flags = new Map<string, FlagbaseFlag | MalformedFlag>()
  for (const [index, entry] of input.data.entries()) {
    const path = ['data', String(index)]
    const attributes = isRecord(entry) ? own(entry, 'attributes') : undefined
    const key = isRecord(attributes) ? textOrEmpty(attributes, 'flagKey') : ''
    if (!isRecord(attributes) || key === '') {
      sink.error('INVALID_FLAG', path, 'expected a flag with attributes.flagKey: the entry is left out')
      continue
    }
    if (flags.has(key)) sink.warning('DUPLICATE_KEY', path, `the flag "${key}" is there twice; the last one counts`)
    flags.set(key, readFlag(attributes, key, createFaults(sink, 'INVALID_FLAG', [...path, 'attributes'])))
  }
  return { ok: true, document: { flags: [...flags.values()] }, diagnostics: sink.diagnostics }
}

function readFlag(attributes: object, key: string, faults: Faults): FlagbaseFlag | MalformedFlag {
  const flag: FlagbaseFlag = {
    key,
    useFallthrough: readBoolean(attributes, 'useFallthrough', faults),
    fallthroughVariations: readOptionalList(attributes, 'fallthroughVariations', faults, readVariation),
    rules: readOptionalList(attributes, 'rules', faults, readRule),
  }
  const malformed = faults.first()
  return malformed === undefined ? flag : { key, malformed }
}

function readRule(rule: object, faults: Faults): TargetingRule {
  return {
    id: textOrEmpty(rule, 'id'),
    ruleType: textOrEmpty(rule, 'ruleType'),
    traitKey: readText(rule, 'traitKey', faults),
    traitValue: readText(rule, 'traitValue', faults),
    operator: readText(rule, 'operator', faults),
    negate: readOptionalBoolean(rule, 'negate', faults),
    ruleVariations: readOptionalList(rule, 'ruleVariations', faults, readVariation),
  }
}

function readVariation(variation: object, faults: Faults): Variation {
  return { variationKey: readText(variation, 'variationKey', faults), weight: readWeight(variation, faults) }
}

/** The server's type for it is an 8-bit integer: it would refuse anything else. */
function readWeight(variation: object, faults: Faults): number {
  const weight = own(variation, 'weight')
  if (typeof weight === 'number' && Number.isInteger(weight) && weight >= -128 && weight <= 127) return weight
  faults.at('weight').add('a whole number from -128 to 127', weight)
  return 0
}
