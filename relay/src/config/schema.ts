/** The schema of the configuration: defaults, descriptions, JSON Schema and documentation come from here. */
import { z } from 'zod'
import { cloudBeesOptions } from '../vendors/cloudbees/options.js'
import { featBitOptions } from '../vendors/featbit/options.js'
import { fileOptions } from '../vendors/file/options.js'
import { flagbaseOptions } from '../vendors/flagbase/options.js'
import { flagsmithOptions } from '../vendors/flagsmith/options.js'
import { switchyardOptions } from '../vendors/switchyard/options.js'
import { byteCount, duration, host, httpUrl, longText, port, secret } from '../vendors/option-types.js'
import { connectionShape } from '../vendors/http-options.js'
import { keyDigest } from './access-key.js'
import { accessKeySchema } from './access-key-schema.js'
import type { Configuration, EnvironmentConfiguration } from './configuration.js'
import { addressShape } from './address-schema.js'
import { overload } from './overload-schema.js'
import { tls } from './tls-schema.js'

/** What an environment may be called: it is part of metric labels, addresses and variable names. */
export const environmentName: RegExp = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

const streams = z
  .strictObject({
    advertise: z.boolean().prefault(true).meta({
      description: 'Whether answers with all flags name their event stream, for clients that wait for changes.',
    }),
    pathPrefix: z
      .string()
      .regex(/^(\/[A-Za-z0-9._~-]+)+$/)
      .exactOptional()
      .meta({
        description: 'What a proxy in front puts before the addresses of the data plane; part of the named address.',
        expects: 'a path such as /flags, without a slash at its end',
      }),
    maxPerKey: z
      .int()
      .min(1)
      .max(1_000_000)
      .prefault(5_000)
      .meta({ description: 'Most streams open at once with one key, in one process.' }),
    max: z
      .int()
      .min(1)
      .max(1_000_000)
      .prefault(10_000)
      .meta({ description: 'Most streams open at once, of all keys together, in one process.' }),
    heartbeat: duration(1_000)
      .prefault('20s')
      .meta({ description: 'Longest silence; shorter or longer by up to a quarter, by chance, for each stream.' }),
    maxAge: duration(1_000)
      .prefault('1h')
      .meta({ description: 'A stream ends at that age, or from half of it on, by chance; clients then open another.' }),
    pacing: duration(0)
      .prefault('750ms')
      .meta({ description: 'Time over which the news of a change is spread, so that clients do not all ask at once.' }),
    slowReaderTimeout: duration()
      .prefault('10s')
      .meta({ description: 'How long a client may leave what was sent unread before its stream is cut.' }),
  })
  .transform(({ heartbeat, maxAge, pacing, slowReaderTimeout, ...rest }) => ({
    ...rest,
    heartbeatMs: heartbeat,
    maxAgeMs: maxAge,
    pacingMs: pacing,
    slowReaderTimeoutMs: slowReaderTimeout,
  }))

const server = z
  .strictObject({
    host: host()
      .exactOptional()
      .meta({ description: 'Where the data plane listens: `0.0.0.0`, or `127.0.0.1` while requests need no key.' }),
    port: port().prefault(8080).meta({ description: 'Port of the data plane; 0 = any free one.' }),
    maxBodyBytes: byteCount(1_024, 2 ** 26)
      .prefault(2 ** 20)
      .meta({ description: 'Longest request body accepted, in bytes.' }),
    maxHeaderBytes: byteCount(1_024, 2 ** 20)
      .prefault(2 ** 14)
      .meta({ description: 'Longest headers of a request accepted, in bytes, with its address.' }),
    maxConnections: z
      .int()
      .min(0)
      .max(1_000_000)
      .prefault(20_000)
      .meta({ description: 'Most connections open at once, in one process; further ones are closed. 0: any number.' }),
    maxCacheBytes: byteCount(0, 2 ** 31)
      .prefault(2 ** 24)
      .meta({ description: 'Room for answers with all flags that were given already, in bytes; 0 = none is kept.' }),
    requestTimeout: duration().prefault('30s').meta({ description: 'How long a request may take to arrive.' }),
    headersTimeout: duration().prefault('15s').meta({ description: 'How long its headers may take to arrive.' }),
    keepAliveTimeout: duration()
      .prefault('75s')
      .meta({ description: 'How long an idle connection stays open; longer than the load balancer in front waits.' }),
    drainTimeout: duration()
      .prefault('10s')
      .meta({ description: 'How long requests under way may take after the signal to stop.' }),
    freshnessWait: duration(0).prefault('250ms').meta({
      description:
        'How long a request that names a later revision than is served here waits for it; `0s` = not at all.',
    }),
    streamSecret: secret(/^[!-~]{16,}$/, 'a secret of 16 characters or more, without spaces')
      .transform(keyDigest)
      .exactOptional()
      .meta({
        description:
          'Signs the addresses of event streams; the same in every replica. Absent: the key that asks signs them.',
      }),
    streams: streams.prefault({}),
    overload: overload.prefault({}),
    tls: tls.exactOptional(),
    ...addressShape(),
  })
  .transform(({ requestTimeout, headersTimeout, keepAliveTimeout, drainTimeout, freshnessWait, ...rest }) => ({
    ...rest,
    requestTimeoutMs: requestTimeout,
    headersTimeoutMs: headersTimeout,
    keepAliveTimeoutMs: keepAliveTimeout,
    drainTimeoutMs: drainTimeout,
    freshnessWaitMs: freshnessWait,
  }))

