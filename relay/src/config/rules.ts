/**
 * What spans several settings. The rules read what is written and not what the schema gives, so that everything that is wrong
 * is told at once; what has the wrong type is left to the schema.
 */
import { durationMs } from '../vendors/option-types.js'
import { isLoopback } from './loopback.js'
import { isMapping, member } from './member.js'
import type { ConfigurationWarning, Path, Problem } from './problem.js'
import { pathText } from './problem.js'
import { environmentName } from './schema.js'
import { nodeAt } from './schema-node.js'
import { certificatesAreUsable, certificateWarnings, type Broken } from './tls-rules.js'
import { originOf, type Written } from './written.js'

/**
 * @param written with secrets in place
 * @param nowMs epoch milliseconds
 */
export function checkRules(
  written: Written,
  nowMs: number,
): {
  readonly problems: readonly Problem[]
  readonly warnings: readonly ConfigurationWarning[]
} {
  const facts = gather(written.value)
  const broken = [
    namesAreUsable,
    keysAreEnough,
    keysAreUnique,
    keylessIsLocal,
    managementIsGuarded,
    portsDiffer,
    headersAreInTime,
    anyOriginNeedsClientKeys,
  ]
  const found = [...broken.flatMap((rule) => [...rule(facts)]), ...certificatesAreUsable(written.value)]
  return {
    problems: found.map(({ at, ...problem }) => ({ path: pathText(at), ...problem, ...originOf(written, at) })),
    warnings: [...warningsOf(facts), ...proxyWarnings(written.value), ...certificateWarnings(written.value, nowMs)],
  }
}

/** What the rules look at, undefined where nothing of the right type is written. */
interface Facts {
  readonly environments: readonly EnvironmentFacts[]
  readonly isKeyless: boolean
  readonly allowNonLoopback: boolean
  readonly serverHost: string | undefined
  readonly serverPort: unknown
  readonly managementHost: string | undefined
  readonly managementPort: unknown
  readonly hasToken: boolean
  readonly requestTimeout: string | undefined
  readonly headersTimeout: string | undefined
}

interface EnvironmentFacts {
  readonly name: string
  readonly path: Path
  readonly hasKeys: boolean
  readonly hasClientKeys: boolean
  readonly keys: readonly { readonly at: Path; readonly key: unknown }[]
  readonly origins: readonly unknown[]
}

function gather(value: unknown): Facts {
  const named = member(value, 'environments')
  const environments = Object.entries(isMapping(named) ? named : {}).map(gatherEnvironment)
  return {
    environments,
    isKeyless: environments.length > 0 && environments.every(({ hasKeys }) => !hasKeys),
    allowNonLoopback: setting(value, 'keyless', 'allowNonLoopback') === true,
    serverHost: textOf(setting(value, 'server', 'host')),
    serverPort: setting(value, 'server', 'port'),
    managementHost: textOf(setting(value, 'management', 'host')),
    managementPort: setting(value, 'management', 'port'),
    hasToken: setting(value, 'management', 'token') !== undefined,
    requestTimeout: textOf(setting(value, 'server', 'requestTimeout')),
    headersTimeout: textOf(setting(value, 'server', 'headersTimeout')),
  }
}

function gatherEnvironment([name, options]: [string, unknown]): EnvironmentFacts {
  const path = ['environments', name]
  const [serverKeys, clientKeys] = [member(options, 'serverKeys'), member(options, 'clientKeys')]
  return {
    name,
    path,
    hasKeys: isFilled(serverKeys) || isFilled(clientKeys),
    hasClientKeys: isFilled(clientKeys),
    keys: [
      ...listOf(serverKeys).map((key, index) => ({ at: [...path, 'serverKeys', index], key: keyIn(key) })),
      ...listOf(clientKeys).map((key, index) => ({ at: [...path, 'clientKeys', index], key: keyIn(key) })),
    ],
    origins: listOf(member(member(options, 'cors'), 'origins')),
  }
}

function* namesAreUsable({ environments }: Facts): Generator<Broken> {
  for (const { name, path } of environments) {
    if (environmentName.test(name)) continue
    const expected = 'at most 63 lower case letters, digits and hyphens'
    const received = JSON.stringify(name)
    yield { at: path, expected, received, message: `The name of an environment must be ${expected}, not ${received}.` }
  }
}

function* keysAreEnough({ environments }: Facts): Generator<Broken> {
  if (environments.length < 2) return
  for (const { name, path, hasKeys } of environments) {
    if (hasKeys) continue
    yield {
      at: path,
      expected: 'serverKeys, clientKeys or both',
      received: 'neither',
      message: `${pathText(path)} has neither serverKeys nor clientKeys; only a single environment can do without, so give ${name} a key.`,
    }
  }
}

