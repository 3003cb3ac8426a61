/** What of its settings a data plane takes anew while it serves. */
import type { AddressOptions } from '../transport/address-options.js'
import { renewedTls, type TlsOptions } from '../transport/tls-options.js'

export interface LiveSettings extends Partial<AddressOptions> {
  /** Signs the addresses of event streams. Secret. */
  readonly streamSecret?: string
  /** Certificates; whether there is TLS at all is decided at the start. */
  readonly tls?: TlsOptions
}

/** @returns these settings alone */
export function liveSettingsOf({
  streamSecret,
  tls,
  allowedAddresses = [],
  trustedProxies = [],
}: LiveSettings): LiveSettings {
  return {
    allowedAddresses,
    trustedProxies,
    ...(streamSecret === undefined ? {} : { streamSecret }),
    ...(tls === undefined ? {} : { tls }),
  }
}

/** @returns what is in effect once settings have been taken: of `before`, everything else */
export function withLiveSettings<Settings extends LiveSettings>(before: Settings, live: LiveSettings): Settings {
  const { streamSecret: _before, ...others } = before
  const { streamSecret, tls, allowedAddresses = [], trustedProxies = [] } = live
  return {
    ...(others as Settings),
    allowedAddresses,
    trustedProxies,
    ...(streamSecret === undefined ? {} : { streamSecret }),
    ...(before.tls === undefined || tls === undefined ? {} : { tls: renewedTls(before.tls, tls) }),
  }
}
