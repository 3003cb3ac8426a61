/** The one rule for ETags (ADR 0003): strong, the same in every process, and decided without evaluating where that is safe. */
import { hash } from 'node:crypto'
import type { Audience, Json, JsonObject } from '@switchyard/engine'
import type { ReadBody } from './recent-contexts.js'

export type Coding = 'identity' | 'gzip'

/** What an answer depends on besides the context. */
export interface AnswerOrigin {
  readonly engineVersion: string
  /** Identifier of the ruleset's content. */
  readonly revision: string
  readonly audience: Audience
  /** What the key may see, not the key. */
  readonly scope: string
  /** State of the environment, which the answer shows. */
  readonly state: string
  /** Address of the event stream in the answer; empty where it has none. */
  readonly streamEpoch: string
}

/**
 * Validator of an answer that follows from its origin and the context: no need to know the answer.
 *
 * @param read the body that brought the context; the validator is kept with it
 */
export function contextValidator(
  origin: AnswerOrigin,
  context: JsonObject,
  read: Pick<ReadBody, 'validator'> = { validator: null },
): string {
  const fields = fieldsOf(origin)
  if (read.validator?.origin !== fields) {
    read.validator = { origin: fields, text: digest(`${fields}context\n${canonicalText(context)}`) }
  }
  return read.validator.text
}

/** Validator of an answer that depends on the clock or on chance too: the answer itself. */
export function bodyValidator(origin: AnswerOrigin, body: string): string {
  return digest(`${fieldsOf(origin)}body\n${body}`)
}

/** None of the fields can hold a line break, so equal texts mean equal fields. */
function fieldsOf({ engineVersion, revision, audience, scope, state, streamEpoch }: AnswerOrigin): string {
  return `${engineVersion}\n${revision}\n${audience}\n${scope}\n${state}\n${streamEpoch}\n`
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** Text that JSON writes as it is, between quotes. */
const plainText = /^[ !#-[\]-~]*$/

/**
 * The value as JSON text in which the order of members does not show. Written by hand where contexts are simple, as nearly all
 * are: 0.6 us for four attributes, 2.4 us by `JSON.stringify` of each of them.
 */
export function canonicalText(value: Json): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  const object = value as JsonObject
  let members = ''
  for (const name of Object.keys(object).sort()) {
    members += `${members === '' ? '' : ','}${quoted(name)}:${canonicalText(object[name] as Json)}`
  }
  return `{${members}}`
}

function quoted(text: string): string {
  return plainText.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** The ETag of an answer in a coding. Two codings are two sequences of bytes, so a strong tag tells them apart. */
export function entityTag(validator: string, coding: Coding): string {
  return coding === 'identity' ? `"${validator}"` : `"${validator}-${coding}"`
}

/**
 * The coding in which the client has the answer already, undefined if it does not have it. Any coding is good enough, as are
 * tags that a proxy has weakened.
 *
 * @param header `If-None-Match`: a list of tags, or `*`
 */
export function codingHeld(header: string, validator: string): Coding | undefined {
  if (header === entityTag(validator, 'identity')) return 'identity'
  if (header.trim() === '*') return 'identity'
  const held = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return (['identity', 'gzip'] as const).find((coding) => held.includes(entityTag(validator, coding)))
}
