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
  const flagMetadata = Object.fromEntries(Object.entries(answer.metadata).filter(([name]) => !name.startsWith('as.')))
  if (answer.kind === 'error') return failed(defaultValue, answer.errorCode, answer.errorDetails, flagMetadata)
  const { value, variant, reason = value === undefined ? 'DEFAULT' : 'UNKNOWN', metadata } = answer
  const named = { ...(variant === undefined ? {} : { variant }), reason, flagMetadata }
  const view = viewOf(metadata, value, type)
  if (view !== undefined) return { value: view as Value, ...named }
  if (value !== undefined && typeOf(value) === type) return { value: value as Value, ...named }
  if (value === undefined || codeDefaults(metadata).includes(type)) return { value: defaultValue, ...named }
  return failed(
    defaultValue,
    'TYPE_MISMATCH',
    `the flag's value is of type ${typeOf(value)}, asked for ${type}`,
    flagMetadata,
  )
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
