/** The last answer, kept for the next visit: one for each relay and domain, whoever the user is. */
import type { FlagAnswer, FlagSet } from '../ofrep/index.js'
import type { FlagStorage, SwitchyardWebProviderOptions } from './options.js'
import { canonical, fingerprint, type Subject } from './subject.js'

/** Flags, and for whom they are. */
export interface HeldFlags extends FlagSet {
  /** {@link Subject.user} */
  readonly user: string
  /** {@link Subject.key}, null where it is not known. */
  readonly key: string | null
  readonly etag: string | null
  readonly eventStreams?: readonly unknown[]
  /** Not yet confirmed by the relay in this visit. */
  readonly isCached: boolean
}

export interface Persistence {
  /** What was kept for this user, null where that is nothing, too old or for anybody else. */
  read(subject: Subject): HeldFlags | null
  write(held: HeldFlags): void
  clear(): void
}

interface Entry {
  /** Fingerprints: neither who the user is nor with which key the relay was asked can be read here. */
  readonly user: string
  readonly key: string
  /** Not where the answer named event streams: the answer to it would be a 304, which names none. */
  readonly etag: string | null
  /** Epoch milliseconds. */
  readonly writtenAt: number
  readonly flags: readonly (readonly [string, FlagAnswer])[]
  readonly metadata: FlagSet['metadata']
}

/** Storage may be full, forbidden or broken: then nothing is kept, and nothing fails. */
export function createPersistence(
  { url, apiKey, headers, cacheMode, cacheTtlMs = 2_592_000_000, storage }: SwitchyardWebProviderOptions,
  domain: string | undefined,
): Persistence {
  // The number changes with the form of an entry.
  const name = `switchyard-1:${fingerprint(canonical([url, domain]))}`
  const mark = (text: string | null): string => fingerprint(canonical([apiKey, headers, text]))

  function attempt<Result>(act: (storage: FlagStorage) => Result): Result | null {
    try {
      return cacheMode === 'disabled' ? null : act(storage ?? localStorage)
    } catch {
      return null
    }
  }

  return {
    read: ({ user, key }) =>
      attempt((storage) => {
        const entry = JSON.parse(storage.getItem(name) as string) as Entry
        const age = Date.now() - entry.writtenAt
        if (entry.user !== mark(user) || !(age >= 0 && age <= cacheTtlMs)) return null
        const flags = new Map(entry.flags)
        return { ...entry, flags, user, key: entry.key === mark(key) ? key : null, isCached: true }
      }),
    write: ({ flags, metadata, user, key, etag, eventStreams }) =>
      attempt((storage) => {
        const entry: Entry = {
          user: mark(user),
          key: mark(key),
          etag: eventStreams?.length ? null : etag,
          writtenAt: Date.now(),
          flags: [...flags],
          metadata,
        }
        storage.setItem(name, JSON.stringify(entry))
      }),
    clear: () => attempt((storage) => storage.removeItem(name)),
  }
}
