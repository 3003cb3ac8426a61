/** What the rules look for in answers. Each returns a sentence about what is wrong, or null. */
import type { SucceedingFlag } from '../description/description.js'
import type { Answer } from '../http/answer.js'
import { excerptOf, isObject, isSameJson, memberOf, type Json, type JsonObject } from '../json.js'
import type { Finding } from './rule.js'

/** Which answer, and in it which part, a sentence is about. */
export interface Part {
  /** Such as `POST /ofrep/v1/evaluate/flags: item "a"`. */
  readonly name: string
  readonly value: Json | undefined
}

/** The body of an answer, as a part. */
export function bodyOf({ asked, json }: Answer): Part {
  return { name: `${asked}: the body`, value: json }
}

export function hasStatus({ asked, status, text }: Answer, ...expected: readonly number[]): Finding {
  if (expected.includes(status)) return null
  const body = text === '' ? 'without a body' : `with the body ${excerptOf(text)}`
  return `${asked}: expected status ${expected.join(' or ')}, received ${status} ${body}`
}

export function hasJsonType({ asked, headers }: Answer): Finding {
  const type = headers['content-type']
  if (type !== undefined && /^application\/json\s*(;|$)/i.test(type)) return null
  return `${asked}: expected Content-Type application/json, received ${excerptOf(type)}`
}

export function isJsonObject({ name, value }: Part): Finding {
  return isObject(value) ? null : `${name}: expected a JSON object, received ${excerptOf(value)}`
}

/** The member has exactly that value. */
export function hasMember({ name, value }: Part, member: string, expected: Json): Finding {
  const received = memberOf(value, member)
  if (isSameJson(received, expected)) return null
  return `${name}: expected ${member} to be ${excerptOf(expected)}, received ${excerptOf(received)}`
}

export function hasNoMember({ name, value }: Part, member: string, why: string): Finding {
  const received = memberOf(value, member)
  return received === undefined ? null : `${name}: expected no ${member}, ${why}; received ${excerptOf(received)}`
}

/** The member is text that is not empty. */
export function hasText(part: Part, member: string): Finding {
  const received = memberOf(part.value, member)
  if (typeof received === 'string' && received !== '') return null
  return `${part.name}: expected ${member} to be text, received ${excerptOf(received)}`
}

/** The member is text, or is not there. */
export function mayHaveText(part: Part, member: string): Finding {
  const received = memberOf(part.value, member)
  if (received === undefined || typeof received === 'string') return null
  return `${part.name}: expected ${member} to be text or absent, received ${excerptOf(received)}`
}

/** `metadata` is absent, or an object of text, numbers, true and false. */
export function hasFlatMetadata({ name, value }: Part): Finding {
  const metadata = memberOf(value, 'metadata')
  if (metadata === undefined) return null
  if (!isObject(metadata)) return `${name}: expected metadata to be an object, received ${excerptOf(metadata)}`
  const [wrong] = Object.entries(metadata).filter(([, one]) => !['string', 'number', 'boolean'].includes(typeof one))
  if (wrong === undefined) return null
  return `${name}: expected metadata to be flat, received ${wrong[0]}: ${excerptOf(wrong[1])}`
}

/** `metadata` has at least those members. */
export function hasMetadata(part: Part, expected: JsonObject): Finding[] {
  const metadata = { name: `${part.name}, metadata`, value: memberOf(part.value, 'metadata') }
  return Object.entries(expected).map(([name, value]) => hasMember(metadata, name, value))
}

/** The part is the answer of that flag: its value and, as far as they are described, variant, reason and metadata. */
export function answersAs(part: Part, flag: SucceedingFlag): Finding[] {
  const { kind, value = null, variant, reason } = flag
  return [
    hasMember(part, 'key', flag.key),
    kind === 'codeDefault'
      ? hasNoMember(part, 'value', 'as the value is left to the code')
      : hasMember(part, 'value', value),
    variant === undefined ? null : hasMember(part, 'variant', variant),
    reason === undefined ? null : hasMember(part, 'reason', reason),
    ...(flag.metadata === undefined ? [] : hasMetadata(part, flag.metadata)),
  ]
}

/** The part has all that an evaluation that failed has to have. */
export function isFailure(
  part: Part,
  { key, codes }: { readonly key: string; readonly codes: readonly string[] },
): Finding[] {
  const code = memberOf(part.value, 'errorCode')
  const isKnown = codes.some((one) => one === code)
  return [
    hasMember(part, 'key', key),
    isKnown ? null : `${part.name}: expected errorCode to be ${codes.join(' or ')}, received ${excerptOf(code)}`,
  ]
}

/** The items of a bulk answer, in their order, those that are no objects included. */
export function itemsOf({ asked, json }: Answer): Part[] {
  const flags = memberOf(json, 'flags')
  const items: readonly Json[] = Array.isArray(flags) ? flags : []
  return items.map((value) => ({ name: `${asked}: item ${excerptOf(memberOf(value, 'key') ?? value)}`, value }))
}

/** The item of a flag; where there is none, a part that has nothing right. */
export function itemOf(answer: Answer, key: string): Part {
  const nothing = { name: `${answer.asked}: item ${JSON.stringify(key)}`, value: undefined }
  return itemsOf(answer).find(({ value }) => memberOf(value, 'key') === key) ?? nothing
}
