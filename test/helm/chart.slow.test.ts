import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { loadConfiguration } from '../../relay/src/config/load-configuration.js'
import { startRelay } from '../../relay/src/main.js'
import { createAuthority } from '../../relay/test/transport/certificates.js'
import { filesIn } from '../repository/files.js'
import { hasHelm, helm, render, template, type Manifest } from './helm.js'
import { problemOf } from './models.js'
import type { Container, DeploymentSpec, PodSpec } from './pod.js'

const examples = filesIn('helm/switchyard/ci')
const deployment = 'helm/switchyard/ci/deployment-values.yaml'
const everything = 'helm/switchyard/ci/everything-values.yaml'
const tls = 'helm/switchyard/ci/tls-values.yaml'
const hubAndEdges = 'helm/switchyard/ci/hub-and-edges-values.yaml'

/** The objects of one kind, rendered with an example's values and some others. */
function rendered(values: string, kind: string, ...settings: readonly string[]): Manifest[] {
  const set = settings.flatMap((setting) => ['--set-json', setting])
  return render(['--values', values, ...set]).filter((manifest) => manifest.kind === kind)
}

function named(manifests: readonly Manifest[], name: string): Manifest {
  const found = manifests.find(({ metadata }) => metadata.name === name)
  if (found === undefined) throw new Error(`no ${name} among ${manifests.map(({ metadata }) => metadata.name).join()}`)
  return found
}

function specOf(manifest: Manifest | undefined): DeploymentSpec {
  return manifest?.['spec'] as DeploymentSpec
}

function podOf(manifest: Manifest | undefined): PodSpec {
  return specOf(manifest).template.spec
}

function containerOf(manifest: Manifest | undefined): Container {
  const [container] = podOf(manifest).containers
  if (container === undefined) throw new Error('no container')
  return container
}

/** The one object of a kind that an example gives. */
function only(values: string, kind: string, ...settings: readonly string[]): Manifest {
  const [first, ...more] = rendered(values, kind, ...settings)
  if (first === undefined || more.length > 0) throw new Error(`not one ${kind}`)
  return first
}

function dataOf(manifest: Manifest): Record<string, string> {
  return manifest['data'] as Record<string, string>
}

function configOf(manifest: Manifest): Record<string, Record<string, unknown>> {
  return parse(dataOf(manifest)['switchyard.yaml'] ?? '')
}

describe.skipIf(!hasHelm)('every example of values', () => {
  it.each(examples)('passes lint: %s', (values) => {
    const { output, errors } = helm(['lint', '--strict', 'helm/switchyard', '--kube-version', '1.29.0', '-f', values])
    expect(output + errors).toContain('1 chart(s) linted, 0 chart(s) failed')
  })

  it.each(examples)('renders to what Kubernetes takes: %s', (values) => {
    const manifests = render(['--values', values])
    expect(manifests.length).toBeGreaterThan(0)
    expect(manifests.map(problemOf).filter((problem) => problem !== null)).toEqual([])
  })

  it.each(examples)('gives every object a name of its own: %s', (values) => {
    const names = render(['--values', values]).map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    expect(new Set(names).size).toBe(names.length)
  })
})

it.skipIf(!hasHelm)('notices an object that Kubernetes refuses', () => {
  const [manifest] = rendered(deployment, 'Deployment')
  const broken = { ...manifest, spec: { ...specOf(manifest), replicas: 'two' } } as unknown as Manifest
  expect(problemOf(broken)).toMatch(/replicas must be integer/)
})

