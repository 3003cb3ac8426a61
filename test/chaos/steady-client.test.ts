import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { startSteadyClient, type SteadyClient, type Story } from './steady-client.js'

let closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

/** What a server says of the one flag: a value for each of the two users, or a status. */
interface Saying {
  readonly plain: string
  readonly gold: string
  readonly key?: string
  readonly status?: number
  readonly retryAfter?: string
}

async function readBody(request: IncomingMessage): Promise<{ readonly context: { readonly plan?: string } }> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return JSON.parse(text) as { readonly context: { readonly plan?: string } }
}

/** A server that says whatever it is told to. */
async function startServer(first: Saying) {
  const server = { says: first, url: '' }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { context } = await readBody(request)
    const { status = 200, key = 'banner', retryAfter, plain, gold } = server.says
    const flag = { key, value: context.plan === 'gold' ? gold : plain }
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    })
    response.end(JSON.stringify(request.url?.endsWith('/banner') === true ? flag : { flags: [flag] }))
  }
  const http = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  closing.push(() => http.close())
  server.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  return server
}

const [first, second]: [Saying, Saying] = [
  { plain: 'first', gold: 'first for gold' },
  { plain: 'second', gold: 'second for gold' },
]

/** A client beside a server that says the newest revision of a story. */
async function startScene(revisions: readonly Saying[]) {
  const story: Story = { revisions: [...revisions] }
  const newest = revisions.at(-1) ?? first
  const server = await startServer(newest)
  const client = startSteadyClient([server.url], story)
  closing.push(() => client.stop())
  await expect.poll(() => client.newest()).toBe(revisions.length - 1)
  return { story, server, client }
}

async function more(client: SteadyClient, count = 8): Promise<void> {
  const from = client.asked()
  await expect.poll(() => client.asked() - from).toBeGreaterThanOrEqual(count)
}

describe('the steady client', () => {
  it('finds nothing wrong with a server that says what is true, before and after a change', async () => {
    const { story, server, client } = await startScene([first])
    story.revisions.push({ plain: second.plain, gold: second.gold })
    await more(client)
    server.says = second
    await expect.poll(() => client.newest()).toBe(1)
    client.settle()
    await more(client)
    expect(client.wrong).toEqual([])
    expect(client.failed()).toBe(0)
  })

  it.each<[string, Saying]>([
    ['a value that was never true', { plain: 'nonsense', gold: 'nonsense' }],
    ["another user's value", { plain: second.gold, gold: second.plain }],
    ['the revision before, after the newer one', first],
    ['another flag', { ...second, key: 'other' }],
  ])('calls it wrong: %s', async (_, lie) => {
    const { server, client } = await startScene([first, second])
    server.says = lie
    await expect.poll(() => client.wrong.length).toBeGreaterThan(0)
    expect(client.failed()).toBe(0)
  })

  it('calls a revision wrong that should have been replaced', async () => {
    const { story, client } = await startScene([first])
    story.revisions.push({ plain: second.plain, gold: second.gold })
    await more(client)
    expect(client.wrong).toEqual([])
    client.settle()
    await expect.poll(() => client.wrong.length).toBeGreaterThan(0)
  })

  it.each([
    ['2', '503 with Retry-After'],
    ['0', '503'],
    ['soon', '503'],
    [undefined, '503'],
  ])('counts a refusal as failed, and whether it says when to come again: %s', async (retryAfter, name) => {
    const { server, client } = await startScene([first])
    server.says = { ...first, status: 503, ...(retryAfter === undefined ? {} : { retryAfter }) }
    await expect.poll(() => client.failed()).toBeGreaterThan(0)
    expect([...client.failures.keys()]).toEqual([name])
    expect(client.wrong).toEqual([])
  })
})
