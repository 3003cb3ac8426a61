/** What the metrics page says of workers, where there are any. */
import type { Counter, Gauge, Metric } from 'prom-client'
import { workerStates, type WorkerReading } from './worker-reading.js'

interface WorkerMetric {
  readonly kind: 'counter' | 'gauge'
  readonly name: string
  readonly help: string
  readonly label: 'worker' | 'state'
  readonly read: (workers: readonly WorkerReading[]) => readonly (readonly [label: string, value: number])[]
}

const metrics: readonly WorkerMetric[] = [
  {
    kind: 'gauge',
    name: 'switchyard_workers',
    help: 'Workers, by state. Absent where the relay serves by itself.',
    label: 'state',
    read: (workers) => workerStates.map((state) => [state, workers.filter((each) => each.state === state).length]),
  },
  {
    kind: 'counter',
    name: 'switchyard_worker_deaths_total',
    help: 'Workers that died and were replaced. Absent where the relay serves by itself.',
    label: 'worker',
    read: (workers) => workers.map(({ number, deaths }) => [String(number), deaths]),
  },
  {
    kind: 'counter',
    name: 'switchyard_worker_requests_total',
    help: 'Requests that workers answered. Absent where the relay serves by itself.',
    label: 'worker',
    read: (workers) => workers.map(({ number, requests }) => [String(number), requests]),
  },
  {
    kind: 'counter',
    name: 'switchyard_worker_cpu_seconds_total',
    help: 'CPU time of workers, user and system. Absent where the relay serves by itself.',
    label: 'worker',
    read: (workers) => workers.map(({ number, cpuSeconds }) => [String(number), cpuSeconds]),
  },
  {
    kind: 'gauge',
    name: 'switchyard_worker_resident_memory_bytes',
    help: 'Resident memory of workers. Absent where the relay serves by itself.',
    label: 'worker',
    read: (workers) =>
      workers.flatMap(({ number, residentBytes }) =>
        residentBytes === null ? [] : [[String(number), residentBytes] as const],
      ),
  },
]

/** @param workers read at each scrape */
export function workerMetrics(
  library: { readonly Counter: typeof Counter; readonly Gauge: typeof Gauge },
  workers: () => readonly WorkerReading[],
): Metric[] {
  return metrics.map(({ kind, name, help, label, read }) => {
    return new { counter: library.Counter, gauge: library.Gauge }[kind]({
      name,
      help,
      labelNames: [label],
      registers: [],
      collect() {
        this.reset()
        for (const [of, value] of read(workers())) this.inc({ [label]: of }, value)
      },
    })
  })
}