describe.skipIf(!hasHelm)('mode deployment', () => {
  it('loses no capacity while it is renewed', () => {
    const [manifest] = rendered(deployment, 'Deployment')
    expect(specOf(manifest).strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 })
    expect(rendered(deployment, 'PodDisruptionBudget').map(({ spec }) => spec)).toEqual([
      expect.objectContaining({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' }),
    ])
  })

  it('has no disruption budget for a single replica, which would block every drain', () => {
    expect(rendered(deployment, 'PodDisruptionBudget', 'replicas=1')).toEqual([])
  })

  it('is hardened: no root, no writing, no rights, no token of the cluster', () => {
    const [manifest] = rendered(deployment, 'Deployment')
    const { securityContext, automountServiceAccountToken, enableServiceLinks } = podOf(manifest)
    expect(securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(containerOf(manifest).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect({ automountServiceAccountToken, enableServiceLinks }).toEqual({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
    })
  })

  it('stops in time: the pause and the drain fit into the grace period', () => {
    const [manifest] = rendered(deployment, 'Deployment')
    const [program, flag, script] = containerOf(manifest).lifecycle?.preStop.exec.command ?? []
    expect([program, flag, script]).toEqual(['node', '-e', 'setTimeout(Object, 5000)'])
    expect(podOf(manifest).terminationGracePeriodSeconds).toBeGreaterThanOrEqual(5 + 10)
  })

  it('spreads its replicas over zones and nodes', () => {
    const [manifest] = rendered(deployment, 'Deployment')
    const keys = podOf(manifest).topologySpreadConstraints?.map(({ topologyKey }) => topologyKey)
    expect(keys).toEqual(['topology.kubernetes.io/zone', 'kubernetes.io/hostname'])
  })

  it('is selected by labels that a new version does not change', () => {
    const [manifest] = rendered(deployment, 'Deployment')
    const { selector, template: pod } = specOf(manifest)
    expect(pod.metadata.labels).toMatchObject(selector.matchLabels)
    expect(Object.keys(selector.matchLabels)).not.toContain('app.kubernetes.io/version')
    const service = named(rendered(deployment, 'Service'), 'flags-switchyard')
    expect(pod.metadata.labels).toMatchObject((service['spec'] as { selector: object }).selector)
  })

  it('keeps the management port out of the service that applications and gateways see', () => {
    const ports = rendered(deployment, 'Service').map(({ metadata, spec }) => [
      metadata.name,
      (spec as { ports: { name: string }[] }).ports.map(({ name }) => name),
    ])
    expect(ports).toEqual([
      ['flags-switchyard', ['http']],
      ['flags-switchyard-management', ['management']],
    ])
  })

  it('takes another configuration as a reason for new pods', () => {
    const checksum = (...settings: string[]): unknown =>
      specOf(rendered(deployment, 'Deployment', ...settings)[0]).template.metadata.annotations?.['switchyard/config']
    expect(checksum()).toBe(checksum())
    expect(checksum()).not.toBe(checksum('config.log={"level":"debug"}'))
  })

  it('has keys and token from Secrets, and none in the ConfigMap', () => {
    const [manifest] = rendered(deployment, 'Deployment')
    const { env, envFrom } = containerOf(manifest)
    expect(envFrom).toEqual([{ secretRef: { name: 'switchyard-keys' } }])
    const token = env.find(({ name }) => name === 'SWITCHYARD_MANAGEMENT__TOKEN')
    expect(token?.valueFrom?.secretKeyRef).toEqual({ name: 'flags-switchyard-management', key: 'token' })
    expect(atob(dataOf(only(deployment, 'Secret'))['token'] ?? '')).toMatch(/^[A-Za-z0-9]{40}$/)
  })
})

describe.skipIf(!hasHelm)('snapshots', () => {
  it('have a volume of their own, as nothing else can be written to', () => {
    const manifest = only(deployment, 'Deployment')
    const mount = containerOf(manifest).volumeMounts.find(({ name }) => name === 'switchyard-snapshots')
    const { snapshots } = configOf(only(deployment, 'ConfigMap'))
    expect(snapshots?.['directory']).toBe(mount?.mountPath)
    expect(podOf(manifest).volumes).toContainEqual({ name: 'switchyard-snapshots', emptyDir: { sizeLimit: '256Mi' } })
  })

  it('are not kept where nobody wants them', () => {
    const manifests = render(['--values', deployment, '--set', 'snapshots.enabled=false'])
    expect(JSON.stringify(manifests)).not.toContain('snapshots')
  })
})

describe.skipIf(!hasHelm)('what is optional', () => {
  it('is left out unless it is asked for', () => {
    const kinds = render(['--values', deployment]).map(({ kind }) => kind)
    expect([...new Set(kinds)].toSorted()).toEqual([
      'ConfigMap',
      'Deployment',
      'PodDisruptionBudget',
      'Secret',
      'Service',
      'ServiceAccount',
    ])
  })

  it('is there when it is asked for', () => {
    const kinds = render(['--values', everything]).map(({ kind }) => kind)
    expect(kinds).toEqual(
      expect.arrayContaining([
        'HorizontalPodAutoscaler',
        'HTTPRoute',
        'Ingress',
        'NetworkPolicy',
        'PrometheusRule',
        'ServiceMonitor',
      ]),
    )
    // The operator brings its own token.
    expect(kinds).not.toContain('Secret')
  })

  it('leaves the number of replicas to the autoscaler, which shrinks slowly', () => {
    const [manifest] = rendered(everything, 'Deployment')
    expect(specOf(manifest)).not.toHaveProperty('replicas')
    const [scaler] = rendered(everything, 'HorizontalPodAutoscaler')
    expect(scaler?.['spec']).toMatchObject({
      scaleTargetRef: { name: 'flags-switchyard' },
      behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
    })
  })

  it('pins the image by digest, and mounts files, certificates and variables', () => {
    const [manifest] = rendered(everything, 'Deployment')
    const { image, env, volumeMounts } = containerOf(manifest)
    expect(image).toMatch(/^registry\.example\/switchyard@sha256:0{64}$/)
    expect(env.map(({ name }) => name)).toContain('NODE_EXTRA_CA_CERTS')
    expect(volumeMounts.map(({ mountPath }) => mountPath)).toEqual(
      expect.arrayContaining(['/etc/switchyard', '/run/secrets/switchyard', '/etc/company']),
    )
    const volumes = new Set(podOf(manifest).volumes.map(({ name }) => name))
    expect(volumeMounts.filter(({ name }) => !volumes.has(name))).toEqual([])
  })

  it('lets only the monitoring reach the management port', () => {
    const policy = only(everything, 'NetworkPolicy')
    const { ingress } = policy['spec'] as { ingress: { ports: { port: string }[]; from?: unknown }[] }
    const management = ingress.filter(({ ports }) => ports.some(({ port }) => port === 'management'))
    expect(management).toEqual([
      expect.objectContaining({
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
      }),
    ])
  })

  it('scrapes the pods through the service that the monitor selects', () => {
    const monitor = only(everything, 'ServiceMonitor')
    const { selector, endpoints } = monitor['spec'] as { selector: { matchLabels: object }; endpoints: object[] }
    const service = named(rendered(everything, 'Service'), 'flags-switchyard-management')
    expect(service.metadata.labels).toMatchObject(selector.matchLabels)
    expect(endpoints).toEqual([{ port: 'management', path: '/metrics', interval: '30s' }])
  })

  it('carries the alerts and the dashboards as they are checked in', () => {
    const [rule] = rendered(everything, 'PrometheusRule')
    expect(rule?.['spec']).toEqual(parse(readFileSync('helm/switchyard/rules/switchyard.yaml', 'utf8')))
    const dashboards = named(rendered(everything, 'ConfigMap'), 'flags-switchyard-dashboards')
    for (const [name, text] of Object.entries(dataOf(dashboards))) {
      expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(`helm/switchyard/dashboards/${name}`, 'utf8')))
    }
  })
})

describe.skipIf(!hasHelm)('TLS', () => {
  const settings = (...pairs: readonly string[]): string[] => pairs.flatMap((each) => ['--set-json', each])
  const management = 'tls.management={"secretName":"m","clientCertificate":"required"}'

  it('is not there unless it is asked for', () => {
    const text = JSON.stringify(render(['--values', deployment]))
    expect([text.includes('/run/switchyard/tls'), text.includes('HTTPS')]).toEqual([false, false])
  })

  it('takes certificates from Secrets, which are mounted where the configuration looks for them', async () => {
    const authority = createAuthority()
    const pair = authority.issue('flags')
    const files = new Map([
      ['tls.crt', pair.certificate],
      ['tls.key', pair.key],
      ['ca.crt', authority.certificate],
    ])
    for (const role of ['hub', 'edge']) {
      const map = named(rendered(tls, 'ConfigMap'), `flags-switchyard-${role}`)
      const manifest = named(rendered(tls, 'Deployment'), `flags-switchyard-${role}`)
      const mounts = containerOf(manifest).volumeMounts.map(({ mountPath }) => mountPath)
      const loaded = await loadConfiguration({
        file: '/etc/switchyard/switchyard.yaml',
        env: { FEATBIT_SERVER_SECRET: 'secret', SHOP_SERVER_KEY: 'a-key', SWITCHYARD_MANAGEMENT__TOKEN: 'a-token' },
        readFile: async (path) => {
          const [folder, name] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)]
          if (!mounts.includes(folder)) throw new Error(`${folder} is not mounted`)
          return files.get(name) ?? dataOf(map)[name] ?? ''
        },
      })
      expect(loaded.ok ? [] : loaded.problems).toEqual([])
      if (!loaded.ok) continue
      const { server, management: managed, environments } = loaded.configuration
      expect(server.tls).toMatchObject({ certificate: pair.certificate.trimEnd(), clientCertificate: 'required' })
      expect(managed.tls).toMatchObject({ clientCertificate: 'none' })
      if (role === 'edge') {
        expect(environments[0]?.upstream).toMatchObject({
          baseUrl: 'https://flags-switchyard-hub.default.svc:8080',
          ca: authority.certificate.trimEnd(),
          certificate: pair.certificate.trimEnd(),
        })
      }
    }
  })

  it('is spoken by probes, services and the monitor', () => {
    const manifest = named(rendered(tls, 'Deployment'), 'flags-switchyard-hub')
    const { livenessProbe, readinessProbe, startupProbe } = containerOf(manifest)
    const schemes = [livenessProbe, readinessProbe, startupProbe].map(({ httpGet }) => httpGet?.scheme)
    expect(schemes).toEqual(['HTTPS', 'HTTPS', 'HTTPS'])
    const service = named(rendered(tls, 'Service'), 'flags-switchyard')
    expect((service['spec'] as { ports: object[] }).ports).toEqual([expect.objectContaining({ appProtocol: 'https' })])
    expect((only(tls, 'ServiceMonitor')['spec'] as { endpoints: object[] }).endpoints).toEqual([
      expect.objectContaining({
        scheme: 'https',
        tlsConfig: {
          ca: { secret: { name: 'flags-management-tls', key: 'ca.crt' } },
          serverName: 'flags-switchyard-management.default.svc',
        },
      }),
    ])
  })

  it('is named to a Prometheus with a certificate of its own, which asks pods by their addresses', () => {
    const monitor = { enabled: true, tlsConfig: { caFile: '/ca', certFile: '/cert', keyFile: '/key' } }
    const values = settings(management, `metrics.serviceMonitor=${JSON.stringify(monitor)}`)
    const [found] = render(['--values', deployment, ...values]).filter(({ kind }) => kind === 'ServiceMonitor')
    expect(found?.['spec']).toHaveProperty('endpoints', [
      expect.objectContaining({
        tlsConfig: { ...monitor.tlsConfig, serverName: 'flags-switchyard-management.default.svc' },
      }),
    ])
  })

  it('is probed from within where clients have to show a certificate, which the kubelet has not', () => {
    const [manifest] = render(['--values', deployment, ...settings(management)]).filter(
      ({ kind }) => kind === 'Deployment',
    )
    const { livenessProbe, readinessProbe } = containerOf(manifest)
    const health = ['node', 'relay/bin/switchyard.js', 'health']
    expect([livenessProbe.exec?.command, readinessProbe.exec?.command]).toEqual([[...health, '--live'], health])
    expect(livenessProbe.httpGet).toBeUndefined()
  })

  it.each([
    ['without a certificate', ['tls.server={"clientCertificate":"required"}'], 'tls.server.secretName is empty'],
    [
      'in two places',
      ['tls.server={"secretName":"s"}', 'config.server={"tls":{"certificate":"a","key":"b"}}'],
      'config.server.tls is set by the chart: use tls.server of the values',
    ],
    [
      'with a monitor that has no certificate to show',
      [management, 'metrics.serviceMonitor={"enabled":true}'],
      'metrics.serviceMonitor.tlsConfig is empty: the management plane wants a certificate',
    ],
    [
      'with an authority that nobody is held to',
      ['tls.server={"secretName":"s","clientCaSecretName":"c"}'],
      'tls.server.clientCertificate is none, so nobody is held to tls.server.clientCaSecretName',
    ],
    [
      'of a hub that its edges would not know of',
      ['mode="hub-and-edges"', 'config.server={"tls":{"certificate":"a","key":"b"}}'],
      'config.server.tls: in mode hub-and-edges use tls.server of the values',
    ],
  ])('is refused %s', (_, pairs, words) => {
    const { ok, errors } = template(['--values', deployment, ...settings(...pairs)])
    expect([ok, errors]).toEqual([false, expect.stringContaining(words)])
  })
})

