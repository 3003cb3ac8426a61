import { describe, expect, it } from 'vitest'
import { liveSettingsOf, withLiveSettings, type LiveSettings } from '../../src/http/live-settings.js'
import type { TlsOptions } from '../../src/transport/tls-options.js'

function tlsOf(name: string, more: Partial<TlsOptions> = {}): TlsOptions {
  return {
    certificate: `certificate of ${name}`,
    key: `key of ${name}`,
    clientCertificate: 'none',
    minVersion: 'TLSv1.2',
    handshakeTimeoutMs: 1_000,
    ...more,
  }
}

describe('the settings of a worker that begins after a reload', () => {
  it('are those that count at once, and of the others what the relay was started with', () => {
    const before = {
      port: 1,
      streamSecret: 'old',
      tls: tlsOf('old'),
      allowedAddresses: ['10.0.0.1'],
      trustedProxies: [],
    }
    const after = {
      port: 2,
      tls: tlsOf('new', { clientCa: 'authority', clientCertificate: 'required', handshakeTimeoutMs: 5 }),
      allowedAddresses: ['10.0.0.2'],
      trustedProxies: ['10.0.0.3'],
    }
    expect(withLiveSettings(before, liveSettingsOf(after))).toEqual({
      port: 1,
      tls: tlsOf('new', { clientCa: 'authority' }),
      allowedAddresses: ['10.0.0.2'],
      trustedProxies: ['10.0.0.3'],
    })
  })

  it('speak TLS exactly where the others do', () => {
    const [plain, secure]: readonly [LiveSettings, LiveSettings] = [{ streamSecret: 'a' }, { tls: tlsOf('old') }]
    expect(withLiveSettings(plain, liveSettingsOf(secure))).not.toHaveProperty('tls')
    expect(withLiveSettings(secure, liveSettingsOf(plain))).toMatchObject({ tls: tlsOf('old') })
  })

  it('keep the authority of clients where the new settings have none', () => {
    const asking = tlsOf('old', { clientCa: 'authority', clientCertificate: 'required' })
    const { tls } = withLiveSettings({ tls: asking }, { tls: tlsOf('new') })
    expect(tls).toEqual(tlsOf('new', { clientCa: 'authority', clientCertificate: 'required' }))
  })
})
