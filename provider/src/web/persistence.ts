/** The last answer, kept for the next visit: one for each relay and domain, whoever the user is. */
import { readFlags, type FlagSet } from '../ofrep/index.js'
import type { Settings } from './options.js'
import { canonical, fingerprint, type Subject } from './subject.js'

/** Flags, and for whom they are. */
export interface HeldFlags extends FlagSet {
  /** {@link Subject.user} */
  readonly user: string
  /** {@link Subject.key}, null where it is not known. */
  readonly key: string | null
  readonly etag: string | null
  /** Not yet confirmed by the relay in this visit. */
  readonly isCached: boolean
}

export interface Persistence {
  /** What was kept for this user, null where that is nothing, too old or for anybody else. */
  read(subject: Subject): HeldFlags | null
  /** @param isWhole whether the answer's validator may be used again: not where the answer named event streams, which a 304 does not */
  write(held: HeldFlags, isWhole: boolean): void
  clear(): void
}

/** Of what older versions wrote, nothing is read. */
const version = 1

interface Entry {
  readonly version: typeof version
  /** Fingerprints: neither who the user is nor with which key the relay was asked can be read here. */
  readonly user: string
  readonly context: string
  readonly etag: string | null
  /** Epoch milliseconds. */
  readonly writtenAt: number
  readonly data: { readonly flags: readonly unknown[]; readonly metadata: object }
}

/** Storage may be full, forbidden or broken: then nothing is kept, and nothing fails. */
export function createPersistence(
  { url, headers, cacheMode, cacheTtlMs, storage }: Settings,
  domain: string | undefined,
): Persistence {
  const name = `switchyard:${fingerprint(canonical([url, domain]))}`
  const mark = (text: string | null): string => fingerprint(canonical([headers, text]))

  function attempt<Result>(act: (storage: NonNullable<Settings['storage']>) => Result): Result | null {
    if (cacheMode === 'disabled') return null
    try {
      return act(storage ?? localStorage)
    } catch {
      return null
    }
  }

  return {
    read: ({ user, key }) =>
      attempt((storage) => {
        const entry = JSON.parse(storage.getItem(name) ?? '') as Entry
        const age = Date.now() - entry.writtenAt
        const set = readFlags(entry.data)
        if (!set || entry.version !== version || entry.user !== mark(user) || !(age >= 0 && age <= cacheTtlMs))
          return null
        return { ...set, user, key: entry.context === mark(key) ? key : null, etag: entry.etag, isCached: true }
      }),
    write: ({ items, metadata, user, key, etag }, isWhole) =>
      attempt((storage) => {
        const entry: Entry = {
          version,
          user: mark(user),
          context: mark(key),
          etag: isWhole ? etag : null,
          writtenAt: Date.now(),
          data: { flags: items, metadata },
        }
        storage.setItem(name, JSON.stringify(entry))
      }),
    clear: () => attempt((storage) => storage.removeItem(name)),
  }
}