describe.skipIf(!hasHelm)('mode hub-and-edges', () => {
  it('gives the edges the environments of the hub under the same keys, without the vendor', () => {
    const maps = rendered(hubAndEdges, 'ConfigMap')
    const hub = configOf(named(maps, 'flags-switchyard-hub'))
    const edge = configOf(named(maps, 'flags-switchyard-edge'))
    expect(hub['environments']?.['production']).toMatchObject({ upstream: { type: 'cloudbees' } })
    expect(edge['environments']).toEqual({
      production: {
        ...(hub['environments']?.['production'] as object),
        upstream: {
          type: 'switchyard',
          baseUrl: 'http://flags-switchyard-hub.default.svc:8080',
          serverKey: '${SHOP_SERVER_KEY}',
        },
      },
    })
  })

  it('lets the edges ask with a key that has no date, or says that there is none', () => {
    const dated = '{"key":"${OLD}","validUntil":"2027-01-31T18:00:00Z"}'
    const keys = (list: string): string => `config.environments.production.serverKeys=${list}`
    const maps = rendered(hubAndEdges, 'ConfigMap', keys(`[${dated},"\${NEW}"]`))
    const { production } = configOf(named(maps, 'flags-switchyard-edge'))['environments'] ?? {}
    expect(production).toMatchObject({ upstream: { serverKey: '${NEW}' } })
    const { ok, errors } = template(['--values', hubAndEdges, '--set-json', keys(`[${dated}]`)])
    expect([ok, errors.includes('serverKeys all have a date')]).toEqual([false, true])
  })

  it('leads applications to the edges, and edges to the hub', () => {
    const services = rendered(hubAndEdges, 'Service')
    const selected = (name: string): unknown =>
      (named(services, name)['spec'] as { selector: Record<string, string> }).selector['app.kubernetes.io/component']
    expect([selected('flags-switchyard'), selected('flags-switchyard-hub')]).toEqual(['edge', 'hub'])
  })

  it('lets nobody but the edges ask the hub', () => {
    const policy = named(rendered(hubAndEdges, 'NetworkPolicy'), 'flags-switchyard-hub')
    const { ingress } = policy['spec'] as { ingress: { from: { podSelector: { matchLabels: object } }[] }[] }
    expect(ingress.map(({ from }) => from.map(({ podSelector }) => podSelector.matchLabels))).toEqual([
      [expect.objectContaining({ 'app.kubernetes.io/component': 'edge' })],
    ])
  })

  it('refuses an environment without a server key, by which edges ask', () => {
    const { ok, errors } = template([
      '--values',
      hubAndEdges,
      '--set-json',
      'config.environments.production.serverKeys=[]',
    ])
    expect(ok).toBe(false)
    expect(errors).toContain('config.environments.production.serverKeys is empty')
  })
})