const management = z.strictObject({
  host: host().prefault('127.0.0.1').meta({ description: 'Where the management plane listens.' }),
  port: port().prefault(8081).meta({ description: 'Port of the management plane; 0 = any free one.' }),
  token: secret()
    .transform(keyDigest)
    .exactOptional()
    .meta({ description: 'Bearer token of the management plane. Required when `management.host` is not loopback.' }),
  allowedHosts: z
    .array(host().transform((name) => name.toLowerCase()))
    .prefault([])
    .meta({ description: 'Names accepted in the `Host` header besides loopback names and `management.host`.' }),
  allowChanges: z.boolean().prefault(false).meta({
    description:
      'Whether the management plane can change what is served: go back to a snapshot, serve what is held back.',
  }),
  tls: tls.exactOptional(),
  ...addressShape(),
})

const log = z.strictObject({
  level: z
    .enum(['error', 'warn', 'info', 'debug'])
    .prefault('info')
    .meta({ description: 'Least severe level written.' }),
  format: z
    .enum(['json', 'text'])
    .prefault('json')
    .meta({ description: 'One JSON object a line, or text for people.' }),
})

const redis = z
  .strictObject({
    mode: z.enum(['single', 'sentinel', 'cluster']).prefault('single').meta({
      description: 'What the addresses are: one server, sentinels, or some nodes of a cluster.',
    }),
    addresses: z
      .array(
        z
          .string()
          .regex(/^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/)
          .meta({ expects: 'host:port' }),
      )
      .min(1)
      .meta({
        description: 'Where Redis or Valkey is; of a single server one address.',
        expects: 'one host:port or more',
      }),
    sentinelName: z
      .string()
      .min(1)
      .prefault('mymaster')
      .meta({ description: 'Name of the master that sentinels watch.' }),
    username: z.string().min(1).exactOptional().meta({ description: 'User, where Redis has users.' }),
    password: secret(/^[ -~]+$/, 'a password in printable ASCII')
      .exactOptional()
      .meta({ description: 'Password of Redis.' }),
    sentinelPassword: secret(/^[ -~]+$/, 'a password in printable ASCII')
      .exactOptional()
      .meta({ description: 'Password of the sentinels.' }),
    database: z
      .int()
      .min(0)
      .max(1_000)
      .prefault(0)
      .meta({ description: 'Number of the database; clusters have only 0.' }),
    tls: z.boolean().prefault(false).meta({ description: 'Whether connections are encrypted.' }),
    ca: longText(/-----BEGIN CERTIFICATE-----/, 'PEM certificates')
      .exactOptional()
      .meta({ description: "Certificates to trust besides the system's." }),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9._:-]{1,64}$/)
      .prefault('switchyard')
      .meta({
        description: 'Begins every key and channel.',
        expects: 'up to 64 letters, digits, dots, colons, hyphens',
      }),
    connectTimeout: duration(10).prefault('2s').meta({ description: 'How long a connection may take.' }),
    commandTimeout: duration(10).prefault('1s').meta({ description: 'How long a command may take.' }),
    lease: duration(500).prefault('10s').meta({
      description: 'How long a replica that is not heard of keeps the right to talk to the vendor.',
    }),
  })
  .transform(({ connectTimeout, commandTimeout, lease, ...rest }) => ({
    ...rest,
    connectTimeoutMs: connectTimeout,
    commandTimeoutMs: commandTimeout,
    leaseMs: lease,
  }))

const tracing = z.strictObject({
  endpoint: httpUrl().meta({
    description: 'Where OTLP is taken over HTTP, as JSON; `/v1/traces` and `/v1/logs` are put behind it.',
  }),
  headers: connectionShape().headers,
  serviceName: z
    .string()
    .min(1)
    .prefault('switchyard')
    .meta({ description: 'What the relay is called among other services.' }),
  sampleOneIn: z.int().min(1).max(1_000_000_000).prefault(100).meta({
    description:
      'Of so many requests that belong to no trace yet, one is traced. Others go by what their caller has decided.',
  }),
  evaluationEvents: z
    .boolean()
    .prefault(true)
    .meta({ description: 'Whether each answered flag of a traced request is told as an event, without the context.' }),
})

