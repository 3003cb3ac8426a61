import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientKey, serverKey, startPlane, waitingKey } from '../../relay/test/http/plane.js'
import { contextChecks } from './checks/context-checks.mjs'
import { documentChecks } from './checks/document-checks.mjs'
import { httpChecks } from './checks/http-checks.mjs'
import * as internals from './of-sources.js'
import { operatorChecks } from './checks/operator-checks.mjs'
import { rulesetChecks } from './checks/ruleset-checks.mjs'

/** The long run is `npm run fuzz`; this one is the same every time. */
const seed = 20_261_124
const options = { maxLength: 20_000 }

interface Check {
  readonly name: string
  readonly arbitrary: fc.Arbitrary<unknown>
  readonly run: (value: unknown) => unknown
  readonly finish?: () => void
  readonly casesPerRound?: number
}

async function hold(check: Check, numRuns: number, more: fc.Parameters<[unknown]> = {}): Promise<void> {
  await fc.assert(
    fc.asyncProperty(check.arbitrary, async (value) => {
      await check.run(value)
    }),
    { seed, numRuns, ...more },
  )
  check.finish?.()
}

const groups: readonly { readonly what: string; readonly numRuns: number; readonly checks: readonly Check[] }[] = [
  { what: 'documents', numRuns: 25, checks: documentChecks(options) as Check[] },
  { what: 'rulesets and patches', numRuns: 60, checks: rulesetChecks(options) as Check[] },
  { what: 'contexts', numRuns: 150, checks: contextChecks(options, internals) as Check[] },
  { what: 'operators', numRuns: 25, checks: operatorChecks(options, internals) as Check[] },
]

describe.each(groups)('hostile $what', ({ numRuns, checks }) => {
  it.each(checks)('do no harm: $name', async (check) => {
    await hold(check, numRuns)
  })
})

describe('hostile HTTP', () => {
  it('does no harm to a data plane on a socket', async () => {
    const requestTimeoutMs = 300
    const limits = {
      requestTimeoutMs,
      headersTimeoutMs: 200,
      keepAliveTimeoutMs: 300,
      freshnessWaitMs: 0,
    }
    const plane = await startPlane({ limits })
    const target = { port: plane.port, key: serverKey, otherKeys: [clientKey, waitingKey], requestTimeoutMs }
    const checks = httpChecks(options, { ...target, mistakes: () => plane.logged }) as Check[]
    for (const check of checks) await hold(check, Math.ceil((check.casesPerRound ?? 1) / 2))
  })

  it('is seen to do harm where the relay makes a mistake', async () => {
    const plane = await startPlane({ now: () => assert.fail('a clock that is broken') })
    const target = { port: plane.port, key: serverKey, otherKeys: [], requestTimeoutMs: 10_000 }
    const [requests] = httpChecks(options, { ...target, mistakes: () => plane.logged }) as [Check]
    await expect(hold(requests, 1, { endOnFailure: true })).rejects.toThrow('Property failed after 1 tests')
  })
})
