import { FlagdCore } from '@openfeature/flagd-core'
import type { EvaluationContext } from '@openfeature/server-sdk'
import { compile, type EvaluatedOutcome, type JsonObject, type Snapshot, vendors } from '@switchyard/engine'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flagWith } from '../../engine/test/vendors/flagd/evaluate.js'
import { expectOnPage } from '../fidelity/page.js'
import { documents, fractional, jsonLogic, versions } from './flagd-differences.js'
import { context, document } from './flagd-documents.js'

const clock = { nowMs: Date.UTC(2026, 0, 1), random: (): number => 0.5 }

interface Answer {
  readonly reason: string | undefined
  readonly variant: string | undefined
  readonly value: unknown
  readonly errorCode: string | undefined
  readonly metadata: object
}

const differences = [...fractional, ...versions, ...jsonLogic]

/** What the application passes as its default: an answer that has it has no value of its own. */
const codeDefault = 'code default'

function theirs(core: FlagdCore, key: string, asked: JsonObject): Answer {
  // All variants of a flag are of one type.
  const [value] = core.getFlag(key)?.variants.values() ?? []
  const type = typeof value as 'boolean' | 'string' | 'number' | 'object'
  const details = core.resolve(type, key, codeDefault, asked as EvaluationContext)
  const { reason, variant, errorCode, flagMetadata: metadata } = details
  return { reason, variant, value: details.value === codeDefault ? undefined : details.value, errorCode, metadata }
}

function coreOf(given: unknown): FlagdCore {
  const core = new FlagdCore(undefined, silent)
  core.setConfigurations(JSON.stringify(given))
  return core
}

const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined }

function snapshotOf(given: unknown): Snapshot {
  const flagd = vendors.get('flagd')
  const decoded = flagd?.decode(given)
  if (flagd === undefined || decoded?.ok !== true) throw new Error('the document was refused')
  return compile(flagd.translate(decoded.document).ruleset).snapshot
}

function ours({ reason, variant, value, errorCode, metadata }: EvaluatedOutcome): Answer {
  return { reason, variant, value, errorCode, metadata }
}

describe('flagd-core', () => {
  it('answers as we do', () => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(document, fc.array(context, { minLength: 1, maxLength: 6 }), (given, contexts) => {
        const [core, snapshot] = [coreOf(given), snapshotOf(given)]
        for (const key of snapshot.flagKeys) {
          for (const asked of contexts) {
            const expected = theirs(core, key, asked)
            expect(ours(snapshot.evaluate(key, asked, clock))).toEqual(expected)
            const kind = expected.errorCode ?? expected.reason ?? ''
            seen.set(kind, (seen.get(kind) ?? 0) + 1)
          }
        }
      }),
      { seed: 20_261_001, numRuns: 500 },
    )
    expect([...seen.keys()].toSorted()).toEqual(['DEFAULT', 'DISABLED', 'GENERAL', 'STATIC', 'TARGETING_MATCH'])
    expect(Math.min(...seen.values())).toBeGreaterThan(100)
    const equal = [...seen.values()].reduce((sum, count) => sum + count)
    expectOnPage('flagdCore', { compared: equal + documents.length + differences.length, equal })
  })
})

/** Reason and variant or error of the flag `f`, in words. */
function inWords({ reason, variant, errorCode }: Partial<Answer>): string {
  return [reason, errorCode ?? variant].filter((word) => word !== undefined).join(' ')
}

function ourWords(given: unknown, asked: JsonObject = {}): string {
  const snapshot = unlessRefused(() => snapshotOf(given))
  return snapshot === null ? 'refused' : inWords(ours(snapshot.evaluate('f', asked, clock)))
}

function theirWords(given: unknown, asked: JsonObject = {}): string {
  const core = unlessRefused(() => coreOf(given))
  return core === null ? 'refused' : inWords(theirs(core, 'f', asked))
}

function unlessRefused<Loaded>(load: () => Loaded): Loaded | null {
  try {
    return load()
  } catch {
    return null
  }
}

describe('where flagd-core answers something else', () => {
  it.each(documents)('$what', ({ document: given, ...expected }) => {
    expect({ ours: ourWords(given), theirs: theirWords(given) }).toEqual({
      ours: expected.ours,
      theirs: expected.theirs,
    })
    expect(expected.ours).not.toEqual(expected.theirs)
  })

  it.each(differences)('$what', ({ targeting, context: asked, ...expected }) => {
    const given = { flags: { f: flagWith(targeting) } }
    const lastWord = (words: string): string | undefined => words.split(' ').at(-1)
    const answers = { ours: lastWord(ourWords(given, asked)), theirs: lastWord(theirWords(given, asked)) }
    expect(answers).toEqual({ ours: expected.ours, theirs: expected.theirs })
    expect(expected.ours).not.toEqual(expected.theirs)
  })
})