const keyless = z.strictObject({
  allowNonLoopback: z
    .boolean()
    .prefault(false)
    .meta({ description: 'Whether requests without a key are answered on an address that others can reach.' }),
})

const snapshots = z.strictObject({
  directory: z.string().min(1).exactOptional().meta({
    isPath: true,
    expects: 'the path of a directory',
    description: 'Where what is served is kept, to start without the upstream. Absent: it is not kept on disk.',
  }),
  keep: z.int().min(1).max(1_000).prefault(10).meta({ description: 'How many of an environment are kept.' }),
})

const freshness = z
  .strictObject({
    staleAfter: duration(0)
      .prefault('0s')
      .meta({ description: 'How long looks at the upstream may fail until the state is `stale`; `0s`: at once.' }),
    disconnectedAfter: duration()
      .prefault('1m')
      .meta({ description: 'How long they may fail until it is `disconnected`.' }),
  })
  .transform(({ staleAfter, disconnectedAfter }) => ({
    staleAfterMs: staleAfter,
    disconnectedAfterMs: disconnectedAfter,
  }))

const environment = z.strictObject({
  upstream: z
    .discriminatedUnion('type', [
      cloudBeesOptions,
      featBitOptions,
      fileOptions,
      flagbaseOptions,
      flagsmithOptions,
      switchyardOptions,
    ])
    .meta({ description: 'Where the flags come from.' }),
  serverKeys: z
    .array(accessKeySchema)
    .prefault([])
    .meta({ description: 'Keys of servers: they see every flag and its rules.' }),
  clientKeys: z
    .array(accessKeySchema)
    .prefault([])
    .meta({ description: 'Keys of browsers and apps: they see answers only, of flags meant for clients.' }),
  cors: z
    .strictObject({
      origins: z
        .array(z.string().refine(isOrigin).meta({ expects: 'an origin such as https://app.example, or *' }))
        .prefault([])
        .meta({ description: 'Origins whose pages may read answers. `*` counts for requests with a client key only.' }),
    })
    .prefault({}),
  freshness: freshness.prefault({}),
  maxLossPercent: z.int().min(0).max(100).exactOptional().meta({
    description:
      'A document that would switch off or remove more of the flags at once is held until it is confirmed. Absent: none is.',
  }),
  required: z
    .boolean()
    .prefault(true)
    .meta({ description: 'Whether the relay is ready only when this environment has data.' }),
})

const reload = z.strictObject({
  onFileChange: z.boolean().prefault(true).meta({
    description: 'Whether it is read again when its file changes, or a file that it names; SIGHUP always counts.',
  }),
})

const root = z.strictObject({
  server: server.prefault({}),
  management: management.prefault({}),
  log: log.prefault({}),
  workers: z
    .union([z.int().min(1).max(128), z.literal('auto')])
    .prefault(1)
    .meta({
      description:
        'Processes that serve the data plane: 1 = the relay itself; `auto` = as many as it may use cores. There is one upstream connection all the same.',
      expects: 'a whole number from 1 to 128, or auto',
    }),
  stateSecret: secret(/^[!-~]{16,}$/, 'a secret of 16 characters or more, without spaces')
    .exactOptional()
    .meta({ description: 'Signs what is kept, so that nothing else is taken back. Absent: it carries a checksum.' }),
  snapshots: snapshots.prefault({}),
  redis: redis.exactOptional(),
  tracing: tracing.exactOptional(),
  keyless: keyless.prefault({}),
  reload: reload.prefault({}),
  environments: z
    .record(z.string(), environment)
    .refine((named) => Object.keys(named).length > 0)
    .meta({
      description: 'The environments, by name.',
      expects: 'one environment or more, by name',
      propertyNames: { pattern: environmentName.source },
      minProperties: 1,
    }),
})

/** Reads a configuration in which secrets are in place already. What spans several settings is checked by `rules.ts`. */
export const configurationSchema: z.ZodType<Configuration> = root.transform(complete)

function complete({ server, keyless, environments, ...rest }: z.output<typeof root>): Configuration {
  const named: EnvironmentConfiguration[] = Object.entries(environments).map(([name, options]) => ({
    name,
    ...options,
  }))
  const isKeyless = named.every(({ serverKeys, clientKeys }) => serverKeys.length + clientKeys.length === 0)
  const defaultHost = isKeyless && !keyless.allowNonLoopback ? '127.0.0.1' : '0.0.0.0'
  return { ...rest, server: { ...server, host: server.host ?? defaultHost }, isKeyless, environments: named }
}

function isOrigin(text: string): boolean {
  if (text === '*') return true
  if (!/^[a-z][a-z0-9+.-]*:\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/.test(text) || !URL.canParse(text)) return false
  return !text.startsWith('http') || new URL(text).origin === text
}
