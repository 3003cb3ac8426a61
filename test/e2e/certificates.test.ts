/** The certificates of a relay process are rotated under load: no request fails, and a wrong certificate changes nothing. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startCommand, type Started } from '../../relay/test/cli/run-command.js'
import { createAuthority, type Authority, type Pair } from '../../relay/test/transport/certificates.js'
import { askOnce, openTls, tlsClient, type TlsClient, type Told } from '../../relay/test/transport/tls-client.js'

const key = 'key-of-the-shop'
let authority: Authority
let folder: string
let relay: Started
let dataUrl: string
let managementUrl: string
let clients: TlsClient[] = []

beforeAll(() => {
  authority = createAuthority()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-certificates-'))
})
afterEach(async () => {
  for (const client of clients) client.close()
  clients = []
  relay.child.kill('SIGKILL')
  await relay.finished
  await rm(folder, { recursive: true })
})

/** Puts a pair in place as whoever renews certificates does: whole files, one after the other. */
async function install({ certificate, key: privateKey }: Pair): Promise<void> {
  for (const [name, text] of [
    ['tls.key', privateKey],
    ['tls.crt', certificate],
  ] as const) {
    await writeFile(join(folder, `${name}.new`), text)
    await rename(join(folder, `${name}.new`), join(folder, name))
  }
}

async function start(workers: number, onFileChange: boolean): Promise<void> {
  const flag = { state: 'ENABLED', variants: { it: 'shop' }, defaultVariant: 'it' }
  await writeFile(join(folder, 'shop.json'), JSON.stringify({ flags: { a: flag } }))
  const tls = { certificate: { fromFile: 'tls.crt' }, key: { fromFile: 'tls.key' } }
  const configuration = {
    server: { host: '127.0.0.1', port: 0, tls },
    management: { port: 0 },
    workers,
    reload: { onFileChange },
    environments: { shop: { upstream: { type: 'file', path: 'shop.json' }, serverKeys: [key] } },
  }
  await writeFile(join(folder, 'switchyard.yaml'), JSON.stringify(configuration))
  relay = startCommand(['serve', '--config', join(folder, 'switchyard.yaml')])
  const printed = await relay.printed('the relay listens')
  const line = printed.split('\n').find((each) => each.includes('the relay listens')) ?? ''
  ;({ dataUrl, managementUrl } = JSON.parse(line) as { dataUrl: string; managementUrl: string })
  while ((await fetch(`${managementUrl}/readyz`)).status !== 200);
}

const question = {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
  body: '{"context":{"targetingKey":"u"}}',
}
const path = '/ofrep/v1/evaluate/flags/a'

/** The name in the certificate that a new connection is shown. */
async function shown(): Promise<string> {
  return (await askOnce(dataUrl, { ca: authority.certificate }, path, question)).server
}

function keptClient(): TlsClient {
  const client = tlsClient(dataUrl, { ca: authority.certificate })
  clients.push(client)
  return client
}

/** Asks on kept and on new connections until it is told to end. @returns what was answered, or went wrong */
function load(): () => Promise<Set<string>> {
  const outcomes = new Set<string>()
  const over = new AbortController()
  const told = ({ status, body }: Told): void => void outcomes.add(`${status} ${JSON.parse(body).value}`)
  const failed = (error: unknown): void => void outcomes.add(String(error))
  const loop = async (ask: () => Promise<Told>): Promise<void> => {
    while (!over.signal.aborted) await ask().then(told, failed)
  }
  const kept = [keptClient(), keptClient()].map((client) => loop(() => client.ask(path, question)))
  const fresh = loop(() => askOnce(dataUrl, { ca: authority.certificate }, path, question))
  return async () => {
    over.abort()
    await Promise.all([...kept, fresh])
    return outcomes
  }
}

async function lastReload(): Promise<{ outcome: string; problems: { path: string; message: string }[] } | null> {
  const answer = await fetch(`${managementUrl}/status`)
  return ((await answer.json()) as { configuration: { lastReload: never } }).configuration.lastReload
}

async function metrics(): Promise<string> {
  return (await fetch(`${managementUrl}/metrics`)).text()
}

describe.each([1, 2])('a relay with %i process(es) for the data plane', (workers) => {
  it('takes new certificates under load, by itself and at SIGHUP, without a failed request', async () => {
    await install(authority.issue('first'))
    await start(workers, true)
    expect(await shown()).toBe('first')
    const kept = keptClient()
    expect((await kept.ask(path, question)).server).toBe('first')
    const end = load()

    await install(authority.issue('second'))
    await expect.poll(shown).toBe('second')
    await install(authority.issue('third'))
    relay.child.kill('SIGHUP')
    // In every worker: they take connections in turn.
    await expect.poll(async () => [await shown(), await shown(), await shown()]).toEqual(['third', 'third', 'third'])
    expect((await kept.ask(path, question)).server).toBe('first')
    expect([...(await end())]).toEqual(['200 shop'])
  })

  it('keeps the certificate it has where the new one is wrong, and says so', async () => {
    const first = authority.issue('first')
    await install(first)
    await start(workers, false)
    const reload = async (pair: Pair): Promise<string> => {
      const before = await lastReload()
      await install(pair)
      relay.child.kill('SIGHUP')
      await expect.poll(lastReload).not.toEqual(before)
      return (await lastReload())?.problems.map(({ message }) => message).join() ?? ''
    }
    expect(await reload({ ...authority.issue('second'), key: first.key })).toContain(
      'server.tls.key is not the key of server.tls.certificate, which begins with "CN=second"',
    )
    expect(await reload({ certificate: 'nothing', key: first.key })).toContain('server.tls.certificate must be')
    expect(await shown()).toBe('first')
    await relay.printed('the new configuration is wrong: nothing has changed')
    expect(await metrics()).toContain('switchyard_config_refused 1\n')
    expect(await reload(authority.issue('third'))).toBe('')
    expect([await shown(), await shown()]).toEqual(['third', 'third'])
    expect(await metrics()).toContain('switchyard_config_refused 0\n')
  })

  it('resumes sessions with whichever process takes the connection, until the certificate is another one', async () => {
    await install(authority.issue('first'))
    await start(workers, false)
    const trust = { ca: authority.certificate }
    const first = await openTls(dataUrl, trust)
    const session = await new Promise<Buffer>((resolve) => first.once('session', resolve))
    first.destroy()
    const resumed = async (): Promise<boolean[]> => {
      const reused: boolean[] = []
      while (reused.length < 6) {
        const again = await openTls(dataUrl, { ...trust, session })
        reused.push(again.isSessionReused())
        again.destroy()
      }
      return reused
    }
    expect(new Set(await resumed())).toEqual(new Set([true]))
    relay.child.kill('SIGHUP')
    await expect.poll(lastReload).toMatchObject({ outcome: 'unchanged' })
    expect(new Set(await resumed())).toEqual(new Set([true]))
    await install(authority.issue('second'))
    relay.child.kill('SIGHUP')
    await expect.poll(resumed).toEqual([false, false, false, false, false, false])
  })
})
