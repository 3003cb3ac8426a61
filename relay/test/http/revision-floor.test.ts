import { describe, expect, it } from 'vitest'
import { configurationTag, tagOfRevision } from '../../src/http/streams/configuration-tag.js'
import { bulkPath, flags, limits, post, startPlane, type TestPlane } from './plane.js'

const unknown = 'f'.repeat(16)

/** The revision that is served, which is the first one of its environment. */
function servedBy({ shop }: TestPlane) {
  if (shop.served === null) throw new Error('nothing is served')
  return shop.served
}

async function ask(plane: TestPlane, query: string, headers: Record<string, string> = {}, path = bulkPath) {
  const answer = await post(plane, path + query, {}, headers)
  return { status: answer.status, state: answer.headers.get('switchyard-state') }
}

/** Waits for nothing that does not come: a wait that is not ended by a swap outlasts the test. */
async function start(isOrdered: boolean, freshnessWaitMs = 600_000): Promise<TestPlane> {
  const plane = await startPlane({ limits: { ...limits, freshnessWaitMs } })
  plane.shop.isOrdered = isOrdered
  return plane
}

describe('a request that names what it has heard of', () => {
  it.each([
    ['the revision that is served', (plane: TestPlane) => `1-${servedBy(plane).revision}`],
    ['its tag', (plane: TestPlane) => `9-${configurationTag(servedBy(plane))}`],
    ['a revision without a sequence', (plane: TestPlane) => servedBy(plane).revision],
    ['an earlier sequence', () => `0-${unknown}`],
    ['what is no revision', () => 'x'],
  ])('is answered at once where that is %s', async (_name, header) => {
    const plane = await start(true)
    expect(await ask(plane, '', { 'switchyard-revision': header(plane) })).toEqual({ status: 200, state: 'fresh' })
  })

  it.each([
    ['all flags', bulkPath],
    ['one flag', `${bulkPath}/plain`],
  ])('waits for a later revision, and is answered from it: %s', async (_name, path) => {
    const plane = await start(true)
    const asking = ask(plane, '', { 'switchyard-revision': `2-${unknown}` }, path)
    await ask(plane, '')
    plane.shop.serve({ flags, metadata: { flagSetId: 'next' } })
    expect(await asking).toEqual({ status: 200, state: 'fresh' })
  })

  it('is answered after the wait from what there is, which says that it is behind', async () => {
    const plane = await start(true, 1)
    const later = { 'switchyard-revision': `2-${unknown}` }
    expect(await ask(plane, '', later)).toEqual({ status: 200, state: 'behind' })
    expect(await ask(plane, '?flagConfigLastModified=1')).toEqual({ status: 200, state: 'behind' })
    expect(await ask(plane, `?flagConfigEtag=%22${unknown}%22&flagConfigLastModified=1`)).toEqual({
      status: 200,
      state: 'behind',
    })
    expect(await ask(plane, '?flagConfigLastModified=0')).toEqual({ status: 200, state: 'fresh' })
  })

  it('waits for nothing where waiting is off', async () => {
    const plane = await start(true, 0)
    expect((await ask(plane, '', { 'switchyard-revision': `2-${unknown}` })).state).toBe('behind')
  })

  it('is promised nothing where revisions are in no order', async () => {
    const plane = await start(false, 1)
    expect((await ask(plane, '', { 'switchyard-revision': `2-${unknown}` })).state).toBe('fresh')
    expect((await ask(plane, '?flagConfigLastModified=99')).state).toBe('fresh')
  })

  it('does not get the same validator from behind as from the same flags when they are not', async () => {
    const plane = await start(true, 0)
    const [behind, fresh] = await Promise.all([
      post(plane, bulkPath, {}, { 'switchyard-revision': `2-${unknown}` }),
      post(plane, bulkPath),
    ])
    expect(behind.headers.get('etag')).not.toBe(fresh.headers.get('etag'))
    expect((await behind.json()).metadata.switchyardState).toBe('behind')
    expect((await fresh.json()).metadata.switchyardState).toBe('fresh')
  })

  it('knows a revision by the tag that clients see of it', async () => {
    const plane = await start(false)
    expect(tagOfRevision(servedBy(plane).revision)).toBe(configurationTag(servedBy(plane)))
  })
})
