/** What the metrics page says of connections before anything is asked on them: certificates, and who was turned away. */
import type { Counter, Gauge, Metric } from 'prom-client'
import type { RefusalCounts } from './refusal-counts.js'

/** What the metrics say of connections, read at scrape time. */
export interface TransportReading {
  /** Of planes that speak TLS. */
  readonly certificates: readonly {
    readonly plane: string
    readonly use: string
    /** Epoch milliseconds. */
    readonly expiresAtMs: number
  }[]
  /** What the management plane has refused. */
  readonly refusals: ReturnType<RefusalCounts['read']>
}

/** The other reasons are those of the data plane alone. */
const managementReasons = ['too-slow', 'handshake', 'client-certificate', 'address'] as const

/** @param read called at each scrape */
export function transportMetrics(
  library: { readonly Counter: typeof Counter; readonly Gauge: typeof Gauge },
  read: () => TransportReading,
): Metric[] {
  return [
    new library.Gauge({
      name: 'switchyard_certificate_expiry_timestamp_seconds',
      help: 'When the certificates of a plane expire, the first of them, in seconds since 1970. Absent without TLS.',
      labelNames: ['plane', 'use'],
      registers: [],
      collect() {
        this.reset()
        for (const { plane, use, expiresAtMs } of read().certificates) this.set({ plane, use }, expiresAtMs / 1_000)
      },
    }),
    new library.Counter({
      name: 'switchyard_management_refusals_total',
      help: 'What the management plane refused before it looked at what was asked, by reason.',
      labelNames: ['reason'],
      registers: [],
      collect() {
        this.reset()
        for (const reason of managementReasons) this.inc({ reason }, read().refusals[reason])
      },
    }),
  ]
}
