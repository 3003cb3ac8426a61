import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProviderStatus } from '@openfeature/server-sdk'
import { diff } from '@switchyard/engine'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { openSnapshotFile as openWithoutFiles } from '../../src/server/no-snapshot-file.js'
import { readSnapshot, writeSnapshot } from '../../src/server/snapshot-format.js'
import { json } from './scripted-server.js'
import { connect, flag, rulesetOf, startRelay, type ScriptedRelay } from './scripted-ruleset-relay.js'

let folder: string
let snapshotFile: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-'))
  snapshotFile = join(folder, 'flags.snapshot')
  onTestFinished(() => rm(folder, { recursive: true }))
})

const one = rulesetOf({ f: flag('one'), same: flag('x') })
const two = rulesetOf({ f: flag('two'), same: flag('x') })

/** A file that a provider of this relay has left, and the relay gone. */
async function leaveFile(options: { readonly apiKey?: string } = {}): Promise<ScriptedRelay> {
  const relay = await startRelay(one)
  const { provider } = await connect(relay, { snapshotFile, ...options })
  await provider.onClose()
  await relay.server.close()
  return relay
}

describe('a snapshot file', () => {
  it('is written with the first ruleset, readable by its owner alone, and nothing else is left beside it', async () => {
    const relay = await startRelay(one)
    const { provider } = await connect(relay, { snapshotFile })
    await provider.onClose()
    expect((await stat(snapshotFile)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['flags.snapshot'])
    const text = await readFile(snapshotFile, 'utf8')
    expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({
      switchyard: 'snapshot',
      formatVersion: 1,
      dialects: [],
    })
    expect(JSON.parse(text.split('\n')[1] ?? '')).toEqual(one)
    expect(text).not.toContain('"key"')
  })

  it('follows the changes', async () => {
    const relay = await startRelay(one)
    const { client, provider } = await connect(relay, { snapshotFile })
    relay.send('patch', diff(one, two), `2-${two.revision}`)
    await expect.poll(() => client.getStringValue('f', '')).toBe('two')
    await provider.onClose()
    expect((await readFile(snapshotFile, 'utf8')).split('\n')[1]).toBe(JSON.stringify(two))
  })

  it('is what a start without the relay serves, STALE, and READY once the relay has confirmed it', async () => {
    const relay = await leaveFile()
    const { client, events } = await connect(relay, { snapshotFile })
    expect(await client.getStringValue('f', 'default')).toBe('one')
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.STALE)
    relay.begin = (send) => send('state', { state: 'fresh' })
    await relay.start(relay.port)
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.READY)
    expect(relay.connections.at(-1)?.request.headers['last-event-id']).toBe(`0-${one.revision}`)
    expect(events).toEqual(['READY', 'STALE', 'READY'])
  })

  it('is brought up to date by a patch, which tells what changed', async () => {
    const relay = await leaveFile()
    const { client, events } = await connect(relay, { snapshotFile })
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.STALE)
    relay.begin = (send) => {
      send('state', { state: 'fresh' })
      send('patch', diff(one, two), `2-${two.revision}`)
    }
    await relay.start(relay.port)
    await expect.poll(() => client.getStringValue('f', '')).toBe('two')
    expect(events).toEqual(['READY', 'STALE', 'READY', 'CONFIGURATION_CHANGED f'])
  })

  it('stays STALE where the relay says that its own data is old', async () => {
    const relay = await leaveFile()
    const { client, events } = await connect(relay, { snapshotFile })
    relay.begin = (send) => {
      send('state', { state: 'stale' })
      send('patch', diff(one, two), `2-${two.revision}`)
    }
    await relay.start(relay.port)
    await expect.poll(() => client.getStringValue('f', '')).toBe('two')
    expect(client.providerStatus).toBe(ProviderStatus.STALE)
    expect(events).toEqual(['READY', 'STALE', 'CONFIGURATION_CHANGED f'])
  })

  it('is enough where the relay takes the connection and says nothing', async () => {
    const relay = await leaveFile()
    relay.begin = () => undefined
    await relay.start(relay.port)
    const { client } = await connect(relay, { snapshotFile, timeoutMs: 50 })
    expect(await client.getStringValue('f', 'default')).toBe('one')
  })

  it('does not help where the credentials are refused', async () => {
    const relay = await leaveFile()
    await relay.start(relay.port)
    relay.server.answer = json(401, {})
    const { client } = await connect(relay, { snapshotFile })
    expect(client.providerStatus).toBe(ProviderStatus.FATAL)
    expect(await client.getStringValue('f', 'default')).toBe('default')
  })

  it('of another key is not used, and is replaced', async () => {
    const relay = await leaveFile({ apiKey: 'another' })
    const { client, warnings, provider } = await connect(relay, { snapshotFile })
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    expect(await client.getStringValue('f', 'default')).toBe('default')
    expect(warnings).toEqual([expect.stringContaining('is not used: it belongs to another relay or key')])
    relay.serve(two)
    await relay.start(relay.port)
    await expect.poll(() => client.getStringValue('f', '')).toBe('two')
    await provider.onClose()
    expect(await readFile(snapshotFile, 'utf8')).toContain(two.revision)
  })

  it.each<[string, (text: string) => string, string]>([
    ['of a later file format', (text) => text.replace('"fileVersion":1', '"fileVersion":2'), 'format is not known'],
    [
      'of a later ruleset format',
      (text) => text.replace('"formatVersion":1', '"formatVersion":2'),
      'format is not known',
    ],
    ['that is something else', () => 'my diary\n', 'it is no snapshot'],
  ])('%s is not used, and left as it is', async (_row, edit, message) => {
    const relay = await leaveFile()
    const edited = edit(await readFile(snapshotFile, 'utf8'))
    await writeFile(snapshotFile, edited)
    await relay.serve(two).start(relay.port)
    const { client, warnings, provider } = await connect(relay, { snapshotFile })
    expect(await client.getStringValue('f', 'default')).toBe('two')
    await provider.onClose()
    expect(warnings).toEqual([expect.stringContaining(message)])
    expect(await readFile(snapshotFile, 'utf8')).toBe(edited)
    expect(await readdir(folder)).toEqual(['flags.snapshot'])
  })

  it.each<[string, (text: string) => string, string]>([
    ['whose ruleset was edited', (text) => text.replaceAll('one', 'own'), 'it is damaged'],
    ['that was cut off', (text) => text.slice(0, -20), 'it is damaged'],
    ['of which the ruleset is gone', (text) => text.slice(0, text.indexOf('\n')), 'it is damaged'],
    ['that is empty', () => '', 'it is empty'],
  ])('%s is not used, and replaced', async (_row, edit, message) => {
    const relay = await leaveFile()
    await writeFile(snapshotFile, edit(await readFile(snapshotFile, 'utf8')))
    const { client, warnings, provider } = await connect(relay, { snapshotFile })
    expect(client.providerStatus).toBe(ProviderStatus.ERROR)
    expect(warnings).toEqual([expect.stringContaining(message)])
    await relay.serve(two).start(relay.port)
    await expect.poll(() => client.getStringValue('f', '')).toBe('two')
    await provider.onClose()
    expect(await readFile(snapshotFile, 'utf8')).toContain(two.revision)
  })

  it('that cannot be written is told of once, and everything else works', async () => {
    const relay = await startRelay(one)
    const path = join(folder, 'not there', 'flags.snapshot')
    const { client, warnings, provider } = await connect(relay, { snapshotFile: path })
    expect(await client.getStringValue('f', 'default')).toBe('one')
    relay.send('patch', diff(one, two), `2-${two.revision}`)
    await expect.poll(() => client.getStringValue('f', '')).toBe('two')
    await provider.onClose()
    expect(warnings).toEqual([expect.stringContaining('cannot be written: ENOENT')])
  })

  it('is a snapshot for its owner alone, whatever else is equal', () => {
    const text = writeSnapshot(one, ['http://relay', []], '2026-01-01T00:00:00.000Z')
    expect(readSnapshot(text, ['http://relay', []])).toMatchObject({ kind: 'kept', ruleset: one })
    expect(readSnapshot(text, ['http://relay/b', []])).toMatchObject({ kind: 'useless' })
    expect(readSnapshot(text, ['http://relay', [['x-tenant', 'b']]])).toMatchObject({ kind: 'useless' })
  })

  it('is refused at once on a runtime without files', () => {
    expect(openWithoutFiles).toThrow(
      new TypeError("snapshotFile needs a runtime with Node's file system: leave the option out here"),
    )
  })
})
