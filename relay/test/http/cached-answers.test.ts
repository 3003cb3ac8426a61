import { describe, expect, it } from 'vitest'
import { createResponseCache } from '../../src/http/response-cache.js'
import { serverKey, startPlane } from './plane.js'

const timed = {
  outcomes: [
    { value: 'before', reason: 'TARGETING_MATCH' as const },
    { value: 'after', reason: 'TARGETING_MATCH' as const },
  ],
  decide: { rules: [{ when: ['lt', ['now'], 1_000] as const, then: 0 }], else: 1 },
  changes: [1_000],
}

const chance = {
  outcomes: [
    { value: 'a', reason: 'SPLIT' as const },
    { value: 'b', reason: 'SPLIT' as const },
  ],
  decide: { rules: [{ when: ['lt', ['random'], 0.5] as const, then: 0 }], else: 1 },
}

async function ask(url: string, context: object): Promise<string> {
  const answer = await fetch(`${url}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers: { authorization: `Bearer ${serverKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ context }),
  })
  return answer.text()
}

describe('a bulk answer from the cache', () => {
  it('is the same answer, and counts as an evaluation of its flags', async () => {
    const cache = createResponseCache(2 ** 20)
    const { url, shop } = await startPlane({ cache })
    const answers = [await ask(url, { a: 1 }), await ask(url, { a: 1 }), await ask(url, { a: 1 })]
    expect(new Set(answers).size).toBe(1)
    expect(cache.statistics).toMatchObject({ hits: 1, misses: 2, entries: 1 })
    expect(shop.counted.filter((key) => key === 'plain')).toHaveLength(3)
  })

  it('is never given for another context or another revision', async () => {
    const cache = createResponseCache(2 ** 20)
    const { url, shop } = await startPlane({ cache })
    const gold = async (plan: string): Promise<boolean> => (await ask(url, { plan })).includes('"gold"')
    expect([await gold('gold'), await gold('gold'), await gold('none'), await gold('gold')]).toEqual([
      true,
      true,
      false,
      true,
    ])
    shop.serve({ flags: {} })
    expect(await ask(url, { plan: 'gold' })).toMatch(/^\{"flags":\[\]/)
  })

  it('ends with the next change of a flag that reads the clock', async () => {
    let nowMs = 0
    const { url, shop } = await startPlane({ now: () => nowMs })
    shop.serve({ flags: { timed } })
    for (let i = 0; i < 3; i += 1) expect(await ask(url, {})).toContain('before')
    nowMs = 1_000
    expect(await ask(url, {})).toContain('after')
  })

  it('does not exist where a flag reads chance', async () => {
    const draws = [0.1, 0.9, 0.1, 0.9]
    const cache = createResponseCache(2 ** 20)
    const { url, shop } = await startPlane({ cache, random: () => draws.shift() ?? 0 })
    shop.serve({ flags: { chance } })
    const values = [await ask(url, {}), await ask(url, {}), await ask(url, {})].map(
      (body) => /"value":"(.)"/.exec(body)?.[1],
    )
    expect(values).toEqual(['a', 'b', 'a'])
    expect(cache.statistics.entries).toBe(0)
  })
})
