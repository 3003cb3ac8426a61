/** What a new configuration changes, and what of it has to wait for a restart. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Configuration, EnvironmentConfiguration } from '../config/configuration.js'

export interface ReloadPlan {
  readonly added: readonly EnvironmentConfiguration[]
  readonly removed: readonly EnvironmentConfiguration[]
  readonly changed: readonly ChangedEnvironment[]
  /** Settings outside of the environments that change at once, by their paths. */
  readonly settings: readonly string[]
}

export interface ChangedEnvironment {
  readonly before: EnvironmentConfiguration
  readonly after: EnvironmentConfiguration
  /** Whether documents come from elsewhere, or in another way. */
  readonly isUpstreamChanged: boolean
}

/** Settings that are read whenever they are needed. A section's name stands for all that is in it. */
const liveSettings: readonly string[] = [
  'management.token',
  'management.allowedHosts',
  'management.allowChanges',
  'server.streamSecret',
  'server.allowedAddresses',
  'server.trustedProxies',
  'management.allowedAddresses',
  'management.trustedProxies',
  'server.tls.certificate',
  'server.tls.key',
  'server.tls.clientCa',
  'server.tls.minVersion',
  'management.tls.certificate',
  'management.tls.key',
  'management.tls.clientCa',
  'management.tls.minVersion',
]

/** Compares what is in effect with what a file says now. */
export function planReload(before: Configuration, after: Configuration): ReloadPlan {
  const known = new Map(before.environments.map((each) => [each.name, each]))
  const kept = new Set(after.environments.map(({ name }) => name))
  return {
    added: after.environments.filter(({ name }) => !known.has(name)),
    removed: before.environments.filter(({ name }) => !kept.has(name)),
    changed: after.environments.flatMap((each) => changeOf(known.get(each.name), each)),
    settings: changedSettings(before, after).filter(isLive),
  }
}

/**
 * The settings that only a restart changes, by their paths.
 *
 * @param started what the process was started with: what was changed back since then needs none
 */
export function needsRestart(started: Configuration, after: Configuration): string[] {
  return changedSettings(started, after).filter((path) => !isLive(path))
}

function changeOf(before: EnvironmentConfiguration | undefined, after: EnvironmentConfiguration): ChangedEnvironment[] {
  if (before === undefined || isDeepStrictEqual(before, after)) return []
  return [{ before, after, isUpstreamChanged: !isDeepStrictEqual(before.upstream, after.upstream) }]
}

function changedSettings(before: Configuration, after: Configuration): string[] {
  const { environments: _before, isKeyless: _keyless, ...rest } = before
  const { environments: _after, isKeyless: _keyed, ...other } = after
  return changedPaths(rest, other, '')
}

function changedPaths(before: unknown, after: unknown, path: string): string[] {
  if (isDeepStrictEqual(before, after)) return []
  if (!isSection(before) || !isSection(after)) return [path]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap((name) =>
    changedPaths(before[name], after[name], path === '' ? name : `${path}.${written(name)}`),
  )
}

/** What is read in milliseconds is written with its unit. */
function written(name: string): string {
  return name.replace(/Ms$/, '')
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isLive(path: string): boolean {
  return liveSettings.some((setting) => path === setting || path.startsWith(`${setting}.`))
}
