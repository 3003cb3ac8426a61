import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { OpenFeature, type Client } from '@openfeature/server-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCommand, type Started } from '../../relay/test/cli/run-command.js'

/** A flag file in, the command as a process of its own, and an application that knows OpenFeature and nothing else. */
const document = (color: string): string => `
metadata: { flagSetId: first-slice }
flags:
  new-checkout:
    state: ENABLED
    variants: { on: true, off: false }
    defaultVariant: off
    targeting:
      if: [{ ends_with: [{ var: email }, '@example.com'] }, on]
  color:
    state: ENABLED
    variants: { red: '#f00', blue: '#00f' }
    defaultVariant: ${color}
  max-items:
    state: ENABLED
    variants: { few: 10 }
    defaultVariant: few
  search:
    state: ENABLED
    variants: { next: { engine: next, weights: [1, 2.5] } }
    defaultVariant: next
  'a/b c':
    state: ENABLED
    variants: { on: true }
    defaultVariant: on
  retired:
    state: DISABLED
    variants: { on: true }
    defaultVariant: on
`

let folder: string
let path: string
let relay: Started
let managementUrl: string
let client: Client

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-first-slice-'))
  path = join(folder, 'flags.yaml')
  await writeFile(path, document('red'))
  const config = join(folder, 'switchyard.yaml')
  await writeFile(
    config,
    `{ server: { host: 127.0.0.1, port: 0 }, management: { port: 0 },
       environments: { shop: { upstream: { type: file, path: flags.yaml }, serverKeys: [first-slice-server-key] } } }`,
  )
  relay = startCommand(['serve', '--config', config])
  const line = (await relay.printed('the relay listens')).split('\n').find((each) => each.includes('dataUrl')) ?? ''
  const urls = JSON.parse(line) as { dataUrl: string; managementUrl: string }
  managementUrl = urls.managementUrl
  await until(async () => (await fetch(`${managementUrl}/readyz`)).ok)
  const provider = new OFREPProvider({
    baseUrl: urls.dataUrl,
    headers: [['Authorization', 'Bearer first-slice-server-key']],
  })
  await OpenFeature.setProviderAndWait('first-slice', provider)
  client = OpenFeature.getClient('first-slice')
})

afterAll(async () => {
  await OpenFeature.clearProviders()
  relay.child.kill('SIGTERM')
  expect(await relay.finished).toMatchObject({ code: 0 })
  await rm(folder, { recursive: true })
})

/** Asks again and again until the answer is yes; each round waits for the network. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

const environmentStatus = async () => {
  const status = (await (await fetch(`${managementUrl}/status`)).json()) as {
    environments: {
      state: string
      sequence: number
      lastError: { code: string; message: string } | null
      keys: unknown
    }[]
  }
  return status.environments[0]
}

describe('an application over OpenFeature, through the relay, on a flag file', () => {
  it('gets values of every type', async () => {
    expect(await client.getBooleanValue('new-checkout', false, { targetingKey: 'u', email: 'ada@example.com' })).toBe(
      true,
    )
    expect(await client.getBooleanValue('new-checkout', true, { targetingKey: 'u', email: 'ada@elsewhere' })).toBe(
      false,
    )
    expect(await client.getStringValue('color', '')).toBe('#f00')
    expect(await client.getNumberValue('max-items', 0)).toBe(10)
    expect(await client.getObjectValue('search', {})).toEqual({ engine: 'next', weights: [1, 2.5] })
    expect(await client.getBooleanValue('a/b c', false)).toBe(true)
  })

  it('gets variant, reason and metadata', async () => {
    const context = { targetingKey: 'u', email: 'ada@example.com' }
    expect(await client.getBooleanDetails('new-checkout', false, context)).toMatchObject({
      variant: 'on',
      reason: 'TARGETING_MATCH',
      flagMetadata: { flagSetId: 'first-slice' },
    })
  })

  it('gets its own default for a flag that is disabled, of another type, or not there', async () => {
    // This client is older than answers without a value (OFREP 0.2) and calls them errors; the default is the same.
    expect(await client.getBooleanValue('retired', true)).toBe(true)
    expect(await client.getNumberDetails('color', 7)).toMatchObject({ value: 7, errorCode: 'TYPE_MISMATCH' })
    expect(await client.getBooleanDetails('nope', true)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' })
  })

  it('sees an edit of the file, and an edit that replaces it', async () => {
    await writeFile(path, document('blue'))
    await until(async () => (await client.getStringValue('color', '')) === '#00f')
    await writeFile(join(folder, 'flags.yaml.new'), document('red'))
    await rename(join(folder, 'flags.yaml.new'), path)
    await until(async () => (await client.getStringValue('color', '')) === '#f00')
    expect(await environmentStatus()).toMatchObject({ state: 'fresh', sequence: 3 })
  })

  it('keeps its answers while the file is broken or gone, and the operator sees where and why', async () => {
    await writeFile(path, 'flags:\n  color: [\n')
    await until(async () => (await environmentStatus())?.state === 'degraded')
    expect(await environmentStatus()).toMatchObject({
      sequence: 3,
      lastError: { code: 'FILE_MALFORMED', message: expect.stringMatching(/flags\.yaml, line 3, column 1: /) },
      keys: [{ audience: 'server', masked: '....-key', validUntil: null, isExpired: false }],
    })
    expect(await client.getStringValue('color', '')).toBe('#f00')
    await rm(path)
    await until(async () => (await environmentStatus())?.lastError?.code === 'FILE_UNREADABLE')
    expect(await client.getStringValue('color', '')).toBe('#f00')
    expect((await fetch(`${managementUrl}/readyz`)).status).toBe(200)
    await writeFile(path, document('blue'))
    await until(async () => (await client.getStringValue('color', '')) === '#00f')
    expect(await environmentStatus()).toMatchObject({ state: 'fresh', sequence: 4 })
  })

  it('shows no key anywhere', async () => {
    const pages = ['/status', '/metrics', '/readyz'].map(async (page) => (await fetch(managementUrl + page)).text())
    expect((await Promise.all(pages)).join('')).not.toContain('first-slice-server-key')
  })
})
