/** The clients of the library, for each way Redis is deployed. In a file of its own, so that only who has a Redis loads the library. */
import { rootCertificates } from 'node:tls'
import { Cluster, Redis, type RedisOptions as AllClientOptions } from 'ioredis'
import type { RedisOptions } from './redis-options.js'

export type Client = Redis | Cluster

type ClientOptions = Omit<
  AllClientOptions,
  | 'replyMapping'
  | 'host'
  | 'port'
  | 'readOnly'
  | 'retryStrategy'
  | 'sentinels'
  | 'path'
  | 'himportFieldsets'
  | 'enableOfflineQueue'
>

const longestPauseMs = 2_000

/** What a cluster has for itself and not for its nodes. */
const alone = { lazyConnect: true, enableOfflineQueue: false, retryStrategy: pauseMs }

/**
 * Creates a client that is not connected yet.
 *
 * @param isForMessages it subscribes and does nothing else
 */
export function createClient(options: RedisOptions, isForMessages: boolean): Client {
  const { mode, addresses, database, sentinelName, sentinelPassword } = options
  const shared = clientOptions(options, isForMessages)
  const nodes = addresses.map(placeOf)
  const [first = placeOf('localhost:6379')] = nodes
  switch (mode) {
    case 'single':
      return new Redis({ ...shared, ...alone, ...first, db: database })
    case 'sentinel': {
      const secured = shared.tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: shared.tls }
      const password = sentinelPassword === undefined ? {} : { sentinelPassword }
      const sentinelRetryStrategy = pauseMs
      return new Redis({
        ...shared,
        ...alone,
        ...secured,
        ...password,
        sentinels: nodes,
        name: sentinelName,
        db: database,
        sentinelRetryStrategy,
      })
    }
    case 'cluster': {
      return new Cluster(nodes, {
        redisOptions: shared,
        lazyConnect: true,
        enableOfflineQueue: false,
        clusterRetryStrategy: pauseMs,
        slotsRefreshTimeout: options.commandTimeoutMs,
      })
    }
  }
}

function clientOptions(options: RedisOptions, isForMessages: boolean): ClientOptions {
  const { username, password, tls, ca, connectTimeoutMs, commandTimeoutMs } = options
  return {
    // A command that was under way when the connection broke is the caller's to repeat.
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    connectTimeout: connectTimeoutMs,
    ...(isForMessages ? {} : { commandTimeout: commandTimeoutMs }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: ca === undefined ? {} : { ca: [...rootCertificates, ca] } } : {}),
  }
}

/** Full jitter, so that replicas do not come back together. */
function pauseMs(attempt: number): number {
  return Math.round(Math.min(longestPauseMs, 50 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2))
}

/** @param address `host:port`, of IPv6 `[host]:port` */
function placeOf(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon).replaceAll(/[[\]]/g, ''), port: Number(address.slice(colon + 1)) }
}
