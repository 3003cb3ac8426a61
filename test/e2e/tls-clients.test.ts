/** Whoever asks a relay that speaks TLS under an authority of its own: an edge, and a provider in a process of its own. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createAuthority, type Authority, type Pair } from '../../relay/test/transport/certificates.js'
import { startTestRelay, type TestRelay } from './relay-process.js'

const hubKey = 'server-key-of-the-hub'
let authority: Authority
let own: Pair
let closing: (() => Promise<unknown>)[] = []

beforeAll(() => {
  authority = createAuthority()
  own = authority.issue('hub')
})
afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

interface Hub {
  readonly relay: TestRelay
  readonly folder: string
  set(value: string): Promise<void>
}

async function startHub(settings: Readonly<Record<string, string>> = {}): Promise<Hub> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-tls-clients-'))
  closing.push(() => rm(folder, { recursive: true }))
  const set = (value: string): Promise<void> => {
    const flag = { state: 'ENABLED', variants: { it: value }, defaultVariant: 'it' }
    return writeFile(join(folder, 'flags.json'), JSON.stringify({ flags: { banner: flag } }))
  }
  await set('first')
  await writeFile(join(folder, 'ca.crt'), authority.certificate)
  const relay = await startTestRelay({
    SERVER__TLS__CERTIFICATE: own.certificate,
    SERVER__TLS__KEY: own.key,
    SERVER__STREAMS__PACING: '0ms',
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__SHOP__UPSTREAM__PATH: join(folder, 'flags.json'),
    ENVIRONMENTS__SHOP__SERVER_KEYS__0: hubKey,
    ...settings,
  })
  closing.push(() => relay.close())
  return { relay, folder, set }
}

/** @param upstream what follows `SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__`, besides the address */
async function startEdge(hub: Hub, upstream: Readonly<Record<string, string>>): Promise<TestRelay> {
  const settings = {
    TYPE: 'switchyard',
    BASE_URL: hub.relay.dataUrl,
    SERVER_KEY: hubKey,
    POLL_INTERVAL: '50ms',
    ...upstream,
  }
  const prefixed = Object.entries(settings).map(([name, value]) => [`ENVIRONMENTS__SHOP__UPSTREAM__${name}`, value])
  const edge = await startTestRelay(Object.fromEntries(prefixed))
  closing.push(() => edge.close())
  return edge
}

const mutual = (): Record<string, string> => ({
  SERVER__TLS__CLIENT_CA: authority.certificate,
  SERVER__TLS__CLIENT_CERTIFICATE: 'required',
})

describe('an edge', () => {
  it('follows a hub whose authority it is told, by its stream', async () => {
    const hub = await startHub()
    const edge = await startEdge(hub, { CA: authority.certificate, POLL_INTERVAL: '1h' })
    await expect.poll(() => edge.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
    await hub.set('second')
    await expect.poll(() => edge.flags({ targetingKey: 'u' })).toEqual({ banner: 'second' })
  })

  it('says that it does not trust a hub whose authority it was not told', async () => {
    const edge = await startEdge(await startHub(), {})
    await expect.poll(async () => (await edge.status()).lastError?.code).toBe('UPSTREAM_UNREACHABLE')
  })

  it('shows its certificate to a hub that asks for one, and is refused without', async () => {
    const hub = await startHub(mutual())
    const { certificate, key } = authority.issue('edge')
    const trusting = { CA: authority.certificate }
    const edge = await startEdge(hub, { ...trusting, CERTIFICATE: certificate, KEY: key })
    await expect.poll(() => edge.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
    const unknown = await startEdge(hub, trusting)
    await expect.poll(async () => (await unknown.status()).lastError?.code).toBe('UPSTREAM_UNREACHABLE')
    expect(await hub.relay.metric('switchyard_refusals_total{reason="client-certificate"}')).toBeGreaterThan(0)
  })
})

const program = `
import { OpenFeature } from '@openfeature/server-sdk'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
const [url, apiKey, mode] = process.argv.slice(1)
await OpenFeature.setProviderAndWait(new SwitchyardProvider({ url, apiKey, mode }))
console.log(await OpenFeature.getClient().getStringValue('banner', 'none', { targetingKey: 'u' }))
await OpenFeature.close()
`

describe.each(['in-process', 'remote'])('a provider, %s', (mode) => {
  async function ask(hub: Hub, env: Readonly<Record<string, string>>): Promise<string> {
    const args = ['--input-type=module', '-e', program, hub.relay.dataUrl, hubKey, mode]
    const cwd = fileURLToPath(new URL('../../provider', import.meta.url))
    const child = spawn(process.execPath, args, { cwd, env: { PATH: process.env['PATH'], ...env } })
    let text = ''
    child.stdout.on('data', (part: Buffer) => (text += String(part)))
    child.stderr.on('data', (part: Buffer) => (text += String(part)))
    await new Promise((resolve) => child.once('close', resolve))
    return text.trim()
  }

  it('asks a relay whose authority Node is told, and no other', async () => {
    const hub = await startHub()
    expect(await ask(hub, { NODE_EXTRA_CA_CERTS: join(hub.folder, 'ca.crt') })).toBe('first')
    expect(await ask(hub, {})).not.toBe('first')
  })
})
