/** What the metrics say of keys that have a date. */

/** Until when a key opens anything. */
export interface KeyDate {
  /** Where it stands in the configuration: `serverKeys[0]`. */
  readonly place: string
  /** Epoch milliseconds. */
  readonly validUntilMs: number
}

/** The metric of an environment, told where its metrics are. */
export const keyExpiry: {
  readonly kind: 'gauge'
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  readonly read: (environment: {
    readonly keyDates: readonly KeyDate[]
  }) => readonly (readonly [labels: Readonly<Record<string, string>>, seconds: number])[]
} = {
  kind: 'gauge',
  name: 'switchyard_key_expiry_timestamp_seconds',
  help: 'When a key opens nothing any more, in seconds since 1970. Absent for keys without a date.',
  labels: ['key'],
  read: ({ keyDates }) => keyDates.map(({ place, validUntilMs }) => [{ key: place }, validUntilMs / 1_000]),
}
