/** One answer of a flag, built once when compiling and shared by every evaluation that gives it. */
import { asciiJson, fromEntries } from '../ruleset/json.js'
import type { Audience, ErrorCode, Flat, Json, Outcome, Reason } from '../ruleset/types.js'
import type { EvaluatedOutcome } from './snapshot.js'

/** What an outcome takes over from its flag. */
export interface OutcomeOwner {
  readonly flagKey: string
  /** The flag's, -1 where there is no flag. */
  readonly slot: number
  readonly audience: 'all' | 'server' | 'internal'
  /** Set metadata overlaid by the flag's. */
  readonly metadata: Flat
}

const noMetadata: Flat = Object.freeze({})

export class CompiledOutcome implements EvaluatedOutcome {
  readonly flagKey: string
  readonly slot: number
  /** Position in the flag's list, -1 for one that is not listed. */
  readonly index: number
  readonly value: Json | undefined
  readonly variant: string | undefined
  readonly reason: Reason
  readonly errorCode: ErrorCode | undefined
  readonly errorDetails: string | undefined
  readonly as: Outcome['as']
  readonly codeDefault: Outcome['codeDefault']
  readonly hidden: boolean
  readonly audience: 'all' | 'server' | 'internal'
  readonly #owner: OutcomeOwner
  readonly #source: Outcome
  #metadata: Flat | undefined
  #serverMetadata: Flat | undefined
  #clientItem: string | undefined
  #serverItem: string | undefined

  constructor(owner: OutcomeOwner, index: number, source: Outcome) {
    this.flagKey = owner.flagKey
    this.slot = owner.slot
    this.index = index
    this.value = source.value
    this.variant = source.variant
    this.reason = source.reason
    this.errorCode = source.errorCode ?? (source.reason === 'ERROR' ? 'GENERAL' : undefined)
    this.errorDetails = source.errorDetails
    this.as = source.as
    this.codeDefault = source.codeDefault
    this.hidden = source.hidden === true
    this.audience = owner.audience
    this.#owner = owner
    this.#source = source
  }

  get native(): Json | undefined {
    return this.#source.native
  }

  get metadata(): Flat {
    this.#metadata ??= merge(this.#owner.metadata, this.#source.metadata)
    return this.#metadata
  }

  get serverMetadata(): Flat {
    this.#serverMetadata ??= merge(this.metadata, this.#source.serverMetadata)
    return this.#serverMetadata
  }

  ofrep(audience: Audience): string {
    return this.ofrepListItem(audience).slice(1)
  }

  ofrepListItem(audience: Audience): string {
    if (audience === 'client') {
      this.#clientItem ??= listItem(this, this.metadata, detailsForClients(this))
      return this.#clientItem
    }
    const isForAll = this.#source.serverMetadata === undefined && this.errorDetails === detailsForClients(this)
    this.#serverItem ??= isForAll
      ? this.ofrepListItem('client')
      : listItem(this, this.serverMetadata, this.errorDetails)
    return this.#serverItem
  }
}

function merge(under: Flat, over: Flat | undefined): Flat {
  if (over === undefined) return under
  return Object.freeze(fromEntries([...Object.entries(under), ...Object.entries(over)]))
}

/** In one piece: a text that is still two would be put together again by each answer that holds it. */
function listItem(outcome: CompiledOutcome, metadata: Flat, errorDetails: string | undefined): string {
  return [',', serialise(outcome, metadata, errorDetails)].join('')
}

/** What is wrong with a flag names its rules and segments, which are nobody's business with a client key: the code has to do. */
function detailsForClients({ errorCode, errorDetails, flagKey }: CompiledOutcome): string | undefined {
  if (errorDetails === undefined) return undefined
  if (errorCode === 'FLAG_NOT_FOUND') return `flag ${JSON.stringify(flagKey)} not found`
  return errorCode === 'TARGETING_KEY_MISSING' ? 'a targeting key is needed' : 'the flag cannot be evaluated'
}

/** Members in the order of rule A2; a typed view becomes `as.*` metadata, a name that vendors' metadata cannot take. */
function serialise(outcome: CompiledOutcome, metadata: Flat, errorDetails: string | undefined): string {
  const withViews = merge(metadata, typedViews(outcome))
  const shown = Object.keys(withViews).length > 0 ? withViews : undefined
  if (outcome.errorCode !== undefined) {
    return asciiJson({
      key: outcome.flagKey,
      errorCode: outcome.errorCode,
      errorDetails,
      metadata: shown,
    })
  }
  return asciiJson({
    key: outcome.flagKey,
    value: outcome.value,
    reason: outcome.reason,
    variant: outcome.variant,
    metadata: shown,
  })
}

function typedViews({ value, as, codeDefault }: CompiledOutcome): Flat | undefined {
  if (as === undefined && codeDefault === undefined) return undefined
  const views: [string, boolean | number | string][] = []
  for (const type of ['boolean', 'number', 'string'] as const) {
    const view = as?.[type]
    if (typeof view === 'boolean' || typeof view === 'number' || typeof view === 'string')
      views.push([`as.${type}`, view])
  }
  if (as?.object !== undefined) views.push(['as.object', as.object === value ? 'value' : true])
  if (codeDefault !== undefined && codeDefault.length > 0) views.push(['as.codeDefault', codeDefault.join(',')])
  return fromEntries(views)
}

/** Set metadata overlaid by the flag's own (rule A1). */
export function mergeMetadata(set: Flat | undefined, flag: Flat | undefined): Flat {
  return merge(set ?? noMetadata, flag)
}
