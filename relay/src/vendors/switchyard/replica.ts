/** What is held of a hub's ruleset, kept up by whole rulesets and by patches, and what the hub thinks of it itself. */
import { applyPatch, isSealedRuleset, type RulesetPatch, type SealedRuleset } from '@switchyard/engine'
import { RelayError } from '../../relay-error.js'
import type { DocumentOrigin, SourceSink } from '../source.js'

/** A copy of a hub's ruleset. */
export interface Replica {
  /** null before the first one. */
  readonly revision: string | null
  /** The hub has said in which state its own data are: it holds for what comes next. */
  state(word: string | undefined): void
  /** A whole ruleset has come, parsed. What is none is told to the sink, and what was held stays. */
  replace(document: unknown): void
  /** @throws RelayError UPSTREAM_MALFORMED when it does not lead from what is held to what it promises */
  apply(patch: unknown): void
  /** The hub has been heard of, and has nothing new. */
  confirm(): void
  /** The hub has nothing new, and may have said so because its data are old: that is told too. */
  unchanged(): void
}

/** Creates a replica that holds nothing yet. */
export function createReplica(sink: SourceSink): Replica {
  let held: SealedRuleset | null = null
  let doubt: RelayError | undefined
  const about = (): DocumentOrigin => (doubt === undefined ? {} : { doubt })

  function hold(ruleset: SealedRuleset): void {
    held = ruleset
    sink.document(ruleset, about())
  }

  return {
    get revision() {
      return held?.revision ?? null
    },
    state(word) {
      doubt = doubtOf(word)
    },
    replace(document) {
      if (isSealedRuleset(document)) hold(document)
      else sink.document(document, about())
    },
    apply(patch) {
      const patched = held === null ? null : applyPatch(held, patch as RulesetPatch)
      if (patched?.ok === true) return hold(patched.ruleset)
      throw new RelayError('UPSTREAM_MALFORMED', `a patch does not fit: ${patched?.reason ?? 'nothing is held'}`, {
        retryable: true,
      })
    },
    confirm() {
      if (held !== null && doubt === undefined) sink.unchanged()
    },
    unchanged() {
      if (held === null) return
      if (doubt === undefined) sink.unchanged()
      else sink.failed(doubt)
    },
  }
}

/** @param word from a header or an event; absent and `fresh`: no doubt */
function doubtOf(word: string | undefined): RelayError | undefined {
  if (word === undefined || word === 'fresh') return undefined
  const state = /^[a-z]{1,20}$/.test(word) ? word : 'unknown'
  return new RelayError('UPSTREAM_STALE', `the hub says that its own data may be outdated (${state})`, {
    retryable: true,
  })
}
