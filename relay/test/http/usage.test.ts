import { describe, expect, it } from 'vitest'
import { createUsageLane, type UsageLane } from '../../src/usage/usage-lane.js'
import { clientKey, post, startPlane, waitingKey, type TestPlane, type TestPlaneOptions } from './plane.js'

const path = '/switchyard/v1/usage'
const batch = { batch: 'k1', evaluations: [{ flag: 'plain', variant: 'on', reason: 'STATIC', count: 12 }] }

async function start(options: TestPlaneOptions = {}): Promise<{ plane: TestPlane; usage: UsageLane }> {
  const usage = createUsageLane()
  return { plane: await startPlane({ usage, ...options }), usage }
}

const countsOf = (usage: UsageLane): number[] => usage.read('shop').evaluations.map(({ count }) => count)

describe('POST /switchyard/v1/usage', () => {
  it('counts a batch once, and answers a repetition alike', async () => {
    const { plane, usage } = await start()
    for (let time = 0; time < 2; time += 1) {
      const answer = await post(plane, path, batch)
      expect([answer.status, await answer.text(), answer.headers.get('switchyard-state')]).toEqual([204, '', 'fresh'])
    }
    expect(usage.read('shop')).toEqual({
      evaluations: [{ flagKey: 'plain', variant: 'on', reason: 'STATIC', count: 12 }],
      batches: { counted: 1, repeated: 1, refused: 0 },
    })
    expect(plane.observed).toEqual([`${path} POST 204`, `${path} POST 204`])
  })

  it('counts evaluations of flags that only other flags read, and of unknown ones under other', async () => {
    const { plane, usage } = await start()
    const evaluations = ['internal', 'nope'].map((flag) => ({ flag, reason: 'ERROR', count: 1 }))
    await post(plane, path, { batch: 'k', evaluations })
    expect(usage.read('shop').evaluations.map(({ flagKey }) => flagKey)).toEqual(['internal', 'other'])
  })

  it('asks for another time where there is no room, and has counted nothing', async () => {
    const { plane } = await start({ usage: { accept: () => false, refused: () => undefined } })
    const answer = await post(plane, path, batch)
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
      503,
      '10',
      { errorCode: 'GENERAL', errorDetails: 'too much waits to be counted' },
    ])
  })

  it('counts nothing of a batch with a mistake, and says where it is', async () => {
    const { plane, usage } = await start()
    const answer = await post(plane, path, { ...batch, evaluations: [...batch.evaluations, { flag: 'plain' }] })
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { errorCode: 'GENERAL', errorDetails: 'evaluations[1].reason is not text' },
    ])
    expect(usage.read('shop')).toEqual({ evaluations: [], batches: { counted: 0, repeated: 0, refused: 1 } })
    expect((await post(plane, path, batch)).status).toBe(204)
    expect(countsOf(usage)).toEqual([12])
  })

  it.each([
    { name: 'a client key', key: clientKey, status: 403 },
    { name: 'an unknown key', key: 'nobody', status: 401 },
    { name: 'a key of an environment without data', key: waitingKey, status: 503 },
  ])('refuses $name', async ({ key, status }) => {
    const { plane, usage } = await start()
    const answer = await post(plane, path, batch, { authorization: `Bearer ${key}` })
    expect(answer.status).toBe(status)
    expect(answer.headers.has('retry-after')).toBe(status === 503)
    expect([countsOf(usage), usage.read('blog').evaluations]).toEqual([[], []])
  })

  it.each([
    { name: 'its own limit', limits: {}, length: 2 ** 18 },
    { name: 'the limit of all bodies', limits: { maxBodyBytes: 2_048 }, length: 2_048 },
  ])('takes no more bytes than $name', async ({ limits, length }) => {
    const { plane, usage } = await start({ limits: limits })
    const padded = (bytes: number): string => JSON.stringify(batch).padEnd(bytes)
    const answer = await post(plane, path, padded(length + 1))
    expect([answer.status, await answer.json()]).toMatchObject([
      413,
      { errorDetails: expect.stringContaining(`${length} bytes`) },
    ])
    expect(countsOf(usage)).toEqual([])
    expect((await post(plane, path, padded(length))).status).toBe(204)
  })

  it.each([
    { name: 'a compressed body', headers: { 'content-encoding': 'gzip' } },
    { name: 'a form', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ])('does not read $name', async ({ headers }) => {
    const { plane } = await start()
    expect((await post(plane, path, batch, headers)).status).toBe(415)
  })

  it('is for POST alone', async () => {
    const { plane } = await start()
    const answer = await fetch(plane.url + path)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })

  it('takes nothing while the relay stops: nobody would see it', async () => {
    const { plane, usage } = await start()
    let closed: Promise<void> | undefined
    plane.server.prependOnceListener('request', () => (closed = plane.close(10_000)))
    const answer = await post(plane, path, batch)
    await closed
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(countsOf(usage)).toEqual([])
  })
})
