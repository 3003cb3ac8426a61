import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { bulkPath, clientKey, serverKey, startPlane, type TestPlane } from './plane.js'

const page = 'https://shop.example'
const otherPage = 'https://other.example'

interface Asked {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
}

async function ask(plane: TestPlane, path: string, headers: Record<string, string>, method = 'POST'): Promise<Asked> {
  const answer = await request(plane.url + path, { method, headers })
  await answer.body.dump()
  return { status: answer.statusCode, headers: answer.headers }
}

function preflight(plane: TestPlane, origin: string, path = bulkPath): Promise<Asked> {
  const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
  return ask(plane, path, headers, 'OPTIONS')
}

function allowed({ headers }: Asked): unknown {
  return headers['access-control-allow-origin']
}

describe('a preflight', () => {
  it('is answered without a key', async () => {
    const plane = await startPlane()
    plane.shop.corsOrigins = [page]
    const { status, headers } = await preflight(plane, page)
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': page,
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers':
        'content-type, authorization, x-api-key, if-none-match, last-event-id, switchyard-revision, traceparent, tracestate, baggage',
      'access-control-max-age': '86400',
      vary: 'Accept-Encoding, Origin',
    })
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
    expect(headers).not.toHaveProperty('content-length')
  })

  it.each<[name: string, shop: string[], blog: string[], origin: string, expected: string | undefined]>([
    ['no environment allows', [], [], page, undefined],
    ['one environment allows', [], [page], page, page],
    ['another environment allows', [otherPage], [page], otherPage, otherPage],
    ['only other pages are allowed', [otherPage], [otherPage], page, undefined],
    ['one environment allows everybody', [], ['*'], page, '*'],
    ['somebody looks alike', [page], [], `${page}.evil`, undefined],
    ['another scheme is used', [page], [], page.replace('https', 'http'), undefined],
  ])('is told what the environments allow where %s', async (_, shop, blog, origin, expected) => {
    const plane = await startPlane()
    plane.shop.corsOrigins = shop
    plane.blog.corsOrigins = blog
    const answer = await preflight(plane, origin, `${bulkPath}/plain`)
    expect(answer.status).toBe(204)
    expect(allowed(answer)).toBe(expected)
    expect(answer.headers['access-control-allow-methods']).toBe(expected && 'POST, OPTIONS')
  })

  it('is no more than a question about methods where no page asks', async () => {
    const plane = await startPlane()
    plane.shop.corsOrigins = ['*']
    const { status, headers } = await ask(plane, bulkPath, {}, 'OPTIONS')
    expect([status, headers['allow']]).toEqual([204, 'POST, OPTIONS'])
    expect(headers).not.toHaveProperty('access-control-allow-methods')
  })
})

describe('an answer', () => {
  it.each<[name: string, origins: string[], key: string, expected: string | undefined]>([
    ['nobody by default', [], clientKey, undefined],
    ['a page that is named, with a client key', [otherPage, page], clientKey, page],
    ['a page that is named, with a server key', [page], serverKey, page],
    ['everybody, with a client key', ['*'], clientKey, '*'],
    ['not everybody, with a server key', ['*'], serverKey, undefined],
    ['no page that is not named', [otherPage], clientKey, undefined],
  ])('lets %s read it', async (_, origins, key, expected) => {
    const plane = await startPlane()
    plane.shop.corsOrigins = origins
    plane.blog.corsOrigins = [page, '*']
    for (const path of [bulkPath, `${bulkPath}/plain`, `${bulkPath}/none`]) {
      const answer = await ask(plane, path, { origin: page, 'x-api-key': key })
      expect(allowed(answer)).toBe(expected)
      expect(answer.headers['access-control-expose-headers']).toBe(
        expected && 'ETag, Retry-After, Switchyard-State, Switchyard-Age',
      )
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
    }
  })

  it('can be read whatever its status', async () => {
    const plane = await startPlane()
    plane.shop.corsOrigins = [page]
    plane.blog.corsOrigins = [page]
    const asPage = { origin: page, 'x-api-key': clientKey }
    const answers = [
      await ask(plane, bulkPath, { ...asPage, 'if-none-match': '*' }),
      await ask(plane, `${bulkPath}/%`, asPage),
      await ask(plane, bulkPath, { origin: page }),
      await ask(plane, '/nowhere', asPage),
      await ask(plane, bulkPath, asPage, 'GET'),
      await ask(plane, bulkPath, { ...asPage, 'content-encoding': 'gzip' }),
      await ask(plane, bulkPath, { origin: page, 'x-api-key': 'server-key-of-blog' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([304, 400, 401, 404, 405, 415, 503])
    expect(answers.map(allowed)).toEqual(answers.map(() => page))
  })
})
