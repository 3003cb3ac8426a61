import { describe, expect, it } from 'vitest'
import { rules } from '../src/index.js'
import { modelKey, startModelServer } from './model-server.js'
import { run } from './run.js'

describe('a server that does everything right', () => {
  it('keeps every rule, and none is skipped', async () => {
    const { url } = await startModelServer()
    const results = await run(url)
    const notPassed = results.filter(({ verdict }) => verdict.status !== 'passed')
    expect(notPassed.map(({ rule, verdict }) => [rule.id, verdict])).toEqual([])
    expect(results).toHaveLength(rules.length)
  })

  it('is asked with its key wherever a rule is not about keys', async () => {
    const { url, asked } = await startModelServer()
    await run(url, { rules: rules.filter(({ id }) => /^(single|error|key|bulk|etag)-/.test(id)) })
    const others = asked.filter(
      ({ path, headers }) => path !== '/events' && headers.authorization !== `Bearer ${modelKey}`,
    )
    expect(others).toEqual([])
  })
})
