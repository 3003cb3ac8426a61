/** A variation as an outcome: its text read by the flag's type, with the other readings that its text allows. */
import type { Flat, Json, Outcome, Reason, ValueType } from '../../ruleset/types.js'
import type { FeatBitFlag, Variation, VariationType } from './document.js'

/** Why a variation is the answer. */
export interface Match {
  readonly reason: Reason
  /** The evaluation server's words for it; a rule's is its name. */
  readonly matchReason: string
  readonly ruleName?: string
}

/** How a variation is served. */
export interface Served {
  readonly match: Match
  readonly sendToExperiment: boolean
}

/** What the flag cannot answer: a reference to nothing, or a user whom no rollout holds. */
export const malformedFlag: Outcome = { reason: 'ERROR', errorCode: 'PARSE_ERROR', errorDetails: 'malformed flag' }

/** FeatBit's evaluation server answers nobody whose key is blank. */
export const keyMissing: Outcome = {
  reason: 'ERROR',
  errorCode: 'TARGETING_KEY_MISSING',
  errorDetails: 'FeatBit needs a targeting key that is not blank',
}

/** Its own SDK API still lists an archived flag, hence the native part. */
export const archivedFlag: Outcome = {
  reason: 'ERROR',
  errorCode: 'FLAG_NOT_FOUND',
  errorDetails: 'the flag is archived',
  hidden: true,
  native: { variationId: null, value: null, matchReason: 'flag archived', sendToExperiment: false },
}

export const valueTypes: Readonly<Record<VariationType, ValueType>> = {
  boolean: 'boolean',
  string: 'string',
  number: 'number',
  json: 'object',
}

/** The answer that serves a variation. A text that cannot be read as the flag's type is PARSE_ERROR. */
export function outcomeOf(flag: FeatBitFlag, variation: Variation, { match, sendToExperiment }: Served): Outcome {
  const { id, name, value: text } = variation
  const value = readValue(text, flag.variationType)
  const serverMetadata: Flat = {
    ...(match.ruleName === undefined ? {} : { ruleName: match.ruleName }),
    sendToExperiment,
    ...(flag.tags.length === 0 ? {} : { tags: flag.tags.join(',') }),
  }
  const about = {
    ...(name === '' ? {} : { metadata: { variationName: name } }),
    serverMetadata,
    native: { variationId: id, value: text, matchReason: match.matchReason, sendToExperiment },
  }
  if (value === undefined) {
    const errorDetails = `the value of the variation is not a ${flag.variationType}`
    return { reason: 'ERROR', errorCode: 'PARSE_ERROR', errorDetails, ...about }
  }
  const as = otherViews(text, value)
  return { value, variant: id, reason: match.reason, ...(as === undefined ? {} : { as }), ...about }
}

/**
 * Reads the text of a variation as FeatBit's SDKs do: `true` and `false` in any case, whatever is a number in JavaScript and
 * finite, any JSON.
 *
 * @returns undefined where it does not convert
 */
export function readValue(text: string, type: VariationType): Json | undefined {
  switch (type) {
    case 'boolean':
      return readBoolean(text)
    case 'number':
      return readNumber(text)
    case 'json':
      return readJson(text)
    case 'string':
      return text
  }
}

function readBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}

/** JSON has no -0. */
function readNumber(text: string): number | undefined {
  const number = Number(text)
  return Number.isFinite(number) ? number + 0 : undefined
}

/** Deeper JSON than a ruleset can carry does not convert. */
const maxDepth = 100

function readJson(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json
    return isCarriable(value, maxDepth) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether the value survives being written as JSON: not too deep, and no number too large for a double. */
function isCarriable(value: Json, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((member: Json) => isCarriable(member, depth - 1))
}

/** What a typed question for another type than the value's gets; undefined where there is no other reading. */
function otherViews(text: string, value: Json): Outcome['as'] {
  const boolean = readBoolean(text)
  const number = readNumber(text)
  const object = readJson(text)
  const views = {
    ...(boolean === undefined || typeof value === 'boolean' ? {} : { boolean }),
    ...(number === undefined || typeof value === 'number' ? {} : { number }),
    ...(typeof value === 'string' ? {} : { string: text }),
    ...(object === undefined || typeof value === 'object' ? {} : { object }),
  }
  return Object.keys(views).length === 0 ? undefined : views
}
