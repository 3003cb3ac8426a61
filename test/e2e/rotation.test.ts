/**
 * Keys and environments are rotated in a relay process while clients ask without a pause, by the relay itself or by two workers, at SIGHUP
 * and when the file changes: no request fails. Certificates are rotated in `relay/test/transport`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startCommand } from '../../relay/test/cli/run-command.js'
import { openConnection, type Connection } from './keep-alive-connection.js'

let closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

const keys = {
  old: 'old-key-of-the-shop-server',
  next: 'new-key-of-the-shop-server',
  wiki: 'key-of-wiki',
  blog: 'key-of-blog',
}
const farDate = '2999-01-01T00:00:00Z'
const passedDate = '2020-01-01T00:00:00Z'
const clientCount = 6
/** What each client asks before a phase counts as lived through. */
const requestsPerPhase = 25

type Environments = Readonly<Record<string, readonly unknown[]>>

/** Clients that ask again as soon as they are answered; each has its own connection for each key. */
interface Load {
  /** The key that they use from now on. */
  use(key: string): void
  /** Resolves when each of them has been answered so often again. */
  lived(): Promise<void>
  /** Everything that was not the right value. */
  readonly failures: readonly string[]
  readonly answered: () => number
}

function startLoad(dataUrl: string, first: string, value: string): Load {
  let key = first
  const over = new AbortController()
  const failures: string[] = []
  const counts = Array.from({ length: clientCount }, () => 0)
  const clients = counts.map(async (_none, client) => {
    const connections = new Map<string, Connection>()
    while (!over.signal.aborted) {
      const used = key
      const connection = connections.get(used) ?? connect(dataUrl, used)
      connections.set(used, connection)
      const told = await valueOf(connection).catch((error: unknown) => String(error))
      if (told !== value && failures.length < 20) failures.push(`${used}: ${String(told)}`)
      counts[client] = (counts[client] ?? 0) + 1
    }
  })
  closing.push(async () => {
    over.abort()
    await Promise.all(clients)
  })
  return {
    use: (other) => void (key = other),
    async lived() {
      const goals = counts.map((count) => count + requestsPerPhase)
      while (counts.some((count, client) => count < (goals[client] ?? 0))) await new Promise(setImmediate)
    },
    failures,
    answered: () => counts.reduce((sum, count) => sum + count, 0),
  }
}

function connect(dataUrl: string, key: string): Connection {
  const connection = openConnection(dataUrl, { authorization: `Bearer ${key}` })
  closing.push(() => connection.close())
  return connection
}

/** The value of the flag, or else the status. */
async function valueOf(connection: Connection): Promise<unknown> {
  const { status, body } = await connection.post('/ofrep/v1/evaluate/flags/a', '{"context":{"targetingKey":"u"}}')
  return status === 200 ? (JSON.parse(body) as { readonly value: unknown }).value : status
}

describe.each([
  { workers: 1, trigger: 'signal' },
  { workers: 1, trigger: 'file' },
  { workers: 2, trigger: 'signal' },
  { workers: 2, trigger: 'file' },
])('$workers process(es) that serve, told by $trigger', ({ workers, trigger }) => {
  it('rotate keys and environments without a failed request', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-rotation-'))
    closing.push(() => rm(folder, { recursive: true }))
    const write = (named: Environments): Promise<void> => {
      const environments = Object.entries(named).map(([name, serverKeys]) => {
        return [name, { upstream: { type: 'file', path: `${name}.json` }, serverKeys }]
      })
      const planes = { server: { host: '127.0.0.1', port: 0 }, management: { port: 0 } }
      const text = {
        ...planes,
        workers,
        reload: { onFileChange: trigger === 'file' },
        environments: Object.fromEntries(environments),
      }
      return writeFile(join(folder, 'switchyard.yaml'), JSON.stringify(text, null, 2))
    }
    for (const name of ['shop', 'wiki', 'blog']) {
      const flag = { state: 'ENABLED', variants: { it: name }, defaultVariant: 'it' }
      await writeFile(join(folder, `${name}.json`), JSON.stringify({ flags: { a: flag } }))
    }
    await write({ shop: [keys.old], wiki: [keys.wiki] })
    const relay = startCommand(['serve', '--config', join(folder, 'switchyard.yaml')])
    closing.push(async () => {
      relay.child.kill('SIGKILL')
      await relay.finished
    })
    const said = await relay.printed('the relay listens')
    const urlOf = (name: string): string => new RegExp(`"${name}":"([^"]+)"`).exec(said)?.[1] ?? ''
    const dataUrl = urlOf('dataUrl')
    const apply = async (named: Environments): Promise<void> => {
      await write(named)
      if (trigger === 'signal') relay.child.kill('SIGHUP')
    }
    /** By connections enough that every worker has some. */
    const everywhere = (key: string, value: unknown): Promise<void> => {
      const connections = Array.from({ length: 8 }, () => connect(dataUrl, key))
      const look = (): Promise<unknown[]> => Promise.all(connections.map(valueOf))
      return expect.poll(look, { timeout: 20_000 }).toEqual(connections.map(() => value))
    }

    await everywhere(keys.old, 'shop')
    await everywhere(keys.wiki, 'wiki')
    const shop = startLoad(dataUrl, keys.old, 'shop')
    await shop.lived()

    // The new key beside the old one, which gets a date; an environment comes.
    await apply({ shop: [{ key: keys.old, validUntil: farDate }, keys.next], wiki: [keys.wiki], blog: [keys.blog] })
    await everywhere(keys.next, 'shop')
    await everywhere(keys.blog, 'blog')
    const blog = startLoad(dataUrl, keys.blog, 'blog')
    await shop.lived()
    shop.use(keys.next)
    await shop.lived()

    // The date has come, and an environment goes.
    await apply({ shop: [{ key: keys.old, validUntil: passedDate }, keys.next], blog: [keys.blog] })
    await everywhere(keys.old, 401)
    await everywhere(keys.wiki, 401)
    await shop.lived()

    // The old key is taken out.
    await apply({ shop: [keys.next], blog: [keys.blog] })
    await Promise.all([shop.lived(), blog.lived()])
    expect([shop.failures, blog.failures]).toEqual([[], []])
    expect(shop.answered()).toBeGreaterThan(5 * clientCount * requestsPerPhase)
    const printed = await relay.printed('a key that has expired is still in use')
    expect(printed).not.toContain('the new configuration is wrong')
    for (const key of Object.values(keys)) expect(printed).not.toContain(key)
    const metrics = await (await fetch(`${urlOf('managementUrl')}/metrics`)).text()
    expect(Number(/switchyard_refusals_total\{reason="expired-key"\} (\d+)/.exec(metrics)?.[1])).toBeGreaterThanOrEqual(
      8,
    )
  }, 90_000)
})
