/**
 * An answer as the type an application asks for: the flag's error, the typed view that the relay sends as `as.*` metadata,
 * the value itself, the code default, or TYPE_MISMATCH. The same order as in-process.
 */
import { parse } from './read-answer.js'
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
  const named = { ...(variant === undefined ? {} : { variant }), reason, flagMetadata }
  const view = viewOf(metadata, value, type)
  if (view !== undefined) return { value: view as Value, ...named }
  // `typeof` says of JSON what OpenFeature calls its type: lists and null are objects.
  if (typeof value === type) return { value: value as Value, ...named }
  const isLeftToCode = value === undefined || `${metadata['as.codeDefault']}`.split(',').includes(type)
  if (isLeftToCode) return { value: defaultValue, ...named }
  return failed(defaultValue, 'TYPE_MISMATCH', `the value is a ${typeof value}`, flagMetadata)
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

/** The typed view, undefined where there is none; `as.object` says that the text is JSON, or that the value counts as it is. */
function viewOf(metadata: Metadata, value: Json | undefined, type: ValueType): Json | undefined {
  const view = metadata[`as.${type}`]
  if (type !== 'object') return typeof view === type ? view : undefined
  if (view === 'value') return value
  return view === true && typeof value === 'string' ? (parse(value) as Json | undefined) : undefined
}
