import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/index.js'
import { identityKeyAttribute } from '../../../src/vendors/flagsmith/index.js'
import { snapshotOf, vendorFlags } from './evaluate.js'
import { readCommentedJson, vectors } from './recorded.js'

interface Legacy {
  readonly environment: unknown
  readonly identities_and_responses: readonly {
    readonly identity: {
      readonly identifier: string
      readonly django_id: number
      readonly identity_traits: readonly { readonly trait_key: string; readonly trait_value: Json }[]
    }
    readonly response: {
      readonly flags: readonly {
        readonly feature: { readonly name: string }
        readonly enabled: boolean
        readonly feature_state_value: unknown
      }[]
    }
  }[]
}

const folder = vectors('flagsmith-engine-tests')

describe.runIf(folder !== null)('the identities recorded with the older engine', () => {
  const file = 'legacy-v1.0.0-environment-and-101-identities.json'
  const legacy = folder === null ? null : (readCommentedJson(join(folder, file)) as Legacy)
  const snapshot = legacy === null ? null : snapshotOf(legacy.environment)

  it.each((legacy?.identities_and_responses ?? []).map((row) => [row.identity.identifier, row] as const))(
    '%s gets the recorded flags',
    (identifier, { identity, response }) => {
      const traits = identity.identity_traits.map(({ trait_key, trait_value }) => [trait_key, trait_value])
      const answers = vendorFlags(snapshot as NonNullable<typeof snapshot>, {
        targetingKey: identifier,
        [identityKeyAttribute]: String(identity.django_id),
        ...Object.fromEntries(traits),
      })
      expect(
        Object.fromEntries(Object.entries(answers).map(([name, { enabled, value }]) => [name, { enabled, value }])),
      ).toEqual(
        Object.fromEntries(
          response.flags.map(({ feature, enabled, feature_state_value: value }) => [feature.name, { enabled, value }]),
        ),
      )
    },
  )
})
