/** One flag of a ruleset becomes closures over preallocated outcomes; a malformed one becomes an error that spoils only itself. */
import type { BrokenPart } from '../ruleset/broken-part.js'
import type { DiagnosticSink } from '../ruleset/diagnostic.js'
import { isRecord } from '../ruleset/json.js'
import { isOutcome } from '../ruleset/outcome-shape.js'
import type { Compute, Flag, Flat, Json, Outcome, ValueType } from '../ruleset/types.js'
import { CompiledFlag, type Decide } from './compiled-flag.js'
import { compileDecision } from './decision.js'
import { compileExpression, findOperator } from './expression.js'
import type { ExpressionScope } from './expression-scope.js'
import { createHost, type Patterns } from './host.js'
import { asSpoiledPart, SpoiledPart } from './spoiled-part.js'
import { flagExceedsLimits } from './limits.js'
import { CompiledOutcome, mergeMetadata, type OutcomeOwner } from './outcome.js'
import { noReferences, type References } from './references.js'
import { slotOf } from './slots.js'
import type { EvaluationState } from './state.js'

/** Everything but what belongs to one part. */
export interface PartScope extends Omit<ExpressionScope, 'references' | 'host'> {
  readonly patterns: Patterns
  /** Of the flag set. */
  readonly metadata: Flat | undefined
  readonly sink: DiagnosticSink
}

export function compileFlag(flagKey: string, flag: Flag, scope: PartScope): CompiledFlag {
  const { metadata: setMetadata, sink } = scope
  const slot = slotOf(scope.slots.flags, flagKey)
  if (!isRecord(flag)) {
    sink.error('INVALID_FLAG', ['flags', flagKey], 'the flag is not an object')
    const owner = ownerOf(flagKey, slot, { outcomes: [], decide: null }, setMetadata)
    return spoiledFlag({ owner }, { errorCode: 'PARSE_ERROR', message: 'malformed flag' })
  }
  const owner = ownerOf(flagKey, slot, flag, setMetadata)
  const excess = flagExceedsLimits(flag)
  if (excess !== null) {
    sink.error('LIMIT', ['flags', flagKey], `the flag is not usable: ${excess}`)
    return spoiledFlag({ owner, hash: flag.hash }, { errorCode: 'PARSE_ERROR', message: excess })
  }
  try {
    return compileSoundFlag(owner, flag, scope)
  } catch (error) {
    const { code, message } = asSpoiledPart(error)
    sink.error(code, ['flags', flagKey], message)
    const errorCode = code === 'UNKNOWN_OPERATOR' ? 'GENERAL' : 'PARSE_ERROR'
    return spoiledFlag({ owner, hash: flag.hash }, { errorCode, message })
  }
}

function ownerOf(
  flagKey: string,
  slot: number,
  { audience = 'all', metadata }: Flag,
  setMetadata: Flat | undefined,
): OutcomeOwner {
  return { flagKey, slot, audience, metadata: mergeMetadata(setMetadata, isRecord(metadata) ? metadata : undefined) }
}

function compileSoundFlag(owner: OutcomeOwner, flag: Flag, partScope: PartScope): CompiledFlag {
  const references = noReferences()
  const unsupportedPatterns = new Set<string>()
  const host = createHost(partScope.patterns, (message) => unsupportedPatterns.add(message))
  const scope: ExpressionScope = { ...partScope, host, references }
  const outcomes = flag.outcomes.map(
    (outcome, index) => new CompiledOutcome(owner, index, checkOutcome(outcome, index)),
  )
  const answers = flag.outcomes.map((source, index) => {
    const listed = outcomes[index] as CompiledOutcome
    return source.compute === undefined
      ? (): CompiledOutcome => listed
      : computing(owner, source, source.compute, scope)
  })
  if (flag.failed !== undefined && (typeof flag.failed !== 'number' || outcomes[flag.failed] === undefined)) {
    throw new SpoiledPart('BAD_OUTCOME', `"failed" names outcome ${flag.failed}, which is not there`)
  }
  const assigned = assignment(owner, answers)
  const decide = compileDecision(flag.decide, { ...scope, flagKey: owner.flagKey, answers, assigned })
  if (readsTargets(flag.decide)) references.key = true
  return new CompiledFlag({
    owner,
    flag,
    outcomes,
    decide,
    constant: constantAnswer(flag, outcomes),
    references,
    unsupportedPatterns,
    isSpoiled: false,
    isUnsupported: unsupportedPatterns.size > 0,
  })
}

