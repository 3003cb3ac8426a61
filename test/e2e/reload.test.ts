/** A relay process takes its configuration anew, at SIGHUP and when a file changes, and what it does not name goes on undisturbed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startCommand, type Started } from '../../relay/test/cli/run-command.js'
import { readStream, type StreamReader } from '../../relay/test/http/read-stream.js'

let folder: string
let relay: Started
let dataUrl: string
let managementUrl: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-reload-'))
})
afterEach(async () => {
  relay.child.kill('SIGKILL')
  await relay.finished
  await rm(folder, { recursive: true })
})

interface Described {
  readonly file?: string
  readonly serverKeys?: readonly unknown[]
  readonly [setting: string]: unknown
}

/** Writes the configuration file, which may be wrong. */
function configure(environments: Readonly<Record<string, Described>>, settings: object = {}): Promise<void> {
  const described = Object.entries(environments).map(([name, { file = `${name}.json`, ...rest }]) => {
    return [name, { upstream: { type: 'file', path: file }, ...rest }]
  })
  const configuration = {
    server: { host: '127.0.0.1', port: 0 },
    management: { port: 0 },
    reload: { onFileChange: false },
    ...settings,
    environments: Object.fromEntries(described),
  }
  return writeFile(join(folder, 'switchyard.yaml'), JSON.stringify(configuration))
}

function writeFlag(file: string, value: string): Promise<void> {
  const flag = { state: 'ENABLED', variants: { it: value }, defaultVariant: 'it' }
  return writeFile(join(folder, file), JSON.stringify({ flags: { a: flag } }))
}

async function start(): Promise<void> {
  relay = startCommand(['serve', '--config', join(folder, 'switchyard.yaml')])
  const printed = await relay.printed('the relay listens')
  const line = printed.split('\n').find((each) => each.includes('the relay listens')) ?? ''
  ;({ dataUrl, managementUrl } = JSON.parse(line) as { dataUrl: string; managementUrl: string })
  while ((await fetch(`${managementUrl}/readyz`)).status !== 200);
}

/** The value of flag `a`, or else the status. */
async function ask(key: string): Promise<unknown> {
  const answer = await fetch(`${dataUrl}/ofrep/v1/evaluate/flags/a`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: '{"context":{"targetingKey":"u"}}',
  })
  const body = (await answer.json()) as { value?: unknown }
  return answer.status === 200 ? body.value : answer.status
}

interface Status {
  readonly configuration: { readonly inEffectSince: string; readonly lastReload: Record<string, unknown> | null }
  readonly environments: readonly { name: string; revision: string; counts: { fetches: Record<string, number> } }[]
}

async function status(): Promise<Status> {
  return (await (await fetch(`${managementUrl}/status`)).json()) as Status
}

/** Sends SIGHUP and waits until the relay has dealt with it. */
async function reload(): Promise<Record<string, unknown>> {
  const before = (await status()).configuration.lastReload?.['at']
  relay.child.kill('SIGHUP')
  return reloaded(before)
}

async function reloaded(before: unknown): Promise<Record<string, unknown>> {
  for (;;) {
    const { lastReload } = (await status()).configuration
    if (lastReload !== null && lastReload['at'] !== before) return lastReload
  }
}

function openStream(key: string): Promise<StreamReader> {
  return readStream(`${dataUrl}/ofrep/v1/events`, { authorization: `Bearer ${key}` })
}

async function ended(stream: StreamReader): Promise<void> {
  await vi.waitFor(() => expect(stream.isEnded()).toBe(true), 10_000)
}

/** Waits until a stream has told of what was done. */
async function told(stream: StreamReader, act: () => Promise<void>): Promise<void> {
  const count = stream.events.length
  await act()
  await vi.waitFor(() => expect(stream.events.length).toBeGreaterThan(count), 10_000)
}

async function until(wanted: unknown, look: () => Promise<unknown>): Promise<void> {
  while ((await look()) !== wanted);
}

