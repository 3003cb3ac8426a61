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

/** A directory whose keys come and go. */
export interface LiveDirectory extends EnvironmentDirectory {
  /**
   * From now on these count, all at once. A key that opened the same environment as the same audience keeps its access.
   *
   * @throws TypeError as {@link createDirectory} does; nothing has changed then
   */
  replace(entries: readonly DirectoryEntry[]): void
  /** Whether a key opens it still. */
  holds(access: Access): boolean
}

/**
 * Creates the directory. Without any key there has to be exactly one environment: it is then open to everybody, as to a
 * server, whatever a request presents.
 *
 * @throws TypeError when a key stands twice or environments are left without a way in: the configuration checks that first
 */
export function createDirectory(entries: readonly DirectoryEntry[]): LiveDirectory {
  const digest = createDigest()
  let table = tableOf(entries, digest, null)
  return {
    get environments() {
      return table.environments
    },
    access(key) {
      if (table.open !== null) return table.open
      return key === undefined ? 'missing-key' : (table.byDigest.get(digest(key)) ?? 'unknown-key')
    },
    replace(others) {
      table = tableOf(others, digest, table)
    },
    holds: (access) => access === table.open || table.granted.has(access),
  }
}

interface Table {
  readonly environments: readonly Environment[]
  /** What everybody may, where there are no keys. */
  readonly open: Access | null
  readonly byDigest: ReadonlyMap<string, Access>
  readonly granted: ReadonlySet<Access>
}

function tableOf(entries: readonly DirectoryEntry[], digest: (key: string) => string, before: Table | null): Table {
  const environments = entries.map(({ environment }) => environment)
  const byDigest = new Map<string, Access>()
  if (entries.every(({ serverKeys, clientKeys }) => serverKeys.length + clientKeys.length === 0)) {
    const [only] = environments
    if (only === undefined || environments.length > 1)
      throw new TypeError('without keys there is exactly one environment')
    const open = before?.open?.environment === only ? before.open : createAccess(only, 'server')
    return { environments, open, byDigest, granted: new Set() }
  }
  for (const { access, key } of entries.flatMap(grants)) {
    const id = digest(key)
    if (byDigest.has(id)) throw new TypeError(`a key of ${access.scope} stands twice`)
    const known = before?.byDigest.get(id)
    const isSame = known?.environment === access.environment && known.audience === access.audience
    byDigest.set(id, isSame ? known : access)
  }
  return { environments, open: null, byDigest, granted: new Set(byDigest.values()) }
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

/** All keys. */
export function keysOf(entries: readonly DirectoryEntry[]): string[] {
  return entries.flatMap(({ serverKeys, clientKeys }) => [...serverKeys, ...clientKeys])
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
