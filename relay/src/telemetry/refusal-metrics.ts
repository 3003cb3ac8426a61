/** What the metrics say of what was refused. */
import type { Counter } from 'prom-client'
import type { RefusalCounts } from './refusal-counts.js'

/** The counter of the data plane. */
export function refusalsMetric(CounterOfLibrary: typeof Counter, refusals: Pick<RefusalCounts, 'read'>): Counter {
  return new CounterOfLibrary({
    name: 'switchyard_refusals_total',
    help: 'What was refused because it was too much, too large, too slow or too late, by reason.',
    labelNames: ['reason'],
    registers: [],
    collect() {
      this.reset()
      for (const [reason, count] of Object.entries(refusals.read())) this.inc({ reason }, count)
    },
  })
}
