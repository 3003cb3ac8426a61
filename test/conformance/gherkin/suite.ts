/** Turns scenarios into tests, for one provider over one relay. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { NodeEventSource } from '../../../provider/test/web/node-event-source.js'
import type { Backend } from './backends.js'
import { exceptionsFor, isAbout, type Exception, type UpstreamName } from './exceptions.js'
import { openGate } from './gate.js'
import { openApplication, type ProviderName } from './providers.js'
import { runScenario, StepFailure, type StepDefinition } from './run-scenario.js'
import type { Scenario } from './scenarios.js'
import { World } from './world.js'

export interface Suite {
  readonly scenarios: readonly Scenario[]
  readonly steps: readonly StepDefinition[]
  readonly exceptions: readonly Exception[]
  readonly provider: ProviderName
  readonly upstream: UpstreamName
  readonly startBackend: () => Promise<Backend>
}

/** What should not happen is waited for shortly: it cannot be seen for how long it would not. */
const patience = { passesMs: 20_000, failsMs: 300 }

/** A scenario passes, or is listed and fails as listed: one that passes although it is listed is a failure too. */
export function describeSuite({ scenarios, steps, exceptions, provider, upstream, startBackend }: Suite): void {
  const listed = exceptionsFor(exceptions, provider, upstream)

  describe(`${provider}, ${upstream}`, () => {
    let backend: Backend

    beforeAll(async () => {
      vi.stubGlobal('EventSource', NodeEventSource)
      backend = await startBackend()
    })

    afterAll(async () => {
      await backend.close()
      vi.unstubAllGlobals()
    })

    async function run(scenario: Scenario, patienceMs: number): Promise<void> {
      const gate = await openGate(backend.relayUrl)
      const open = (key: 'right' | 'wrong') => openApplication(provider, gate.url, key)
      const world = new World({ gate, open, flipFlag: () => backend.flipFlag(), patienceMs })
      try {
        await runScenario(scenario, steps, world)
      } finally {
        await world.close()
        await gate.close()
      }
    }

    it('has no exception that is about no scenario, and none that is listed twice', () => {
      for (const exception of listed) {
        expect(
          scenarios.filter((scenario) => isAbout(exception, scenario)),
          exception.why,
        ).not.toEqual([])
      }
      for (const scenario of scenarios) {
        const reasons = listed.filter((exception) => isAbout(exception, scenario)).map(({ why }) => why)
        expect(reasons.length, `${scenario.title}: ${reasons.join('; ')}`).toBeLessThan(2)
      }
    })

    const rows = scenarios.map((scenario) => {
      const exception = listed.find((each) => isAbout(each, scenario))
      const name = exception === undefined ? scenario.title : `${scenario.title} does not pass: ${exception.why}`
      return { name, scenario, exception }
    })

    it.each(rows)('$name', async ({ scenario, exception }) => {
      if (exception === undefined) return run(scenario, patience.passesMs)
      const failure = await run(scenario, patience.failsMs).then(
        () => null,
        (error: unknown) => error,
      )
      expect(failure, `passes although it is listed: ${exception.why}`).toBeInstanceOf(StepFailure)
      const { step } = failure as StepFailure
      expect(step.startsWith(exception.at), `fails elsewhere than listed: ${String(failure)}`).toBe(true)
    })
  })
}
