import { describe, expect, it } from 'vitest'
import { clientKey, serverKey, startPlane, waitingKey, type TestPlane } from './plane.js'

const bulkPath = '/ofrep/v1/evaluate/flags'

function post(plane: TestPlane, path: string, body: unknown = {}, headers: Record<string, string> = {}) {
  return fetch(plane.url + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${serverKey}`, ...headers },
  })
}

describe('a single evaluation', () => {
  it.each([
    {
      name: 'a static flag',
      key: 'plain',
      context: {},
      status: 200,
      body: { key: 'plain', value: true, reason: 'STATIC', variant: 'on' },
    },
    {
      name: 'a flag that looks at the context',
      key: 'targeted',
      context: { plan: 'gold' },
      status: 200,
      body: {
        key: 'targeted',
        value: 'gold',
        reason: 'TARGETING_MATCH',
        variant: 'gold',
        metadata: { flagSetId: 'shop', rule: 'gold members' },
      },
    },
  ])('answers $name', async ({ key, context, status, body }) => {
    const plane = await startPlane()
    const answer = await post(plane, `${bulkPath}/${key}`, { context })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toEqual({ metadata: { flagSetId: 'shop' }, ...body })
  })
})

describe('a bulk evaluation', () => {
  it('answers what the key may see, sorted by flag key', async () => {
    const plane = await startPlane()
    const keysOf = async (key: string): Promise<string[]> => {
      const answer = await post(plane, bulkPath, {}, { authorization: `Bearer ${key}` })
      expect(answer.status).toBe(200)
      const body = (await answer.json()) as { flags: { key: string }[] }
      return body.flags.map(({ key }) => key)
    }
    const forAll = ['a/b c%', 'archived', 'broken', 'keyed', 'off', 'plain', 'targeted']
    expect(await keysOf(clientKey)).toEqual(forAll)
    expect(await keysOf(serverKey)).toEqual([...forAll, 'secret'].sort())
  })

  it('says 503 while there is no data', async () => {
    const plane = await startPlane()
    const answer = await post(plane, bulkPath, {}, { authorization: `Bearer ${waitingKey}` })
    expect(answer.status).toBe(503)
  })
})
