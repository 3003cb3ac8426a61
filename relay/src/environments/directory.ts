/** Which key opens which environment, and as whom. */
import { hash, randomBytes } from 'node:crypto'
import type { Audience } from '@switchyard/engine'
import type { Access, Environment, EnvironmentDirectory } from './environment.js'

export interface DirectoryEntry {
  readonly environment: Environment
  readonly serverKeys: readonly string[]
  readonly clientKeys: readonly string[]
}

/** A key as it may be shown. */
export interface MaskedKey {
  readonly audience: Audience
  /** The last four characters behind dots; dots only where the key is too short to show any. */
  readonly masked: string
}

/** Shorter keys would be told by four characters. */
const shortestKeyShown = 16

/**
 * Creates the directory. Without any key there has to be exactly one environment: it is then open to everybody, as to a
 * server, whatever a request presents.
 *
 * @throws TypeError when a key stands twice or environments are left without a way in: the configuration checks that first
 */
export function createDirectory(entries: readonly DirectoryEntry[]): EnvironmentDirectory {
  const environments = entries.map(({ environment }) => environment)
  const [only] = environments
  if (entries.every(({ serverKeys, clientKeys }) => serverKeys.length + clientKeys.length === 0)) {
    if (only === undefined || environments.length > 1)
      throw new TypeError('without keys there is exactly one environment')
    const open = createAccess(only, 'server')
    return { environments, access: () => open }
  }
  const digest = createDigest()
  const byDigest = new Map<string, Access>()
  for (const { access, key } of entries.flatMap(grants)) {
    const id = digest(key)
    if (byDigest.has(id)) throw new TypeError(`a key of ${access.scope} stands twice`)
    byDigest.set(id, access)
  }
  return {
    environments,
    access: (key) => (key === undefined ? 'missing-key' : (byDigest.get(digest(key)) ?? 'unknown-key')),
  }
}

function grants({
  environment,
  serverKeys,
  clientKeys,
}: DirectoryEntry): { readonly access: Access; readonly key: string }[] {
  return [
    ...serverKeys.map((key) => ({ access: createAccess(environment, 'server'), key })),
    ...clientKeys.map((key) => ({ access: createAccess(environment, 'client'), key })),
  ]
}

function createAccess(environment: Environment, audience: Audience): Access {
  return Object.freeze({ environment, audience, scope: `${environment.name}/${audience}` })
}

/**
 * SHA-256 of a salt and the key. Nobody outside can know or choose a digest, as the salt is made at the start: so how long a
 * look-up by digest takes says nothing about how much of a key is right.
 */
export function createDigest(): (key: string) => string {
  const salt = randomBytes(32).toString('hex')
  return (key) => hash('sha256', salt + key, 'base64')
}

/** The keys of an environment as `/status` shows them. */
export function maskKeys({ serverKeys, clientKeys }: DirectoryEntry): MaskedKey[] {
  return [
    ...serverKeys.map((key): MaskedKey => ({ audience: 'server', masked: mask(key) })),
    ...clientKeys.map((key): MaskedKey => ({ audience: 'client', masked: mask(key) })),
  ]
}

function mask(key: string): string {
  return key.length < shortestKeyShown ? '....' : `....${key.slice(-4)}`
}
