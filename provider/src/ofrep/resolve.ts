/**
 * An answer as the type an application asks for: the flag's error, the typed view that the relay sends as `as.*` metadata,
 * the value itself, the code default, or TYPE_MISMATCH. The same order as in-process.
 */
import type { FlagAnswer, Json, Metadata } from './wire.js'

export type ValueType = 'boolean' | 'string' | 'number' | 'object'

/** What an OpenFeature SDK calls resolution details. */
export interface Resolution<Value> {
  readonly value: Value
  readonly variant?: string
  readonly reason: string
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly flagMetadata: Metadata
}

export function resolve<Value extends Json>(
  answer: FlagAnswer,
  type: ValueType,
  defaultValue: Value,
): Resolution<Value> {
  const { metadata } = answer
  const flagMetadata = Object.fromEntries(Object.entries(metadata).filter(([name]) => !name.startsWith('as.')))
  if (answer.kind === 'error') return failed(defaultValue, answer.errorCode, answer.errorDetails, flagMetadata)
  const { value, variant, reason = value === undefined ? 'DEFAULT' : 'UNKNOWN' } = answer
  const view = viewOf(metadata, value, type)
  const given = view === undefined ? value : view
  const isOfType = given !== undefined && typeOf(given) === type
  if (!isOfType && given !== undefined && !codeDefaults(metadata).includes(type)) {
    return failed(
      defaultValue,
      'TYPE_MISMATCH',
      `the value is of type ${typeOf(given)}, asked for ${type}`,
      flagMetadata,
    )
  }
  return {
    value: isOfType ? (given as Value) : defaultValue,
    ...(variant === undefined ? {} : { variant }),
    reason,
    flagMetadata,
  }
}

/** The default with an error; the metadata stays. */
export function failed<Value>(
  value: Value,
  errorCode: string,
  errorMessage: string,
  flagMetadata: Metadata = {},
): Resolution<Value> {
  return { value, reason: 'ERROR', errorCode, errorMessage, flagMetadata }
}

function typeOf(value: Json): ValueType {
  const type = typeof value
  return type === 'boolean' || type === 'string' || type === 'number' ? type : 'object'
}

/** The typed view, undefined where there is none; `as.object` says that the text is JSON. */
function viewOf(metadata: Metadata, value: Json | undefined, type: ValueType): Json | undefined {
  const view = Object.hasOwn(metadata, `as.${type}`) ? metadata[`as.${type}`] : undefined
  if (type !== 'object') return typeof view === type ? view : undefined
  if (view !== true || typeof value !== 'string') return undefined
  try {
    return JSON.parse(value) as Json
  } catch {
    return undefined
  }
}

function codeDefaults(metadata: Metadata): readonly string[] {
  const types = metadata['as.codeDefault']
  return typeof types === 'string' ? types.split(',') : []
}
