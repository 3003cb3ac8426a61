/** A relay with workers takes other keys and environments while it runs, and so does a worker that begins later. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { startCommand } from '../../relay/test/cli/run-command.js'
import { openConnection, type Connection } from './keep-alive-connection.js'

let closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

const [oldKey, newKey, blogKey] = ['old-key-of-the-shop', 'new-key-of-the-shop', 'key-of-the-blog']

it('keys and environments come and go in all workers, without a failed request', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-reload-workers-'))
  closing.push(() => rm(folder, { recursive: true }))
  const configure = (keys: Readonly<Record<string, readonly string[]>>): Promise<void> => {
    const environments = Object.entries(keys).map(([name, serverKeys]) => {
      return [name, { upstream: { type: 'file', path: `${name}.json` }, serverKeys }]
    })
    const planes = { server: { port: 0 }, management: { port: 0 }, workers: 2 }
    const text = JSON.stringify({ ...planes, environments: Object.fromEntries(environments) })
    return writeFile(join(folder, 'switchyard.yaml'), text)
  }
  for (const name of ['shop', 'blog']) {
    const flag = { state: 'ENABLED', variants: { it: name }, defaultVariant: 'it' }
    await writeFile(join(folder, `${name}.json`), JSON.stringify({ flags: { a: flag } }))
  }
  await configure({ shop: [oldKey] })
  const relay = startCommand(['serve', '--config', join(folder, 'switchyard.yaml')])
  closing.push(async () => {
    relay.child.kill('SIGKILL')
    await relay.finished
  })
  const said = await relay.printed('the relay listens')
  const urlOf = (name: string): string => new RegExp(`"${name}":"([^"]+)"`).exec(said)?.[1] ?? ''
  const managementUrl = urlOf('managementUrl')
  const serving = async () =>
    (await (await fetch(`${managementUrl}/readyz`)).json()) as { workers: { serving: number } }
  await expect.poll(async () => (await serving()).workers.serving).toBe(2)
  const connect = async (key: string): Promise<Connection[]> => {
    const connections: Connection[] = []
    while (connections.length < 4) {
      const connection = openConnection(urlOf('dataUrl'), { authorization: `Bearer ${key}` })
      closing.push(() => connection.close())
      connections.push(connection)
      await valueOf(connection)
    }
    return connections
  }
  const [old, fresh, blog] = [await connect(oldKey), await connect(newKey), await connect(blogKey)]
  const valuesOf = (connections: readonly Connection[]) => Promise.all(connections.map(valueOf))
  expect([await valuesOf(old), await valuesOf(fresh)]).toEqual([everyOne('shop'), everyOne(401)])

  const over = new AbortController()
  const seen = new Set<unknown>()
  const load = old.map(async (connection) => {
    while (!over.signal.aborted) seen.add(await valueOf(connection))
  })
  await configure({ shop: [oldKey, newKey], blog: [blogKey] })
  relay.child.kill('SIGHUP')
  await expect.poll(() => valuesOf(fresh)).toEqual(everyOne('shop'))
  await expect.poll(() => valuesOf(blog)).toEqual(everyOne('blog'))
  over.abort()
  await Promise.all(load)
  expect([...seen]).toEqual(['shop'])

  await configure({ shop: [newKey], blog: [blogKey] })
  relay.child.kill('SIGHUP')
  await expect.poll(() => valuesOf(old)).toEqual(everyOne(401))
  expect(await valuesOf(fresh)).toEqual(everyOne('shop'))

  const status = async () => (await (await fetch(`${managementUrl}/status`)).json()) as { workers: { pid: number }[] }
  for (const { pid } of (await status()).workers) process.kill(pid, 'SIGKILL')
  await expect.poll(async () => valuesOf(await connect(newKey).catch(() => []))).toEqual(everyOne('shop'))
  await expect.poll(async () => valuesOf(await connect(blogKey).catch(() => []))).toEqual(everyOne('blog'))
  await expect.poll(async () => valuesOf(await connect(oldKey).catch(() => []))).toEqual(everyOne(401))
})

const everyOne = (value: unknown): unknown[] => [value, value, value, value]

/** The value of the flag, or else the status. */
async function valueOf(connection: Connection): Promise<unknown> {
  const { status, body } = await connection.post('/ofrep/v1/evaluate/flags/a', '{"context":{"targetingKey":"u"}}')
  return status === 200 ? (JSON.parse(body) as { readonly value: unknown }).value : status
}
