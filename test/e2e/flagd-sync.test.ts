/** The relay as an HTTP sync source of flagd, as the OpenFeature operator configures its sidecars. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FlagdCore } from '@openfeature/flagd-core'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { textOf } from '../repository/files.js'
import { startCommand } from '../../relay/test/cli/run-command.js'
import { hasFlagd, startFlagd } from '../upstreams/flagd.js'
import { startTestRelay, type TestRelay } from './relay-process.js'

const key = 'server-key-of-the-sidecars'
const documentWith = (color: string) => ({
  $schema: 'https://flagd.dev/schema/v0/flags.json',
  metadata: { flagSetId: 'shop', version: '7' },
  $evaluators: { staff: { ends_with: [{ var: 'email' }, '@example.com'] } },
  flags: {
    color: { state: 'ENABLED', variants: { red: '#f00', blue: '#00f' }, defaultVariant: color },
    checkout: {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: {
        if: [
          { $ref: 'staff' },
          'on',
          {
            fractional: [
              ['on', 25],
              ['off', 75],
            ],
          },
        ],
      },
      metadata: { team: 'payments' },
    },
    limit: {
      state: 'ENABLED',
      variants: { few: 1.5, many: 9007199254740991 },
      defaultVariant: 'few',
      targeting: { if: [{ sem_ver: [{ var: 'app' }, '>=', '2.1.0'] }, 'many', null] },
    },
    texts: { state: 'ENABLED', variants: { de: { title: 'Grüße \u{1f600}' } }, defaultVariant: 'de' },
    retired: { state: 'DISABLED', variants: { on: true }, defaultVariant: 'on' },
  },
})
const contexts = [
  {},
  { targetingKey: 'ada', email: 'ada@example.com', app: '2.1.0' },
  ...Array.from({ length: 20 }, (_, index) => ({ targetingKey: `user-${index}`, email: 'x@y.z', app: `2.${index}.0` })),
]

let folder: string
let path: string
let relay: TestRelay | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-flagd-sync-'))
  path = join(folder, 'flags.json')
  await writeFile(path, JSON.stringify(documentWith('red'), null, 2))
})
afterEach(async () => {
  await relay?.close()
  await rm(folder, { recursive: true })
})

async function start(settings: Record<string, string> = {}): Promise<TestRelay> {
  const running = await startTestRelay({
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__SHOP__UPSTREAM__PATH: path,
    ENVIRONMENTS__SHOP__SERVER_KEYS__0: key,
    SNAPSHOTS__DIRECTORY: join(folder, 'snapshots'),
    ...settings,
  })
  relay = running
  return running
}

const isFresh = (of: TestRelay) => expect.poll(async () => (await of.status()).state).toBe('fresh')
const documentUrl = ({ dataUrl }: TestRelay): string => `${dataUrl}/flagd/v1/flags.json`
const read = (of: TestRelay, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(documentUrl(of), { headers: { authorization: `Bearer ${key}`, ...headers } })
/** The address as an application's manifest has it: the key is its password. */
const withPassword = (of: TestRelay): string => documentUrl(of).replace('://', `://flagd:${key}@`)