/** The one answer of a flag that looks at nothing. */
function constantAnswer(
  { decide, outcomes: sources }: Flag,
  outcomes: readonly CompiledOutcome[],
): CompiledOutcome | null {
  if (typeof decide !== 'number' || sources[decide]?.compute !== undefined) return null
  return outcomes[decide] ?? null
}

function checkOutcome(outcome: Outcome, index: number): Outcome {
  if (isOutcome(outcome)) return outcome
  throw new SpoiledPart(
    'BAD_OUTCOME',
    `outcome ${index} is not an object with a reason, or has members of another kind`,
  )
}

/** Whether the individual assignments are consulted anywhere in the decision. */
function readsTargets(decision: unknown): boolean {
  if (Array.isArray(decision)) return decision.some(readsTargets)
  if (!isRecord(decision)) return false
  return Object.hasOwn(decision, 'targets') || Object.values(decision).some(readsTargets)
}

/** This evaluation's individual assignment; one-off outcomes are built when hit and not kept. */
function assignment(owner: OutcomeOwner, answers: readonly Decide[]): Decide {
  const { flagKey } = owner
  return (state) => {
    const entry = state.target()
    if (entry === null || !Object.hasOwn(entry, flagKey)) return null
    const assigned = entry[flagKey]
    if (typeof assigned === 'number') return answers[assigned]?.(state) ?? null
    return isOutcome(assigned) ? new CompiledOutcome(owner, -1, assigned) : null
  }
}

const types: readonly ValueType[] = ['boolean', 'string', 'number', 'object']

/** A computed outcome: `from` is evaluated once, everything else is a view of the result (rule D8). */
function computing(owner: OutcomeOwner, source: Outcome, compute: Compute, scope: ExpressionScope): Decide {
  const { operand } = compileExpression(compute.from, scope)
  const valueOf = view(compute.value, scope)
  const variantOf = compute.variant === undefined ? null : view(compute.variant, scope)
  const views = types.flatMap((type) => {
    const name = compute[type]
    return name === undefined ? [] : [{ type, apply: view(name, scope) }]
  })
  return (state: EvaluationState) => {
    const result = operand(state)
    const value = valueOf(result, state)
    if (value === null) return new CompiledOutcome(owner, -1, { ...source, reason: 'DEFAULT' })
    const variant = variantOf?.(result, state)
    const as = Object.fromEntries(
      views.flatMap(({ type, apply }) => {
        const seen = apply(result, state)
        return seen === null ? [] : [[type, seen]]
      }),
    )
    return new CompiledOutcome(owner, -1, {
      ...source,
      value,
      ...(typeof variant === 'string' ? { variant } : {}),
      ...(views.length > 0 ? { as } : {}),
    })
  }
}

/** An operator of one value, applied to a result that is known already. */
function view(name: string, scope: ExpressionScope): (result: Json, state: EvaluationState) => Json {
  let current: Json = null
  const operator = findOperator(name, scope.dialects)
  const [first = 'static', ...others] = operator.parameters
  if (!first.startsWith('value') || others.some((parameter) => parameter === 'static' || parameter === 'value'))
    throw new SpoiledPart('BAD_ARGUMENTS', `${name} is not an operator of one value`)
  const prepared = operator.prepare({
    statics: [],
    operands: [() => current],
    host: scope.host,
  })
  if (typeof prepared !== 'function') throw new SpoiledPart('BAD_ARGUMENTS', `${name}: ${prepared.invalid}`)
  return (result, state) => {
    current = result
    return prepared(state)
  }
}

interface SpoiledFlagParts {
  readonly owner: OutcomeOwner
  readonly hash?: string | undefined
  /** What it would reach, and what may therefore mend it; nothing when absent. */
  readonly references?: References
}

/** A flag that answers with an error whatever is asked. */
export function spoiledFlag(
  { owner, hash, references = noReferences() }: SpoiledFlagParts,
  { errorCode, message }: BrokenPart,
): CompiledFlag {
  const outcome = new CompiledOutcome(owner, 0, { reason: 'ERROR', errorCode, errorDetails: message })
  return new CompiledFlag({
    owner,
    flag: { ...(hash === undefined ? {} : { hash }), outcomes: [], decide: 0 },
    outcomes: [outcome],
    decide: () => outcome,
    constant: outcome,
    references,
    isSpoiled: true,
    isUnsupported: errorCode === 'GENERAL',
  })
}
