/** A relay in the test's own process, configured by environment variables as an operator would, on free ports. */
import { readFile } from 'node:fs/promises'
import { loadConfiguration } from '../../relay/src/config/load-configuration.js'
import { startRelay } from '../../relay/src/main.js'

export interface TestRelay {
  readonly dataUrl: string
  readonly managementUrl: string
  /** Lines of the log. */
  readonly log: readonly string[]
  /** The first environment in `/status`. */
  status(): Promise<EnvironmentView>
  /** The value of a series, by its name with labels as written on the metrics page; 0 where there is none. */
  metric(series: string): Promise<number>
  /** One bulk answer by OFREP. */
  flags(context: object): Promise<Record<string, unknown>>
  close(): Promise<void>
}

export interface EnvironmentView {
  readonly state: string
  readonly lastError: { readonly code: string } | null
}

/** @param settings what follows `SWITCHYARD_` */
export async function startTestRelay(settings: Readonly<Record<string, string>>): Promise<TestRelay> {
  const defaults = {
    SERVER__PORT: '0',
    // Who shares the process makes the relay late, and on a busy machine it would refuse what it could answer.
    SERVER__OVERLOAD__MAX_EVENT_LOOP_DELAY: '0s',
    MANAGEMENT__PORT: '0',
    LOG__LEVEL: 'error',
  }
  const variables = Object.entries({ ...defaults, ...settings })
  const env = Object.fromEntries(variables.map(([name, value]) => [`SWITCHYARD_${name}`, value]))
  const loaded = await loadConfiguration({ env, readFile: (path) => readFile(path, 'utf8') })
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'))
  const log: string[] = []
  const relay = await startRelay(loaded.configuration, {
    version: 'test',
    now: Date.now,
    log: { write: (line) => log.push(line) },
  })
  const { dataUrl, managementUrl } = relay
  return {
    dataUrl,
    managementUrl,
    log,
    async status() {
      const answer = await fetch(`${managementUrl}/status`)
      const { environments } = (await answer.json()) as { readonly environments: EnvironmentView[] }
      const [first] = environments
      if (first === undefined) throw new Error('no environment in /status')
      return first
    },
    async metric(series) {
      const page = await (await fetch(`${managementUrl}/metrics`)).text()
      const line = page.split('\n').find((one) => one.startsWith(`${series} `))
      return Number(line?.slice(series.length + 1) ?? 0)
    },
    async flags(context) {
      const answer = await fetch(`${dataUrl}/ofrep/v1/evaluate/flags`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ context }),
      })
      if (answer.status !== 200) return { status: answer.status }
      const { flags } = (await answer.json()) as {
        readonly flags: { readonly key: string; readonly value?: unknown }[]
      }
      return Object.fromEntries(flags.map(({ key, value }) => [key, value]))
    },
    close: () => relay.close(),
  }
}