describe('what flagd reads from the relay', () => {
  it('is the document that the file holds, so that its engine answers as over the file', async () => {
    const running = await start()
    await isFresh(running)
    const text = await (await read(running)).text()
    expect(JSON.parse(text)).toEqual(documentWith('red'))
    const [original, relayed] = [new FlagdCore(), new FlagdCore()]
    original.setConfigurations(JSON.stringify(documentWith('red')))
    relayed.setConfigurations(text)
    for (const context of contexts) expect(relayed.resolveAll(context)).toEqual(original.resolveAll(context))
  })

  it('survives a restart without the upstream, and is 503 where nothing was kept', async () => {
    await isFresh(await start())
    const etag = (await read(relay as TestRelay)).headers.get('etag') ?? ''
    await relay?.close()
    await rm(path)
    const again = await start()
    const answer = await read(again)
    expect([answer.status, answer.headers.get('switchyard-state'), answer.headers.get('etag')]).toEqual([
      200,
      'stale',
      etag,
    ])
    expect(await answer.json()).toEqual(documentWith('red'))
    expect((await read(again, { 'if-none-match': etag })).status).toBe(304)
    await again.close()
    await rm(join(folder, 'snapshots'), { recursive: true })
    expect((await read(await start())).status).toBe(503)
  })

  it('comes from every worker, and follows the file', async () => {
    const command = startCommand(['serve'], {
      SWITCHYARD_WORKERS: '2',
      SWITCHYARD_SERVER__PORT: '0',
      SWITCHYARD_MANAGEMENT__PORT: '0',
      SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
      SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__PATH: path,
      SWITCHYARD_ENVIRONMENTS__SHOP__SERVER_KEYS__0: key,
    })
    onTestFinished(async () => {
      command.child.kill('SIGTERM')
      await command.finished
    })
    const [, dataUrl = ''] = /"dataUrl":"([^"]+)"/.exec(await command.printed('"dataUrl"')) ?? []
    // Each request of its own connection, so that both workers are asked.
    const ask = async (): Promise<unknown[]> => {
      const headers = { authorization: `Bearer ${key}`, connection: 'close' }
      const answers = Array.from({ length: 4 }, () => fetch(`${dataUrl}/flagd/v1/flags.json`, { headers }))
      return Promise.all((await Promise.all(answers)).map((answer) => answer.json()))
    }
    await expect.poll(ask).toEqual(Array.from({ length: 4 }, () => documentWith('red')))
    await writeFile(path, JSON.stringify(documentWith('blue')))
    await expect.poll(ask).toEqual(Array.from({ length: 4 }, () => documentWith('blue')))
  })

  it('comes as JSON where the file is YAML', async () => {
    path = join(folder, 'flags.yaml')
    await writeFile(path, 'flags: { color: { state: ENABLED, variants: { red: "#f00" }, defaultVariant: red } }')
    const running = await start()
    await isFresh(running)
    expect(await (await read(running)).json()).toEqual({
      flags: { color: { state: 'ENABLED', variants: { red: '#f00' }, defaultVariant: 'red' } },
    })
  })
})

describe.runIf(hasFlagd)('a real flagd with the relay as its HTTP sync source', () => {
  it('answers exactly what a flagd over the file answers, follows a change, and goes on while the relay is away', async () => {
    const running = await start()
    await isFresh(running)
    const direct = await startFlagd([{ uri: path, provider: 'file' }])
    const relayed = await startFlagd([{ uri: withPassword(running), provider: 'http', interval: 1 }])
    for (const context of contexts) expect(await relayed.flags(context)).toEqual(await direct.flags(context))
    await writeFile(path, JSON.stringify(documentWith('blue')))
    const color = { key: 'color', variant: 'blue', value: '#00f' }
    await expect.poll(() => relayed.flags({})).toContainEqual(expect.objectContaining(color))
    await expect.poll(() => direct.flags({})).toContainEqual(expect.objectContaining(color))
    await running.close()
    await expect.poll(() => relayed.log()).toContain('error fetching')
    for (const context of contexts) expect(await relayed.flags(context)).toEqual(await direct.flags(context))
  })

  it('starts with the sources of the page, as the operator hands them on', async () => {
    const running = await start()
    await isFresh(running)
    const [block = ''] = /kind: FeatureFlagSource[^`]*/.exec(textOf('docs/openfeature-operator.md')) ?? []
    const { spec } = parse(block) as { spec: { sources: { source: string; provider: string; interval: number }[] } }
    const sources = spec.sources.map(({ source, provider, interval }) => {
      const documented = new URL(source)
      expect([documented.pathname, documented.username]).toEqual(['/flagd/v1/flags.json', 'flagd'])
      return { uri: withPassword(running), provider, interval }
    })
    expect(sources).toHaveLength(1)
    expect(await (await startFlagd(sources)).flags({})).toHaveLength(5)
  })

  it('sends no token that the operator was given, so the key has to be in the address', async () => {
    const running = await start()
    await isFresh(running)
    const uri = documentUrl(running)
    const [token, header] = await Promise.all([
      startFlagd([{ uri, provider: 'http', bearerToken: key }]),
      startFlagd([{ uri, provider: 'http', authHeader: `Bearer ${key}` }]),
    ])
    expect(await token.ended).not.toBe(0)
    expect(token.log()).toContain('401')
    expect(await header.flags({})).toHaveLength(5)
  })

  it('does not start while the relay has no data, which is what a sidecar is restarted for', async () => {
    await rm(path)
    const early = await startFlagd([{ uri: withPassword(await start()), provider: 'http' }])
    expect(await early.ended).not.toBe(0)
    expect(early.log()).toContain('503')
  })
})
