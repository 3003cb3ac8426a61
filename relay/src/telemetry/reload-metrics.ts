/** What the metrics say of the configuration and its reloads. */
import type { Counter } from 'prom-client'

/** What the metrics say of the configuration. */
export interface ReloadReading {
  /** The latest attempt to take another one; null before the first. */
  readonly last: { readonly outcome: string; readonly needsRestart: readonly string[] } | null
  /** When what is in effect was taken, epoch milliseconds. */
  readonly inEffectSinceMs: number
  readonly counts: Readonly<Record<string, number>>
}

/** Metrics without labels. */
export const reloadMetrics: readonly {
  readonly kind: 'gauge'
  readonly name: string
  readonly help: string
  readonly read: (reading: ReloadReading) => number
}[] = [
  {
    kind: 'gauge',
    name: 'switchyard_config_refused',
    help: '1 while the configuration that was read last is wrong, so that the one before is in effect.',
    read: ({ last }) => (last?.outcome === 'refused' ? 1 : 0),
  },
  {
    kind: 'gauge',
    name: 'switchyard_config_restart_needed',
    help: 'Number of settings that have changed and count after a restart only.',
    read: ({ last }) => last?.needsRestart.length ?? 0,
  },
  {
    kind: 'gauge',
    name: 'switchyard_config_in_effect_timestamp_seconds',
    help: 'When the configuration that is in effect was read, in seconds since 1970.',
    read: ({ inEffectSinceMs }) => inEffectSinceMs / 1_000,
  },
]

/** The counter of reloads. */
export function reloadOutcomes(CounterOfLibrary: typeof Counter, read: () => ReloadReading): Counter {
  return new CounterOfLibrary({
    name: 'switchyard_config_reloads_total',
    help: 'How often the configuration was read again, by what came of it.',
    labelNames: ['outcome'],
    registers: [],
    collect() {
      this.reset()
      for (const [outcome, count] of Object.entries(read().counts)) this.inc({ outcome }, count)
    },
  })
}
