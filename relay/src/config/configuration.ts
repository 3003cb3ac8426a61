/** The typed configuration: what the rest of the relay reads. Its schema, with defaults and descriptions, is in `schema.ts`. */
import type { RedisOptions } from '../store/redis/redis-options.js'
import type { AddressOptions } from '../transport/address-options.js'
import type { TlsOptions } from '../transport/tls-options.js'
import type { CloudBeesOptions } from '../vendors/cloudbees/options.js'
import type { FeatBitOptions } from '../vendors/featbit/options.js'
import type { FileOptions } from '../vendors/file/options.js'
import type { FlagbaseOptions } from '../vendors/flagbase/options.js'
import type { FlagsmithOptions } from '../vendors/flagsmith/options.js'
import type { SwitchyardOptions } from '../vendors/switchyard/options.js'
import type { AccessKey } from './access-key.js'

/** Checked and complete: defaults are filled in, secrets are in place, durations are milliseconds. */
export interface Configuration {
  /** The data plane. */
  readonly server: ServerConfiguration
  readonly management: ManagementConfiguration
  readonly log: LogConfiguration
  /** Processes that serve the data plane; 1: the relay itself. `auto`: as many as there are cores. */
  readonly workers: number | 'auto'
  /** Signs what is kept. Secret. */
  readonly stateSecret?: string
  readonly snapshots: SnapshotConfiguration
  /** Absent: replicas know nothing of each other. */
  readonly redis?: RedisOptions
  /** Absent: nothing is traced. */
  readonly tracing?: TracingConfiguration
  readonly reload: {
    /** Whether the configuration is read again when one of its files changes. */
    readonly onFileChange: boolean
  }
  /** Whether requests need no key: there is one environment and it has none. */
  readonly isKeyless: boolean
  /** At least one; in the file's order, those that only environment variables name after them, by name. */
  readonly environments: readonly EnvironmentConfiguration[]
}

interface TracingConfiguration {
  /** Without a slash at its end. */
  readonly endpoint: string
  /** Secret. */
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
  readonly sampleOneIn: number
  readonly evaluationEvents: boolean
}

interface ServerConfiguration extends AddressOptions {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  readonly maxBodyBytes: number
  readonly maxHeaderBytes: number
  /** 0: any number. */
  readonly maxConnections: number
  /** Room for bulk answers that were given already; 0 = none is kept. */
  readonly maxCacheBytes: number
  /** Covers a whole request, headers and body. */
  readonly requestTimeoutMs: number
  readonly headersTimeoutMs: number
  readonly keepAliveTimeoutMs: number
  /** How long requests under way may take after the signal to stop. */
  readonly drainTimeoutMs: number
  /** How long a request that names a later revision waits for it; 0: not at all. */
  readonly freshnessWaitMs: number
  /** Digest of what signs the addresses of event streams in place of the keys. Secret. */
  readonly streamSecret?: string
  readonly streams: StreamConfiguration
  readonly overload: OverloadConfiguration
  /** Absent: connections are not encrypted here. */
  readonly tls?: TlsOptions
}

export interface OverloadConfiguration {
  /** 0: the event loop may be as late as it is. */
  readonly maxEventLoopDelayMs: number
  /** Fresh evaluations a second, in one process; 0: any number. */
  readonly ratePerKey: number
  readonly burstPerKey: number
}

interface StreamConfiguration {
  /** Whether bulk answers name their event stream. */
  readonly advertise: boolean
  /** Begins with a slash and does not end with one. */
  readonly pathPrefix?: string
  /** Both limits count in one process. */
  readonly maxPerKey: number
  readonly max: number
  readonly heartbeatMs: number
  readonly maxAgeMs: number
  /** 0: everybody is told at once. */
  readonly pacingMs: number
  readonly slowReaderTimeoutMs: number
}

interface ManagementConfiguration extends AddressOptions {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  /** Digest of the bearer token; present whenever `host` is not loopback. */
  readonly token?: string
  /** Host names accepted in `Host` besides loopback names and `host`; lower case, without port. */
  readonly allowedHosts: readonly string[]
  /** Whether it can change what is served. */
  readonly allowChanges: boolean
  /** Absent: connections are not encrypted here. */
  readonly tls?: TlsOptions
}

interface LogConfiguration {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
  readonly format: 'json' | 'text'
}

interface SnapshotConfiguration {
  /** Absent: nothing is kept on disk. */
  readonly directory?: string
  readonly keep: number
}

export interface EnvironmentConfiguration {
  /** Lower case letters, digits and hyphens. */
  readonly name: string
  readonly upstream: UpstreamOptions
  readonly serverKeys: readonly AccessKey[]
  /** Not secret by nature, since browsers hold them, but treated as if they were. */
  readonly clientKeys: readonly AccessKey[]
  /** `*` counts for requests with a client key only. */
  readonly cors: { readonly origins: readonly string[] }
  /** How long the upstream may fail until the state says so. */
  readonly freshness: { readonly staleAfterMs: number; readonly disconnectedAfterMs: number }
  /** A document that takes away more of the flags at once is held; absent: none is. */
  readonly maxLossPercent?: number
  /** Whether the relay is ready only when this environment has data. */
  readonly required: boolean
}

/** Where an environment comes from, told apart by `type`. */
export type UpstreamOptions =
  CloudBeesOptions | FeatBitOptions | FileOptions | FlagbaseOptions | FlagsmithOptions | SwitchyardOptions
