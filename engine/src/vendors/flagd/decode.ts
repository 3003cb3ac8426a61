/** Unknown JSON becomes a document: what is malformed is reported and spoils only itself. */
import { createDiagnosticSink, type DiagnosticSink } from '../../ruleset/diagnostic.js'
import { fromEntries, isRecord, own } from '../../ruleset/json.js'
import type { Flat, Json, JsonObject } from '../../ruleset/types.js'
import type { Decoded } from '../../ruleset/vendor.js'
import type { FlagdDocument, FlagdFlag, MalformedFlag } from './document.js'
import { jsonProblem } from './json-problem.js'

/**
 * Reads a flag definition document. Refused is what has no `flags`; where they are null there are none. Never throws.
 *
 * @see https://flagd.dev/reference/flag-definitions/
 */
export function decode(input: unknown): Decoded<FlagdDocument> {
  const sink = createDiagnosticSink()
  const flags = isRecord(input) ? readFlags(own(input, 'flags'), sink) : null
  if (!isRecord(input) || flags === null) {
    sink.error('INVALID_DOCUMENT', ['flags'], 'expected the flags, as an object or a list')
    return { ok: false, diagnostics: sink.diagnostics }
  }
  const $evaluators = readEvaluators(own(input, '$evaluators'), sink)
  const metadata = readMetadata(own(input, 'metadata'), ['metadata'], sink)
  if (metadata === null) sink.error('INVALID_VALUE', ['metadata'], 'expected an object: it is left out')
  return { ok: true, document: { flags, $evaluators, metadata: metadata ?? {} }, diagnostics: sink.diagnostics }
}

/** Whether a parsed file looks like a flagd document: its first flag has a state or variants. */
export function recognises(input: unknown): boolean {
  if (!isRecord(input)) return false
  const schema = own(input, '$schema')
  if (typeof schema === 'string' && schema.startsWith('https://flagd.dev/schema/')) return true
  const flags = own(input, 'flags')
  if (typeof flags !== 'object' || flags === null) return false
  const first: unknown = Object.values(flags)[0]
  if (!isRecord(first)) return first === undefined
  return Object.hasOwn(first, 'state') || isRecord(own(first, 'variants'))
}

/** @returns null where these are no flags at all */
function readFlags(input: unknown, sink: DiagnosticSink): FlagdDocument['flags'] | null {
  if (input === null) return []
  if (Array.isArray(input)) return readFlagList(input, sink)
  if (!isRecord(input)) return null
  return Object.entries(input).map(([key, flag]) => readFlag(key, flag, ['flags', key], sink))
}

/** The daemon's list form: items with `key`. Of two with the same key the later one counts. */
function readFlagList(input: readonly unknown[], sink: DiagnosticSink): FlagdDocument['flags'] {
  const flags = new Map<string, FlagdFlag | MalformedFlag>()
  for (const [index, item] of input.entries()) {
    const path = ['flags', String(index)]
    const key = isRecord(item) ? own(item, 'key') : undefined
    if (typeof key !== 'string' || key === '') {
      sink.error('INVALID_FLAG', [...path, 'key'], 'expected the key of the flag: it is left out')
      continue
    }
    if (flags.has(key))
      sink.warning('INVALID_FLAG', [...path, 'key'], `${JSON.stringify(key)} is there twice: the later one counts`)
    flags.set(key, readFlag(key, item, path, sink))
  }
  return [...flags.values()]
}

function readFlag(
  key: string,
  input: unknown,
  path: readonly string[],
  sink: DiagnosticSink,
): FlagdFlag | MalformedFlag {
  const problem = jsonProblem(input)
  const flag = problem === null ? flagOf(key, input ?? {}, path, sink) : problem
  if (typeof flag !== 'string') return flag
  sink.error('INVALID_FLAG', path, `${flag}: the flag answers with an error`)
  return { key, problem: flag }
}

/** @returns what is wrong with a flag that cannot be used */
function flagOf(key: string, input: unknown, path: readonly string[], sink: DiagnosticSink): FlagdFlag | string {
  if (!isRecord(input)) return 'expected an object'
  const state = own(input, 'state') ?? 'ENABLED'
  if (typeof state !== 'string') return 'state must be ENABLED or DISABLED'
  const variants = own(input, 'variants') ?? {}
  if (!isRecord(variants)) return 'variants must be an object'
  const defaultVariant = readDefaultVariant(own(input, 'defaultVariant'), variants)
  if (typeof defaultVariant === 'object' && defaultVariant !== null) return defaultVariant.problem
  const metadata = readMetadata(own(input, 'metadata'), [...path, 'metadata'], sink)
  if (metadata === null) return 'metadata must be an object'
  if (state !== 'ENABLED' && state !== 'DISABLED') {
    const received = JSON.stringify(state)
    sink.warning(
      'INVALID_VALUE',
      [...path, 'state'],
      `expected ENABLED or DISABLED, not ${received}: the flag is enabled`,
    )
  }
  return {
    key,
    state: state === 'DISABLED' ? 'DISABLED' : 'ENABLED',
    variants: variants as JsonObject,
    defaultVariant,
    ...(Object.hasOwn(input, 'targeting') ? { targeting: input['targeting'] as Json } : {}),
    metadata,
  }
}

/** Null and empty text are no default. */
function readDefaultVariant(input: unknown, variants: object): string | null | { readonly problem: string } {
  if (input === undefined || input === null || input === '') return null
  if (typeof input !== 'string') return { problem: 'defaultVariant must be the name of a variant' }
  if (!Object.hasOwn(variants, input))
    return { problem: `defaultVariant ${JSON.stringify(input)} is not among the variants` }
  return input
}

/** An empty rule makes the daemon refuse the document; here only the flags that refer to it have an error. */
function readEvaluators(input: unknown, sink: DiagnosticSink): JsonObject {
  if (input === undefined || input === null) return {}
  if (!isRecord(input)) {
    sink.error('INVALID_VALUE', ['$evaluators'], 'expected an object: it is left out')
    return {}
  }
  const usable = Object.entries(input).filter(([name, rule]) => {
    const problem = isEmptyRule(rule) ? 'the rule is empty' : jsonProblem(rule)
    if (problem !== null) sink.error('INVALID_VALUE', ['$evaluators', name], `${problem}: it is left out`)
    return problem === null
  })
  return fromEntries(usable as [string, Json][])
}

function isEmptyRule(rule: unknown): boolean {
  return rule === '' || (typeof rule === 'object' && rule !== null && Object.keys(rule).length === 0)
}

/** OpenFeature's metadata is flat: what is not text, a number or a boolean is left out. Null where it is no object. */
function readMetadata(input: unknown, path: readonly string[], sink: DiagnosticSink): Flat | null {
  if (input === undefined || input === null) return {}
  if (!isRecord(input)) return null
  const flat = Object.entries(input).filter(([name, value]) => {
    if (isScalar(value)) return true
    if (value !== null)
      sink.warning('INVALID_VALUE', [...path, name], 'expected text, a number or a boolean: it is left out')
    return false
  })
  return fromEntries(flat as [string, boolean | number | string][])
}

function isScalar(value: unknown): boolean {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  )
}
