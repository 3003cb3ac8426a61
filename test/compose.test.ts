import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfiguration } from '../relay/src/config/load-configuration.js'
import { textOf } from './repository/files.js'

interface Service {
  readonly image: string
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
}

const { services }: { readonly services: Readonly<Record<string, Service>> } = parse(textOf('compose.yaml'))
const volumes = Object.values(services).flatMap((service) => service.volumes ?? [])

describe('compose.yaml', () => {
  it('has the relay with Redis, Prometheus and Grafana', () => {
    expect(Object.keys(services)).toEqual(['relay', 'redis', 'prometheus', 'grafana'])
  })

  it.each(volumes)('mounts what is there, and never to be written: %s', (volume) => {
    const [from = '', , mode] = volume.split(':')
    expect([existsSync(from), mode]).toEqual([true, 'ro'])
  })

  it('opens its ports to this machine only', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? [])
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
  })

  it('names versions, never the latest', () => {
    const others = Object.entries(services).filter(([name]) => name !== 'relay')
    expect(others.filter(([, { image }]) => !/:v?\d+\.\d+[\w.-]*$/.test(image))).toEqual([])
  })

  it('runs the relay without rights and with nothing to write to', () => {
    expect(services['relay']).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
  })

  it('gives the relay a configuration that it accepts, with Redis and flags where they are mounted', async () => {
    const loaded = await loadConfiguration({
      file: '/etc/switchyard/switchyard.yaml',
      env: {},
      readFile: async () => readFileSync('deploy/compose/switchyard.yaml', 'utf8'),
    })
    if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'))
    const { redis, environments, management } = loaded.configuration
    expect(redis?.addresses).toEqual(['redis:6379'])
    const mounted = volumes.map((volume) => volume.split(':')[1])
    const [upstream] = environments.map((environment) => environment.upstream)
    expect(mounted).toContain(upstream?.type === 'file' ? upstream.path : '')
    expect(management.port).toBe(8081)
    expect(textOf('deploy/compose/prometheus.yaml')).toContain("targets: ['relay:8081']")
  })
})
