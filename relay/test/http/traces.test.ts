import { describe, expect, it } from 'vitest'
import type { RequestTracer } from '../../src/telemetry/request-tracer.js'
import { bulkPath, post, startPlane, type TestPlane } from './plane.js'

/** Writes down what it is told. */
function recorder(isSampled: boolean): { readonly tracer: RequestTracer; readonly told: unknown[] } {
  const told: unknown[] = []
  const tracer: RequestTracer = {
    begin: (traceparent) => {
      told.push(['begin', traceparent])
      if (!isSampled) return null
      return {
        evaluated: ({ environment }, outcomes) => told.push([environment, ...outcomes.map(({ flagKey }) => flagKey)]),
        end: ({ route, method, status }) => told.push(['end', route, method, status]),
      }
    },
  }
  return { tracer, told }
}

/** Asks once and says what the tracer was told. */
async function toldOf(ask: (plane: TestPlane) => Promise<Response>, isSampled = true): Promise<unknown[]> {
  const { tracer, told } = recorder(isSampled)
  await (await ask(await startPlane({ tracer }))).arrayBuffer()
  return told
}

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

describe('a request that is traced', () => {
  it('begins with what its caller says, and ends with its route', async () => {
    const told = await toldOf((plane) => post(plane, `${bulkPath}/plain`, {}, { traceparent }))
    expect(told).toEqual([
      ['begin', traceparent],
      ['shop', 'plain'],
      ['end', `${bulkPath}/{key}`, 'POST', 200],
    ])
  })

  it('tells every flag of an answer with all of them', async () => {
    const told = await toldOf((plane) => post(plane, bulkPath))
    expect(told[1]).toEqual(expect.arrayContaining(['shop', 'plain', 'targeted', 'keyed']))
  })

  it('tells no flag where nothing has changed', async () => {
    const told = await toldOf(async (plane) => {
      const etag = (await post(plane, bulkPath)).headers.get('etag') ?? ''
      return post(plane, bulkPath, {}, { 'if-none-match': etag })
    })
    expect(told.slice(-2)).toEqual([
      ['begin', undefined],
      ['end', bulkPath, 'POST', 304],
    ])
  })

  it('ends when it is refused', async () => {
    expect(await toldOf((plane) => post(plane, '/nowhere'))).toEqual([
      ['begin', undefined],
      ['end', 'other', 'POST', 404],
    ])
  })
})

it('tells nothing of a request that is none of the sample', async () => {
  expect(await toldOf((plane) => post(plane, bulkPath), false)).toEqual([['begin', undefined]])
})
