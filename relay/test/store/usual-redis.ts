import type { RedisOptions } from '../../src/store/redis/redis-options.js'

/** How tests talk to a Redis of their own, besides where it is. */
export const usualRedis: Omit<RedisOptions, 'addresses'> = {
  mode: 'single',
  sentinelName: 'mymaster',
  database: 0,
  tls: false,
  prefix: 'test',
  connectTimeoutMs: 5_000,
  commandTimeoutMs: 2_000,
  leaseMs: 5_000,
}
