import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startCommand } from '../../relay/test/cli/run-command.js'
import { createAuthority } from '../../relay/test/transport/certificates.js'
import { startTestRelay } from '../e2e/relay-process.js'
import { hasRedis, startRedis } from '../upstreams/redis-server.js'
import { textOf } from '../repository/files.js'
import { alerts, metricsIn, panels, rulesPath } from './named-metrics.js'
import { hasPrometheus, promtool, startPrometheus } from './prometheus.js'

function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-prometheus-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe.skipIf(!hasPrometheus)('the alerts', () => {
  it('are rules that Prometheus reads', () => {
    const { ok, output } = promtool('check', 'rules', rulesPath)
    expect(output).toContain(`${alerts.length} rules found`)
    expect(ok).toBe(true)
  })

  it('fire in the outage that they are for, and are quiet before it', () => {
    const folder = folderOfTest()
    copyFileSync(rulesPath, join(folder, 'rules.yaml'))
    copyFileSync('test/observability/alerts.test.yaml', join(folder, 'alerts.test.yaml'))
    const { ok, output } = promtool('test', 'rules', join(folder, 'alerts.test.yaml'))
    expect(output).not.toContain('FAILED')
    expect(ok).toBe(true)
  })

  it.each(alerts)('are tested with an outage: $place', ({ place }) => {
    expect(textOf('test/observability/alerts.test.yaml')).toMatch(
      new RegExp(`alertname: ${place}\n +exp_alerts:\n +- exp_labels`),
    )
  })
})

/** A relay process with workers and a key that has a date. @returns the address of its management plane */
async function startWorkers(flags: string): Promise<string> {
  const relay = startCommand(['serve'], {
    SWITCHYARD_WORKERS: '2',
    SWITCHYARD_SERVER__PORT: '0',
    SWITCHYARD_MANAGEMENT__PORT: '0',
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__PATH: flags,
    SWITCHYARD_ENVIRONMENTS__SHOP__SERVER_KEYS__0__KEY: 'a-key-with-a-date',
    SWITCHYARD_ENVIRONMENTS__SHOP__SERVER_KEYS__0__VALID_UNTIL: '2999-01-01T00:00:00Z',
  })
  onTestFinished(async () => {
    relay.child.kill('SIGKILL')
    await relay.finished
  })
  const said = await relay.printed('the relay listens')
  return /"managementUrl":"([^"]+)"/.exec(said)?.[1] ?? ''
}

interface Answer {
  readonly status: string
  readonly data: { readonly result: readonly unknown[] }
}

describe.skipIf(!hasPrometheus || !hasRedis)('a Prometheus that scrapes a relay', () => {
  it('finds every metric that alerts and dashboards name, and understands all they ask', async () => {
    const folder = folderOfTest()
    const flags = join(folder, 'flags.json')
    writeFileSync(flags, '{"flags": {"on": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"}}}')
    const authority = createAuthority()
    const { certificate, key } = authority.issue('relay')
    writeFileSync(join(folder, 'ca.crt'), authority.certificate)
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    const relay = await startTestRelay({
      REDIS__ADDRESSES__0: `127.0.0.1:${redis.port}`,
      MANAGEMENT__TLS__CERTIFICATE: certificate,
      MANAGEMENT__TLS__KEY: key,
      ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
      ENVIRONMENTS__SHOP__UPSTREAM__PATH: flags,
    })
    onTestFinished(() => relay.close())
    await expect.poll(() => relay.flags({ targetingKey: 'a' })).toEqual({ on: true })
    // Streams are counted from the first one on.
    const stream = new AbortController()
    await fetch(`${relay.dataUrl}/ofrep/v1/events`, { signal: stream.signal })
    stream.abort()

    const configuration = join(folder, 'prometheus.yml')
    const targets = { https: new URL(relay.managementUrl).host, http: new URL(await startWorkers(flags)).host }
    writeFileSync(configuration, configurationFor(targets, join(folder, 'ca.crt')))
    const url = await startPrometheus(configuration, folder)
    const ask = async (expr: string): Promise<Answer> => {
      const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`)
      return (await answer.json()) as Answer
    }
    const isUp = async (): Promise<number> => (await ask('up == 1').catch(() => null))?.data.result.length ?? 0
    await expect.poll(isUp, { timeout: 60_000 }).toBe(2)

    const named = [...new Set([...alerts, ...panels].flatMap(metricsIn))]
    const missing = async (): Promise<string[]> => {
      const answers = await Promise.all(
        named.map(async (name) => [name, (await ask(name)).data.result.length] as const),
      )
      return answers.filter(([, found]) => found === 0).map(([name]) => name)
    }
    await expect.poll(missing, { timeout: 60_000 }).toEqual([])
    const misunderstood: string[] = []
    for (const { place, expr } of panels) if ((await ask(expr)).status !== 'success') misunderstood.push(place)
    expect(misunderstood).toEqual([])

    const rules = await fetch(`${url}/api/v1/rules`)
    const { data } = (await rules.json()) as { data: { groups: { rules: { name: string; state: string }[] }[] } }
    const states = data.groups.flatMap((group) => group.rules.map(({ name, state }) => `${name} ${state}`))
    expect(states).toEqual(alerts.map(({ place }) => `${place} inactive`))
  })
})

function configurationFor(targets: Readonly<Record<'http' | 'https', string>>, authority: string): string {
  return JSON.stringify({
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [resolve(rulesPath)],
    scrape_configs: [
      {
        job_name: 'switchyard',
        scheme: 'https',
        tls_config: { ca_file: authority },
        static_configs: [{ targets: [targets.https] }],
      },
      { job_name: 'switchyard-workers', static_configs: [{ targets: [targets.http] }] },
    ],
  })
}