describe.skipIf(!hasHelm)('mode sidecar', () => {
  let folder: string
  let manifests: Manifest[]
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-chart-'))
    for (const path of ['helm/switchyard', 'test/helm/shop']) cpSync(path, join(folder, path), { recursive: true })
    const shop = join(folder, 'test/helm/shop')
    const { ok, errors } = helm(['dependency', 'update', shop], folder)
    if (!ok) throw new Error(errors)
    manifests = render([], shop, folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is a native sidecar in the pods of an application, and Kubernetes takes it', () => {
    const [application] = manifests.filter(({ kind }) => kind === 'Deployment')
    expect(podOf(application).initContainers).toEqual([
      expect.objectContaining({ name: 'switchyard', restartPolicy: 'Always', image: 'switchyard:0.1.0' }),
    ])
    // The model knows no restartPolicy of a container: it is younger.
    const withoutPolicy = JSON.parse(
      JSON.stringify(manifests).replaceAll('"restartPolicy":"Always",', ''),
    ) as Manifest[]
    expect(withoutPolicy.map(problemOf).filter((problem) => problem !== null)).toEqual([])
  })

  it('has its configuration and its token in the same release, and answers its pod alone', () => {
    const [application] = manifests.filter(({ kind }) => kind === 'Deployment')
    const [volume] = podOf(application).volumes
    const map = named(manifests, volume?.configMap?.name ?? '')
    expect(configOf(map)['server']).toEqual({ host: '127.0.0.1', port: 8080 })
    const token = podOf(application).initContainers?.[0]?.env.find(({ valueFrom }) => valueFrom !== undefined)
    expect(named(manifests, token?.valueFrom?.secretKeyRef.name ?? '').kind).toBe('Secret')
  })

  it('runs nothing by itself', () => {
    expect(manifests.map(({ kind }) => kind).toSorted()).toEqual(['ConfigMap', 'Deployment', 'Secret'])
  })
})

