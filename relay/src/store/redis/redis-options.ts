/** How Redis or Valkey is reached, and how replicas share it. */
export interface RedisOptions {
  /** `cluster`: the addresses are some of its nodes. `sentinel`: they are sentinels. */
  readonly mode: 'single' | 'sentinel' | 'cluster'
  /** `host:port`, at least one; of a single server the first counts. */
  readonly addresses: readonly string[]
  /** Name of the master that the sentinels watch. */
  readonly sentinelName: string
  readonly username?: string
  /** Secret. */
  readonly password?: string
  /** Secret. */
  readonly sentinelPassword?: string
  readonly database: number
  readonly tls: boolean
  /** PEM certificates to trust besides the system's. */
  readonly ca?: string
  /** Begins every key and channel. */
  readonly prefix: string
  readonly connectTimeoutMs: number
  readonly commandTimeoutMs: number
  /** How long a replica that is not heard of keeps the lease. */
  readonly leaseMs: number
}
