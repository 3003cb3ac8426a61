/** What status, metrics and log say of keys: never more than their last characters. */
import type { Audience } from '@switchyard/engine'
import type { AccessKey } from '../config/access-key.js'
import type { KeyDate } from '../telemetry/key-expiry.js'
import type { DirectoryEntry } from './directory.js'

/** A key as it may be shown. */
export interface MaskedKey {
  readonly audience: Audience
  /** See {@link AccessKey.masked}. */
  readonly masked: string
  /** As RFC 3339 writes it; null: until it is taken out. */
  readonly validUntil: string | null
  readonly isExpired: boolean
}

/** The keys of an environment as `/status` shows them. */
export function maskKeys(entry: Omit<DirectoryEntry, 'environment'>, nowMs: number): MaskedKey[] {
  return placedKeys(entry).map(({ audience, key: { masked, validUntilMs } }) => ({
    audience,
    masked,
    validUntil: validUntilMs === null ? null : new Date(validUntilMs).toISOString(),
    isExpired: validUntilMs !== null && validUntilMs <= nowMs,
  }))
}

/** The keys of an environment that have a date, for the metrics. */
export function keyDatesOf(entry: Omit<DirectoryEntry, 'environment'>): KeyDate[] {
  return placedKeys(entry).flatMap(({ place, key: { validUntilMs } }) =>
    validUntilMs === null ? [] : [{ place, validUntilMs }],
  )
}

/** A key, and where it stands in the configuration: `serverKeys[0]`. */
export interface PlacedKey {
  readonly audience: Audience
  readonly place: string
  readonly key: AccessKey
}

export function placedKeys({ serverKeys, clientKeys }: Omit<DirectoryEntry, 'environment'>): PlacedKey[] {
  return [
    ...serverKeys.map((key, at): PlacedKey => ({ audience: 'server', place: `serverKeys[${at}]`, key })),
    ...clientKeys.map((key, at): PlacedKey => ({ audience: 'client', place: `clientKeys[${at}]`, key })),
  ]
}
