import { describe, expect, it } from 'vitest'
import { rules, type Description } from '../src/index.js'
import { brokenRules } from './faults.js'
import { startModelServer } from './model-server.js'
import { describeModel, run } from './run.js'

/** Rules that wait for something that never comes take as long as they may. */
const [shortMs, longMs] = [2_000, 20_000]

describe('a server with one fault', () => {
  it.each(brokenRules)('breaks $rule', async ({ rule, fault, says, isWaiting = false }) => {
    const { url } = await startModelServer(fault)
    const description: Description = { ...describeModel(url), heartbeatWithinMs: shortMs }
    const timeoutMs = isWaiting ? shortMs : longMs
    const results = await run(url, { rules: rules.filter(({ id }) => id === rule), description, timeoutMs })
    expect(results.map(({ verdict }) => verdict.status)).toEqual(['failed'])
    expect(results.flatMap(({ verdict }) => ('problems' in verdict ? verdict.problems.slice(0, 1) : []))).toEqual([
      expect.stringMatching(says),
    ])
  })

  it('is there for every rule', () => {
    expect(brokenRules.map(({ rule }) => rule)).toEqual(rules.map(({ id }) => id))
  })
})