describe.skipIf(!hasHelm)('wrong values', () => {
  it.each([
    ['no environment', ['config={}'], "at '/config': missing property 'environments'"],
    ['a misspelt value', ['replcas=3'], "additional properties 'replcas' not allowed"],
    ['text for a number', ['replicas="three"'], "at '/replicas': got string, want integer"],
    ['a misspelt setting', ['config.server={"drainTimeot":"5s"}'], "at '/config/server': additional properties"],
    [
      'a vendor that does not exist',
      ['config.environments.production.upstream.type="flagsmit"'],
      "at '/config/environments/production/upstream/type': value must be one of",
    ],
    [
      'a setting of another vendor',
      ['config.environments.production.upstream.serverSecret="x"'],
      "at '/config/environments/production/upstream': additional properties 'serverSecret' not allowed",
    ],
    ['a mode that does not exist', ['mode="daemonset"'], "at '/mode': value must be one of"],
    ['a digest that is none', ['image.digest="latest"'], "at '/image/digest'"],
    ['a port that the chart sets', ['config.server={"port":9000}'], 'config.server.port is set by the chart'],
    [
      'a grace period that is too short',
      ['config.server={"drainTimeout":"1m"}'],
      'terminationGracePeriodSeconds is 30: preStopSeconds and config.server.drainTimeout take 65 seconds together',
    ],
    ['an ingress without hosts', ['ingress.enabled=true'], 'ingress.hosts is empty'],
    ['a route without a gateway', ['httpRoute.enabled=true'], 'httpRoute.parentRefs is empty'],
  ])('are refused with words that say what and where: %s', (_, settings, words) => {
    const set = settings.flatMap((setting) => ['--set-json', setting])
    const { ok, errors } = template(['--values', deployment, ...set])
    expect(ok).toBe(false)
    expect(errors).toContain(words)
  })

  it('are no values of a parent chart: global and enabled', () => {
    expect(template(['--values', deployment, '--set-json', 'global={"a":1}', '--set-json', 'enabled=true']).ok).toBe(
      true,
    )
  })
})

