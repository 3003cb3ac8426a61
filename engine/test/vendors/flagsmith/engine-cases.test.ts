import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compile, type JsonObject } from '../../../src/index.js'
import { identityKeyAttribute } from '../../../src/vendors/flagsmith/index.js'
import { rulesetOfContext, segmentsOf, vendorFlags, type VendorFlag } from './evaluate.js'
import { filesOf, readCommentedJson, vectors } from './recorded.js'

interface EngineCase {
  readonly context: {
    readonly identity?: { readonly identifier: string; readonly key?: string; readonly traits?: JsonObject }
    readonly segments?: Record<string, { readonly name: string }>
  }
  readonly result: {
    readonly flags: Record<string, VendorFlag & { readonly metadata?: { readonly id?: number } }>
    readonly segments: readonly { readonly name: string }[]
  }
}

const folder = vectors('flagsmith-engine-tests/test_cases')

describe.runIf(folder !== null)("the cases of the vendor's engine", () => {
  it.each(folder === null ? [] : filesOf(folder, /\.jsonc?$/))('%s', (file) => {
    const { context, result } = readCommentedJson(join(folder ?? '', file)) as EngineCase
    const ruleset = rulesetOfContext(context)
    const { snapshot } = compile(ruleset)
    const evaluationContext = asEvaluationContext(context.identity)
    const flags = Object.entries(result.flags)
    expect(vendorFlags(snapshot, evaluationContext)).toEqual(
      Object.fromEntries(
        flags.map(([name, { enabled, value, reason, variant }]) => [name, { enabled, value, reason, variant }]),
      ),
    )
    for (const [name, { metadata }] of flags) expect(ruleset.flags[name]?.metadata?.['featureId']).toBe(metadata?.id)
    expect(segmentsOf(ruleset, evaluationContext).sort()).toEqual(result.segments.map(({ name }) => name).sort())
  })
})

function asEvaluationContext(identity: EngineCase['context']['identity']): JsonObject {
  if (identity === undefined) return {}
  return {
    targetingKey: identity.identifier,
    traits: identity.traits ?? {},
    ...(identity.key === undefined ? {} : { [identityKeyAttribute]: identity.key }),
  }
}
