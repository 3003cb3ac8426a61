import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/index.js'
import { clock, rulesetOf, segmentsOf, snapshotOf, vendorFlags, type VendorFlag } from './evaluate.js'
import { fixture } from './recorded.js'

interface Golden {
  readonly environment_flags: Record<string, VendorFlag>
  readonly cases: readonly {
    readonly identifier: string
    readonly traits: JsonObject
    readonly segments: readonly string[]
    readonly flags: Record<string, VendorFlag>
  }[]
}

/** What the reference gets wrong: an identity that was assigned one multivariate option gets the control instead. */
const defects: Record<string, Record<string, VendorFlag>> = {
  'mv-forced': {
    checkout_flow: {
      enabled: true,
      value: 'express',
      variant: 'express',
      reason: 'TARGETING_MATCH; segment=identity_overrides',
    },
  },
}

describe.each(['shop-production', 'hidden-disabled'])('the environment %s', (name) => {
  const document = fixture(`environment-${name}.json`)
  const golden = fixture(`golden-${name}.json`) as Golden
  const ruleset = rulesetOf(document)
  const snapshot = snapshotOf(document)

  it('answers its defaults without an identity', () => {
    expect(vendorFlags(snapshot, {})).toEqual(golden.environment_flags)
  })

  it('ignores traits without an identity', () => {
    expect(vendorFlags(snapshot, { plan: 'platinum', country: 'DE' })).toEqual(golden.environment_flags)
  })

  it.each(golden.cases.map((row) => [`${row.identifier} ${JSON.stringify(row.traits)}`, row] as const))(
    'answers %s as the vendor does',
    (_, { identifier, traits, segments, flags }) => {
      const context = { targetingKey: identifier, ...traits }
      expect(vendorFlags(snapshot, context)).toEqual({ ...flags, ...defects[identifier] })
      expect(segmentsOf(ruleset, context)).toEqual(segments.filter((segment) => segment !== 'identity_overrides'))
    },
  )

  it('says in OpenFeature terms what the vendor says in its own', () => {
    for (const { identifier, traits, flags } of golden.cases) {
      for (const [key, flag] of Object.entries({ ...flags, ...defects[identifier] })) {
        const outcome = snapshot.evaluate(key, { targetingKey: identifier, ...traits }, clock)
        expect(outcome.metadata['enabled'], key).toBe(flag.enabled)
        expect(outcome.value, key).toBe(flag.value === null ? flag.enabled : flag.enabled ? flag.value : undefined)
        expect(outcome.reason, key).toMatch(flag.enabled ? expectedReason(flag.reason) : /^DISABLED$/)
      }
    }
  })
})

function expectedReason(reason: string): RegExp {
  const [word = ''] = reason.split(';')
  return word === 'DEFAULT' ? /^(?:DEFAULT|STATIC)$/ : new RegExp(`^${word}$`)
}
