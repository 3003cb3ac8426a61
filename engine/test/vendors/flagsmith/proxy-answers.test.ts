import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/index.js'
import { clock, inVendorWords, snapshotOf } from './evaluate.js'
import { fixture } from './recorded.js'

interface Exchange {
  readonly document: string
  readonly request: {
    readonly path: string
    readonly headers: { readonly 'X-Environment-Key'?: string }
    readonly body?: { identifier: string; traits: readonly { trait_key: string; trait_value: Json }[] }
  }
  readonly status: number
  readonly response: {
    readonly flags: readonly {
      feature: { id: number; name: string; type: string }
      enabled: boolean
      feature_state_value: unknown
    }[]
  }
}

/** Identities asked for with a client-side key. With a server-side key the proxy hides no disabled flag; we do, as the API. */
const exchanges = (fixture('golden-http-edge-proxy-2.23.0.json') as Exchange[]).filter(
  ({ request, status }) =>
    request.path === '/api/v1/identities/' &&
    status === 200 &&
    !request.headers['X-Environment-Key']?.startsWith('ser.'),
)

/** The identity and the flag that the proxy is known to answer wrongly. */
const isDefect = (identifier: string, flag: string): boolean => identifier === 'mv-forced' && flag === 'checkout_flow'

describe("the vendor's proxy, asked with a client-side key", () => {
  it.each(exchanges.map((exchange) => [exchange.document, JSON.stringify(exchange.request.body), exchange] as const))(
    'answers for %s and %s the flags that we show',
    (document, _, { request, response }) => {
      const { identifier = '', traits = [] } = request.body ?? {}
      const context = {
        targetingKey: identifier,
        ...Object.fromEntries(traits.map(({ trait_key, trait_value }) => [trait_key, trait_value])),
      }
      const shown = snapshotOf(fixture(`environment-${document}.json`))
        .evaluateAll(context, clock, 'client')
        .map((outcome) => {
          const { enabled, value } = inVendorWords(outcome)
          const { type } = outcome.native as { type: string }
          return {
            feature: { id: outcome.metadata['featureId'], name: outcome.flagKey, type },
            enabled,
            feature_state_value: value,
          }
        })
      const expected = response.flags.toSorted((a, b) => (a.feature.name < b.feature.name ? -1 : 1))
      expect(shown.filter(({ feature }) => !isDefect(identifier, feature.name))).toEqual(
        expected.filter(({ feature }) => !isDefect(identifier, feature.name)),
      )
    },
  )
})
