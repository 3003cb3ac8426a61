/** Which key opens which environment, as whom, and until when. */
import type { Audience } from '@switchyard/engine'
import { keyDigest, type AccessKey } from '../config/access-key.js'
import type { Access, Environment, EnvironmentDirectory } from './environment.js'

export interface DirectoryEntry {
  readonly environment: Environment
  readonly serverKeys: readonly AccessKey[]
  readonly clientKeys: readonly AccessKey[]
}

/** A key, and what it opens. */
export interface Grant {
  readonly key: AccessKey
  readonly access: Access
}

export interface DirectoryOptions {
  /** Epoch milliseconds of the wall clock. Read only for keys that have a date. */
  readonly now: () => number
  /** Told of each request with a key whose date has passed. */
  readonly onExpiredUse: (grant: Grant) => void
}

/** A directory whose keys come and go. */
export interface LiveDirectory extends EnvironmentDirectory {
  /** All keys that are configured, those among them that have expired. */
  readonly grants: readonly Grant[]
  /**
   * From now on these count, all at once. A key that opened the same environment as the same audience keeps its access.
   *
   * @throws TypeError as {@link createDirectory} does; nothing has changed then
   */
  replace(entries: readonly DirectoryEntry[]): void
  /** Whether a key opens it still. */
  holds(access: Access): boolean
  /** Whether there are keys that have expired, by the clock as it is now. */
  hasExpired(): boolean
}

/**
 * Creates the directory. Without any key there has to be exactly one environment: it is then open to everybody, as to a
 * server, whatever a request presents. Keys that have expired are keys.
 *
 * @throws TypeError when a key stands twice or environments are left without a way in: the configuration checks that first
 */
export function createDirectory(entries: readonly DirectoryEntry[], options: DirectoryOptions): LiveDirectory {
  return new Directory(entries, options)
}

class Directory implements LiveDirectory {
  readonly #options: DirectoryOptions
  #table: Table

  constructor(entries: readonly DirectoryEntry[], options: DirectoryOptions) {
    this.#options = options
    this.#table = tableOf(entries, null)
  }

  get environments(): readonly Environment[] {
    return this.#table.environments
  }

  get grants(): readonly Grant[] {
    return [...this.#table.byDigest.values()]
  }

  access(key: string | undefined): ReturnType<EnvironmentDirectory['access']> {
    const { open, byDigest } = this.#table
    if (open !== null) return open
    if (key === undefined) return 'missing-key'
    const grant = byDigest.get(keyDigest(key))
    if (grant === undefined) return 'unknown-key'
    if (!this.#isExpired(grant)) return grant.access
    this.#options.onExpiredUse(grant)
    return 'expired-key'
  }

  replace(entries: readonly DirectoryEntry[]): void {
    this.#table = tableOf(entries, this.#table)
  }

  holds(access: Access): boolean {
    const grant = this.#table.byAccess.get(access)
    return access === this.#table.open || (grant !== undefined && !this.#isExpired(grant))
  }

  hasExpired(): boolean {
    return this.#table.dated.some((grant) => this.#isExpired(grant))
  }

  #isExpired({ key: { validUntilMs } }: Grant): boolean {
    return validUntilMs !== null && validUntilMs <= this.#options.now()
  }
}

interface Table {
  readonly environments: readonly Environment[]
  /** What everybody may, where there are no keys. */
  readonly open: Access | null
  readonly byDigest: ReadonlyMap<string, Grant>
  readonly byAccess: ReadonlyMap<Access, Grant>
  /** Those whose keys have a date. */
  readonly dated: readonly Grant[]
}

function tableOf(entries: readonly DirectoryEntry[], before: Table | null): Table {
  const environments = entries.map(({ environment }) => environment)
  const byDigest = new Map<string, Grant>()
  const byAccess = new Map<Access, Grant>()
  if (entries.every(({ serverKeys, clientKeys }) => serverKeys.length + clientKeys.length === 0)) {
    const [only] = environments
    if (only === undefined || environments.length > 1)
      throw new TypeError('without keys there is exactly one environment')
    const open = before?.open?.environment === only ? before.open : createAccess(only, 'server')
    return { environments, open, byDigest, byAccess, dated: [] }
  }
  for (const { access, key } of entries.flatMap(grantsOf)) {
    if (byDigest.has(key.digest)) throw new TypeError(`a key of ${access.scope} stands twice`)
    const known = before?.byDigest.get(key.digest)?.access
    const isSame = known?.environment === access.environment && known.audience === access.audience
    const grant = { key, access: isSame ? known : access }
    byDigest.set(key.digest, grant)
    byAccess.set(grant.access, grant)
  }
  const dated = [...byDigest.values()].filter(({ key }) => key.validUntilMs !== null)
  return { environments, open: null, byDigest, byAccess, dated }
}

function grantsOf({ environment, serverKeys, clientKeys }: DirectoryEntry): Grant[] {
  return [
    ...serverKeys.map((key) => ({ access: createAccess(environment, 'server'), key })),
    ...clientKeys.map((key) => ({ access: createAccess(environment, 'client'), key })),
  ]
}

function createAccess(environment: Environment, audience: Audience): Access {
  return Object.freeze({ environment, audience, scope: `${environment.name}/${audience}` })
}
