/**
 * Tokens in the addresses of event streams, because a browser's EventSource can send no header. A token opens nothing but its
 * event stream, for one to two days. It follows from what is configured, so every replica accepts it (ADR 0007).
 */
import { createHmac } from 'node:crypto'
import { createDigest } from '../../environments/directory.js'
import type { Access, EnvironmentDirectory } from '../../environments/environment.js'

export interface StreamTokens {
  /** The token that is given out now; undefined where nobody needs a key. */
  tokenOf(access: Access): string | undefined
  accessOf(token: string): Access | undefined
  /** Other keys are configured, or another secret: tokens of those that are no more open nothing. */
  renew(signed: SignedBy): void
}

/** What tokens are made of. */
export interface SignedBy {
  /** All that are configured. */
  readonly keys: readonly string[]
  /** Signs in place of each key. */
  readonly secret?: string | undefined
}

export interface StreamTokenOptions extends SignedBy {
  readonly directory: EnvironmentDirectory
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
  let signed: SignedBy = options
  let table: Table | undefined

  function holderOf(key: string): { readonly key: string; readonly access: Access }[] {
    const access = directory.access(key)
    return typeof access === 'string' ? [] : [{ key, access }]
  }

  function tableOf(epoch: number): Table {
    const given = new Map<Access, string>()
    const accepted = new Map<string, Access>()
    const { secret } = signed
    for (const { key, access } of signed.keys.flatMap(holderOf)) {
      given.set(access, sign({ key, access, secret, epoch }))
      // The clock of another replica may be ahead of this one.
      for (const other of [epoch - 1, epoch, epoch + 1]) {
        accepted.set(digest(sign({ key, access, secret, epoch: other })), access)
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
    accessOf: (token) => current().accepted.get(digest(token)),
    renew(other) {
      signed = other
      table = undefined
    },
  }
}

interface Signed {
  readonly key: string
  readonly access: Access
  readonly secret: string | undefined
  readonly epoch: number
}

/** 192 bits of HMAC-SHA256. The key is part of the text, so that a key that is withdrawn takes its tokens with it. */
function sign({ key, access, secret, epoch }: Signed): string {
  const text = ['switchyard event stream', access.scope, key, epoch].join('\n')
  return createHmac('sha256', secret ?? key)
    .update(text)
    .digest()
    .subarray(0, 24)
    .toString('base64url')
}