function* keysAreUnique({ environments }: Facts): Generator<Broken> {
  const seen = new Map<string, Path>()
  for (const { at, key } of environments.flatMap(({ keys }) => keys)) {
    if (typeof key !== 'string') continue
    const first = seen.get(key)
    if (!first) seen.set(key, at)
    else {
      yield {
        at,
        expected: 'a key that stands nowhere else',
        received: `the key of ${pathText(first)}`,
        message: `${pathText(at)} is the same key as ${pathText(first)}; a key must tell one environment and one audience.`,
      }
    }
  }
}

function* keylessIsLocal({ isKeyless, allowNonLoopback, serverHost }: Facts): Generator<Broken> {
  if (!isKeyless || allowNonLoopback || serverHost === undefined || isLoopback(serverHost)) return
  yield {
    at: ['server', 'host'],
    expected: 'a loopback address while the environment has no keys',
    received: JSON.stringify(serverHost),
    message:
      `server.host is ${JSON.stringify(serverHost)}, which others can reach, and the environment has no keys: ` +
      'give it keys, use 127.0.0.1, or set keyless.allowNonLoopback to true.',
  }
}

function* managementIsGuarded({ managementHost, hasToken }: Facts): Generator<Broken> {
  if (hasToken || managementHost === undefined || isLoopback(managementHost)) return
  yield {
    at: ['management', 'token'],
    expected: 'a token, as management.host is not loopback',
    received: 'nothing',
    message: `management.host is ${JSON.stringify(managementHost)}, which others can reach: set management.token, or use 127.0.0.1.`,
  }
}

function* portsDiffer(facts: Facts): Generator<Broken> {
  const { serverPort, managementPort, managementHost } = facts
  const serverHost = facts.serverHost ?? (facts.isKeyless && !facts.allowNonLoopback ? '127.0.0.1' : '0.0.0.0')
  const overlap = [serverHost, managementHost].some(isEveryAddress) || serverHost === managementHost
  if (serverPort !== managementPort || serverPort === 0 || !overlap) return
  yield {
    at: ['management', 'port'],
    expected: 'another port than server.port',
    received: String(managementPort),
    message: `management.port and server.port are both ${String(serverPort)}: the two planes need a port each.`,
  }
}

/** Node's server takes no other configuration. */
function* headersAreInTime({ requestTimeout = '', headersTimeout = '' }: Facts): Generator<Broken> {
  if (!(durationMs(headersTimeout) > durationMs(requestTimeout))) return
  yield {
    at: ['server', 'headersTimeout'],
    expected: `at most server.requestTimeout, ${requestTimeout}`,
    received: headersTimeout,
    message: `server.headersTimeout must be at most server.requestTimeout, ${requestTimeout}, not ${headersTimeout}.`,
  }
}

function* anyOriginNeedsClientKeys({ environments }: Facts): Generator<Broken> {
  for (const { path, origins, hasClientKeys } of environments) {
    const index = origins.indexOf('*')
    if (index < 0 || hasClientKeys) continue
    const at = [...path, 'cors', 'origins', index]
    yield {
      at,
      expected: 'origins by name, as there are no clientKeys',
      received: '*',
      message: `${pathText(at)} is *, which counts for client keys only, and there are none: name the origins, or add clientKeys.`,
    }
  }
}

function warningsOf({ isKeyless, allowNonLoopback, serverHost }: Facts): ConfigurationWarning[] {
  if (!allowNonLoopback) return []
  const path = 'keyless.allowNonLoopback'
  if (!isKeyless) return [{ path, message: `${path} has no effect, as there are keys.` }]
  return [
    { path, message: `Everyone who can reach ${serverHost ?? '0.0.0.0'} can read every flag: there are no keys.` },
  ]
}

function proxyWarnings(value: unknown): ConfigurationWarning[] {
  return ['server', 'management'].flatMap((plane) => {
    const section = member(value, plane)
    if (!isFilled(member(section, 'trustedProxies')) || isFilled(member(section, 'allowedAddresses'))) return []
    const path = `${plane}.trustedProxies`
    return [{ path, message: `${path} has no effect, as ${plane}.allowedAddresses is empty: everybody may ask.` }]
  })
}

/** @returns what is written, or else the default */
function setting(value: unknown, section: string, name: string): unknown {
  return member(member(value, section), name) ?? nodeAt([section, name], value)?.default
}

/** A key may stand by itself or beside a date. */
function keyIn(written: unknown): unknown {
  return member(written, 'key') ?? written
}

function isFilled(list: unknown): boolean {
  return list !== undefined && !(Array.isArray(list) && list.length === 0)
}

function isEveryAddress(host: string | undefined): boolean {
  return host !== undefined && (host === '0.0.0.0' || /^[0:]+$/.test(host))
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
