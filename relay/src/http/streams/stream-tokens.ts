/**
 * Tokens in the addresses of event streams, because a browser's EventSource can send no header. A token opens nothing but its
 * event stream, for one to two days. It follows from what is configured, so every replica accepts it (ADR 0007).
 */
import { createHmac, hash, randomBytes } from 'node:crypto'
import type { LiveDirectory } from '../../environments/directory.js'
import type { Access } from '../../environments/environment.js'

export interface StreamTokens {
  /** The token that is given out now; undefined where nobody needs a key. */
  tokenOf(access: Access): string | undefined
  accessOf(token: string): Access | undefined
  /** Other keys are in the directory, or another secret counts: tokens of those that are no more open nothing. */
  renew(secret: string | undefined): void
}

export interface StreamTokenOptions {
  readonly directory: Pick<LiveDirectory, 'grants' | 'holds'>
  /** Signs in place of each key. */
  readonly secret?: string | undefined
  /** Epoch milliseconds. */
  readonly now: () => number
}

const epochMs = 24 * 60 * 60 * 1_000

/** The tokens of one epoch, and who gets in while it lasts. */
interface Table {
  readonly epoch: number
  readonly given: ReadonlyMap<Access, string>
  readonly accepted: ReadonlyMap<string, Access>
}

export function createStreamTokens({ directory, now, ...options }: StreamTokenOptions): StreamTokens {
  const digest = createDigest()
  let { secret } = options
  let table: Table | undefined

  function tableOf(epoch: number): Table {
    const given = new Map<Access, string>()
    const accepted = new Map<string, Access>()
    for (const { key, access } of directory.grants) {
      const signed = { digest: key.digest, access, secret }
      given.set(access, sign({ ...signed, epoch }))
      // The clock of another replica may be ahead of this one.
      for (const other of [epoch - 1, epoch, epoch + 1]) {
        accepted.set(digest(sign({ ...signed, epoch: other })), access)
      }
    }
    return { epoch, given, accepted }
  }

  function current(): Table {
    const epoch = Math.floor(now() / epochMs)
    return table?.epoch === epoch ? table : (table = tableOf(epoch))
  }

  return {
    tokenOf: (access) => current().given.get(access),
    accessOf(token) {
      const access = current().accepted.get(digest(token))
      return access !== undefined && directory.holds(access) ? access : undefined
    },
    renew(other) {
      secret = other
      table = undefined
    },
  }
}

/**
 * SHA-256 of a salt and the token. Nobody outside can know or choose a digest, as the salt is made at the start: so how long a
 * look-up by digest takes says nothing about how much of a token is right.
 */
function createDigest(): (token: string) => string {
  const salt = randomBytes(32).toString('hex')
  return (token) => hash('sha256', salt + token, 'base64')
}

interface Signed {
  /** Of the key. */
  readonly digest: string
  readonly access: Access
  readonly secret: string | undefined
  readonly epoch: number
}

/** 192 bits of HMAC-SHA256. The key's digest is part of the text, so that a key that is withdrawn takes its tokens with it. */
function sign({ digest, access, secret, epoch }: Signed): string {
  const text = ['switchyard event stream', access.scope, digest, epoch].join('\n')
  return createHmac('sha256', secret ?? digest)
    .update(text)
    .digest()
    .subarray(0, 24)
    .toString('base64url')
}