describe('a relay that is told to reload', () => {
  beforeEach(async () => {
    await writeFlag('shop.json', 'shop')
    await writeFlag('blog.json', 'blog')
  })

  it('serves a new environment and no longer one that is gone, and leaves the others alone', async () => {
    await configure({ shop: { serverKeys: ['shop-key'] }, wiki: { file: 'blog.json', serverKeys: ['wiki-key'] } })
    await start()
    await until('blog', () => ask('wiki-key'))
    const fetches = (await status()).environments[0]?.counts.fetches['document']
    const stream = await openStream('shop-key')
    const gone = await openStream('wiki-key')

    await configure({ shop: { serverKeys: ['shop-key'] }, blog: { serverKeys: ['blog-key'] } })
    expect(await reload()).toMatchObject({
      outcome: 'applied',
      trigger: 'signal',
      added: ['blog'],
      removed: ['wiki'],
      changed: [],
      needsRestart: [],
      problems: [],
    })
    await until('blog', () => ask('blog-key'))
    expect(await ask('wiki-key')).toBe(401)
    await ended(gone)
    expect(await ask('shop-key')).toBe('shop')
    const { environments } = await status()
    expect(environments.map(({ name }) => name)).toEqual(['shop', 'blog'])
    expect(environments[0]?.counts.fetches['document']).toBe(fetches)

    await told(stream, () => writeFlag('shop.json', 'changed'))
    expect(await ask('shop-key')).toBe('changed')
  })

  it('rotates keys: both open until the old one is taken away, and then its streams end and no other', async () => {
    await configure({ shop: { serverKeys: ['old-key'] } })
    await start()
    const old = await openStream('old-key')

    await configure({ shop: { serverKeys: ['old-key', 'new-key'] } })
    expect(await reload()).toMatchObject({ outcome: 'applied', changed: ['shop'] })
    expect([await ask('old-key'), await ask('new-key')]).toEqual(['shop', 'shop'])
    const current = await openStream('new-key')

    await configure({ shop: { serverKeys: ['new-key'] } })
    await reload()
    await ended(old)
    expect([await ask('old-key'), await ask('new-key')]).toEqual([401, 'shop'])
    await told(current, () => writeFlag('shop.json', 'changed'))
    const metrics = await (await fetch(`${managementUrl}/metrics`)).text()
    expect(metrics).toContain('switchyard_streams_ended_total{environment="shop",kind="ofrep",reason="revoked"} 1\n')
    expect(metrics).toContain('switchyard_config_reloads_total{outcome="applied"} 2\n')
  })

  it('serves what it has until another upstream delivers, on the same streams', async () => {
    await configure({ shop: { serverKeys: ['key'] } })
    await start()
    const stream = await openStream('key')
    await configure({ shop: { file: 'later.json', serverKeys: ['key'] } })
    expect(await reload()).toMatchObject({ outcome: 'applied', changed: ['shop'] })
    expect(await ask('key')).toBe('shop')
    await told(stream, () => writeFlag('later.json', 'later'))
    expect(await ask('key')).toBe('later')
    await writeFlag('shop.json', 'nobody reads this')
    await writeFlag('later.json', 'last')
    await until('last', () => ask('key'))
  })

  it('changes nothing for a wrong file, says what is wrong in log, metric and status, and takes the next one', async () => {
    await configure({ shop: { serverKeys: ['key'] } })
    await start()
    await configure({ shop: { serverKeys: ['key', 'another'], sevrerKeys: [] } })
    const refused = await reload()
    expect(refused).toMatchObject({ outcome: 'refused', added: [], changed: [] })
    expect(refused['problems']).toEqual([
      {
        path: 'environments.shop.sevrerKeys',
        message: 'environments.shop.sevrerKeys is not a setting; did you mean serverKeys?',
        place: expect.stringMatching(/switchyard\.yaml:1:\d+$/),
      },
    ])
    expect([await ask('key'), await ask('another')]).toEqual(['shop', 401])
    await relay.printed('the new configuration is wrong: nothing has changed')
    expect(await (await fetch(`${managementUrl}/metrics`)).text()).toContain('switchyard_config_refused 1\n')
    await configure({ shop: { serverKeys: ['key', 'another'] } })
    expect(await reload()).toMatchObject({ outcome: 'applied' })
    expect(await ask('another')).toBe('shop')
    expect(await (await fetch(`${managementUrl}/metrics`)).text()).toContain('switchyard_config_refused 0\n')
  })

  it('names settings that need a restart, until they are as they were at the start', async () => {
    await configure({ shop: { serverKeys: ['key'] } })
    await start()
    await configure({ shop: { serverKeys: ['key'] } }, { log: { level: 'debug' } })
    expect(await reload()).toMatchObject({ outcome: 'unchanged', needsRestart: ['log.level'] })
    await configure({ shop: { serverKeys: ['key'] } })
    expect(await reload()).toMatchObject({ outcome: 'unchanged', needsRestart: [] })
  })

  it('never opens by a reload what had keys', async () => {
    await configure({ shop: { serverKeys: ['key'] } })
    await start()
    await configure({ shop: {} })
    expect(await reload()).toMatchObject({ outcome: 'refused', problems: [{ path: 'environments.shop' }] })
    expect([await ask('key'), await ask('nothing')]).toEqual(['shop', 401])
  })

  it('is ready while an environment that came later has no data', async () => {
    await configure({ shop: { serverKeys: ['key'] } })
    await start()
    await configure({ shop: { serverKeys: ['key'] }, late: { serverKeys: ['late-key'] } })
    await reload()
    expect(await ask('late-key')).toBe(503)
    expect((await fetch(`${managementUrl}/readyz`)).status).toBe(200)
  })

  it('reads again by itself when a file with a secret changes', async () => {
    await writeFile(join(folder, 'key'), 'first-key\n')
    const settings = { reload: { onFileChange: true } }
    await configure({ shop: { serverKeys: [{ fromFile: 'key' }] } }, settings)
    await start()
    expect(await ask('first-key')).toBe('shop')
    await writeFile(join(folder, 'key'), 'second-key\n')
    await until('shop', () => ask('second-key'))
    expect(await ask('first-key')).toBe(401)
    expect((await status()).configuration.lastReload).toMatchObject({ outcome: 'applied', trigger: 'file' })
  })
})
