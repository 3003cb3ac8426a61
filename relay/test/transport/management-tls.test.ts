/** The management plane behind TLS, asked by `switchyard health` and by clients with and without a certificate. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { runCommand, startCommand } from '../cli/run-command.js'
import { createAuthority, type Authority, type Pair } from './certificates.js'
import { askOnce, tlsClient } from './tls-client.js'

let authority: Authority
let own: Pair
let client: Pair
let elsewhere: Pair

beforeAll(() => {
  authority = createAuthority()
  own = authority.issue('relay')
  client = authority.issue('prometheus')
  elsewhere = createAuthority('Somebody Else').issue('prometheus')
})

interface Running {
  readonly url: string
  /** Of a file that says what the relay runs with, its port in place. */
  readonly config: string
  readonly folder: string
  /** Makes it look at its files again. */
  signal(): void
}

/** A relay whose management plane speaks TLS. */
async function start(asks: 'none' | 'required'): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-management-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  write('tls.crt', own.certificate)
  write('tls.key', own.key)
  write('ca.crt', authority.certificate)
  write('client.crt', client.certificate)
  write('client.key', client.key)
  write('flags.json', '{"flags":{}}')
  const tls = {
    certificate: { fromFile: 'tls.crt' },
    key: { fromFile: 'tls.key' },
    ...(asks === 'none' ? {} : { clientCa: { fromFile: 'ca.crt' }, clientCertificate: asks }),
  }
  const configure = (port: number): void =>
    write(
      'switchyard.yaml',
      JSON.stringify({
        server: { host: '127.0.0.1', port: 0 },
        management: { port, tls },
        reload: { onFileChange: false },
        environments: { shop: { upstream: { type: 'file', path: 'flags.json' }, serverKeys: ['key'] } },
      }),
    )
  configure(0)
  const config = join(folder, 'switchyard.yaml')
  const relay = startCommand(['serve', '--config', config])
  onTestFinished(async () => {
    relay.child.kill('SIGKILL')
    await relay.finished
  })
  const url = /"managementUrl":"([^"]+)"/.exec(await relay.printed('the relay listens'))?.[1] ?? ''
  configure(Number(new URL(url).port))
  return { url, config, folder, signal: () => void relay.child.kill('SIGHUP') }
}

describe('a management plane with a certificate', () => {
  it('answers over TLS, and says until when the certificate lasts', async () => {
    const { url } = await start('none')
    expect(url).toMatch(/^https:/)
    const trust = { ca: authority.certificate }
    const status = JSON.parse((await askOnce(url, trust, '/status')).body) as { certificates: unknown[] }
    expect(status.certificates).toEqual([
      {
        plane: 'management',
        use: 'certificate',
        subject: 'CN=relay',
        expiresAt: expect.stringMatching(/Z$/) as unknown,
        hasExpired: false,
      },
    ])
    const { body } = await askOnce(url, trust, '/metrics')
    const [, seconds] =
      /^switchyard_certificate_expiry_timestamp_seconds\{plane="management",use="certificate"\} (\S+)$/m.exec(body) ??
      []
    expect(Number(seconds) * 1_000).toBeGreaterThan(Date.now())
  })

  it('is found healthy by the configuration, by its address with its authority, and not by its address alone', async () => {
    const { url, config, folder } = await start('none')
    expect(await runCommand(['health', '--config', config, '--live'])).toMatchObject({ code: 0, stderr: '' })
    const trusting = ['--url', url, '--ca', join(folder, 'ca.crt')]
    expect(await runCommand(['health', ...trusting, '--live'])).toMatchObject({ code: 0, stderr: '' })
    const { code, stderr } = await runCommand(['health', '--url', url, '--live'])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/certificate|issuer/)])
  })
})

describe('the certificate of a management plane', () => {
  it('is renewed at SIGHUP, and open connections go on', async () => {
    const { url, folder, signal } = await start('none')
    const trust = { ca: authority.certificate }
    const kept = tlsClient(url, trust)
    onTestFinished(() => kept.close())
    expect((await kept.ask('/livez')).server).toBe('relay')
    const renewed = authority.issue('relay renewed')
    writeFileSync(join(folder, 'tls.crt'), renewed.certificate)
    writeFileSync(join(folder, 'tls.key'), renewed.key)
    signal()
    await expect.poll(async () => (await askOnce(url, trust, '/livez')).server).toBe('relay renewed')
    expect((await kept.ask('/livez')).server).toBe('relay')
    const { certificates } = JSON.parse((await kept.ask('/status')).body) as { certificates: unknown[] }
    expect(certificates).toEqual([expect.objectContaining({ subject: 'CN=relay renewed' })])
  })
})

describe('a management plane that asks for certificates', () => {
  it('turns away who has none or a wrong one, and counts them', async () => {
    const { url } = await start('required')
    const ca = authority.certificate
    await expect(askOnce(url, { ca }, '/livez')).rejects.toThrow()
    await expect(askOnce(url, { ca, cert: elsewhere.certificate, key: elsewhere.key }, '/livez')).rejects.toThrow()
    const trust = { ca, cert: client.certificate, key: client.key }
    expect((await askOnce(url, trust, '/livez')).status).toBe(200)
    const { body } = await askOnce(url, trust, '/metrics')
    expect(body).toContain('switchyard_management_refusals_total{reason="client-certificate"} 2\n')
  })

  it('is found healthy with the own certificate of the relay, and with one that is given', async () => {
    const { url, config, folder } = await start('required')
    expect(await runCommand(['health', '--config', config, '--live'])).toMatchObject({ code: 0, stderr: '' })
    const pathOf = (name: string): string => join(folder, name)
    const [ca, cert, key] = [pathOf('ca.crt'), pathOf('client.crt'), pathOf('client.key')] as const
    const shown = ['--cert', cert, '--key', key]
    expect(await runCommand(['health', '--url', url, '--ca', ca, ...shown, '--live'])).toMatchObject({
      code: 0,
    })
    expect((await runCommand(['health', '--url', url, '--ca', ca, '--live'])).code).toBe(1)
    expect((await runCommand(['health', '--url', url, '--cert', cert])).code).toBe(64)
  })
})