/** The rendered configuration with the variables that the rendered pod gives it, as the relay itself reads them. */
it.skipIf(!hasHelm)('probes a running relay as the rendered pod would be probed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-pod-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const flags = join(folder, 'flags.json')
  writeFileSync(flags, '{"flags": {}}')
  const upstream = JSON.stringify({ type: 'file', path: flags })
  const set = ['--set-json', `config.environments={"shop":{"upstream":${upstream},"serverKeys":["\${KEY}"]}}`]
  const manifests = render(['--values', deployment, ...set])
  const map = named(
    manifests.filter(({ kind }) => kind === 'ConfigMap'),
    'flags-switchyard',
  )
  const [manifest] = manifests.filter(({ kind }) => kind === 'Deployment')
  const container = containerOf(manifest)
  const loaded = await loadConfiguration({
    file: join(folder, 'switchyard.yaml'),
    env: { KEY: 'a-key', SWITCHYARD_MANAGEMENT__TOKEN: 'a-token' },
    readFile: async (path) => {
      if (path.endsWith('switchyard.yaml')) return dataOf(map)['switchyard.yaml'] ?? ''
      throw new Error(`${path} is not mounted`)
    },
  })
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'))
  const { configuration } = loaded
  const ports = new Map(container.ports.map(({ name, containerPort }) => [name, containerPort]))
  expect({ http: configuration.server.port, management: configuration.management.port }).toEqual(
    Object.fromEntries(ports),
  )
  expect(configuration.management.host).toBe('0.0.0.0')

  const local = { host: '127.0.0.1', port: 0 }
  const relay = await startRelay(
    {
      ...configuration,
      snapshots: { ...configuration.snapshots, directory: join(folder, 'snapshots') },
      server: { ...configuration.server, ...local },
      management: { ...configuration.management, ...local },
    },
    { version: 'test', now: Date.now, log: { write: () => undefined } },
  )
  onTestFinished(() => relay.close())
  for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
    expect(probe.httpGet?.port).toBe('management')
    await expect.poll(async () => (await fetch(`${relay.managementUrl}${probe.httpGet?.path}`)).status).toBe(200)
  }
})
