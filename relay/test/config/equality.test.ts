import { describe, expect, it } from 'vitest'
import type { Configuration } from '../../src/config/configuration.js'
import { accessKey, keyDigest } from '../../src/config/access-key.js'
import { configurationPage } from '../../src/config/page.js'
import { createAuthority } from '../transport/certificates.js'
import { load, withEnvironment, type Sources } from './load.js'

/** A file and variables that say the same, and what they say. */
interface Row {
  readonly name: string
  readonly file: string
  readonly env: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
  readonly says: (configuration: Configuration) => unknown
  readonly expected: unknown
}

const fileUpstream = {
  SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__TYPE: 'file',
  SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__PATH: '/flags.json',
}
const oneEnvironment = { ...fileUpstream, SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__0: 'key-of-e' }
const flagsmith = {
  SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__TYPE: 'flagsmith',
  SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__ENVIRONMENT_KEY: 'ser.abc',
}
const cloudbees = {
  SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__TYPE: 'cloudbees',
  SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__ENVIRONMENT_KEY: '5e579ecfc45c395c43b42893',
}
const featbit = {
  SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__TYPE: 'featbit',
  SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__SERVER_SECRET: 'v3faJy3RCUO8d',
}
const hub = {
  SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__TYPE: 'switchyard',
  SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__BASE_URL: 'https://hub.test',
}

const flagbase = {
  SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__TYPE: 'flagbase',
  SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__SERVER_KEY: 'sdk-server_abc',
}
const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'

function cloudBeesAddresses({ environments }: Configuration): unknown {
  const upstream = environments[0]?.upstream
  return upstream?.type === 'cloudbees' && [upstream.baseUrl, upstream.apiUrl, upstream.realtimeUrl]
}

const authority = createAuthority()
const pair = authority.issue('relay')
const tlsFiles = { '/tls.crt': pair.certificate, '/tls.key': pair.key, '/clients.crt': authority.certificate }

/** What both planes have, written in a file and in variables. */
const tlsRows: readonly Row[] = (['server', 'management'] as const).map((plane) => ({
  name: `TLS of ${plane}`,
  file: withEnvironment(`
${plane}:
  tls:
    certificate: { fromFile: /tls.crt }
    key: { fromFile: /tls.key }
    clientCa: { fromFile: /clients.crt }
    clientCertificate: required
    minVersion: TLSv1.3
    handshakeTimeout: 5s
`),
  env: {
    ...oneEnvironment,
    [`SWITCHYARD_${plane.toUpperCase()}__TLS__CERTIFICATE`]: pair.certificate.trimEnd(),
    [`SWITCHYARD_${plane.toUpperCase()}__TLS__KEY__FROM_FILE`]: '/tls.key',
    [`SWITCHYARD_${plane.toUpperCase()}__TLS__CLIENT_CA__FROM_FILE`]: '/clients.crt',
    [`SWITCHYARD_${plane.toUpperCase()}__TLS__CLIENT_CERTIFICATE`]: 'required',
    [`SWITCHYARD_${plane.toUpperCase()}__TLS__MIN_VERSION`]: 'TLSv1.3',
    [`SWITCHYARD_${plane.toUpperCase()}__TLS__HANDSHAKE_TIMEOUT`]: '5s',
  },
  files: tlsFiles,
  says: (configuration) => configuration[plane].tls,
  expected: {
    certificate: pair.certificate.trimEnd(),
    key: pair.key.trimEnd(),
    clientCa: authority.certificate.trimEnd(),
    clientCertificate: 'required',
    minVersion: 'TLSv1.3',
    handshakeTimeoutMs: 5_000,
  },
}))

const shownRow: Row = {
  name: 'the certificate that an edge shows',
  file: `
environments:
  e:
    upstream:
      type: switchyard
      baseUrl: https://hub.test
      certificate: { fromFile: /tls.crt }
      key: { fromFile: /tls.key }
    serverKeys: [key-of-e]
`,
  env: {
    ...hub,
    SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__0: 'key-of-e',
    SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__CERTIFICATE__FROM_FILE: '/tls.crt',
    SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__KEY__FROM_FILE: '/tls.key',
  },
  files: tlsFiles,
  says: ({ environments }) => {
    const upstream = environments[0]?.upstream
    return upstream?.type === 'switchyard' && [upstream.certificate, upstream.key]
  },
  expected: [pair.certificate.trimEnd(), pair.key.trimEnd()],
}

const addressRows: readonly Row[] = (['server', 'management'] as const).map((plane) => ({
  name: `addresses of ${plane}`,
  file: withEnvironment(`
${plane}:
  allowedAddresses: [10.0.0.0/8, '2001:db8::/32']
  trustedProxies: [192.0.2.1]
`),
  env: {
    ...oneEnvironment,
    [`SWITCHYARD_${plane.toUpperCase()}__ALLOWED_ADDRESSES__0`]: '10.0.0.0/8',
    [`SWITCHYARD_${plane.toUpperCase()}__ALLOWED_ADDRESSES__1`]: '2001:db8::/32',
    [`SWITCHYARD_${plane.toUpperCase()}__TRUSTED_PROXIES__0`]: '192.0.2.1',
  },
  says: (configuration) => [configuration[plane].allowedAddresses, configuration[plane].trustedProxies],
  expected: [['10.0.0.0/8', '2001:db8::/32'], ['192.0.2.1']],
}))

const rows: readonly Row[] = [
  ...tlsRows,
  ...addressRows,
  shownRow,
  {
    name: 'the shortest keyless file upstream',
    file: 'environments: { e: { upstream: { type: file, path: /flags.json } } }',
    env: fileUpstream,
    says: (configuration) => configuration,
    expected: {
      server: {
        host: '127.0.0.1',
        allowedAddresses: [],
        trustedProxies: [],
        port: 8080,
        maxBodyBytes: 1_048_576,
        maxHeaderBytes: 16_384,
        maxConnections: 20_000,
        maxCacheBytes: 16_777_216,
        requestTimeoutMs: 30_000,
        headersTimeoutMs: 15_000,
        keepAliveTimeoutMs: 75_000,
        drainTimeoutMs: 10_000,
        freshnessWaitMs: 250,
        streams: {
          advertise: true,
          maxPerKey: 5_000,
          max: 10_000,
          heartbeatMs: 20_000,
          maxAgeMs: 3_600_000,
          pacingMs: 750,
          slowReaderTimeoutMs: 10_000,
        },
        overload: { maxEventLoopDelayMs: 500, ratePerKey: 0, burstPerKey: 1_000 },
      },
      management: {
        host: '127.0.0.1',
        port: 8081,
        allowedHosts: [],
        allowedAddresses: [],
        trustedProxies: [],
        allowChanges: false,
      },
      log: { level: 'info', format: 'json' },
      workers: 1,
      snapshots: { keep: 10 },
      reload: { onFileChange: true },
      isKeyless: true,
      environments: [
        {
          name: 'e',
          upstream: { type: 'file', path: '/flags.json', pollIntervalMs: 1_000 },
          serverKeys: [],
          clientKeys: [],
          cors: { origins: [] },
          freshness: { staleAfterMs: 0, disconnectedAfterMs: 60_000 },
          required: true,
        },
      ],
    },
  },
  {
    name: 'the shortest Flagsmith environment',
    file: 'environments: { e: { upstream: { type: flagsmith, environmentKey: ser.abc } } }',
    env: flagsmith,
    says: ({ environments }) => environments[0]?.upstream,
    expected: {
      type: 'flagsmith',
      environmentKey: 'ser.abc',
      baseUrl: 'https://edge.api.flagsmith.com/api/v1',
      headers: {},
      connectTimeoutMs: 5_000,
      timeoutMs: 10_000,
      maxDocumentBytes: 67_108_864,
      pollIntervalMs: 10_000,
      realtime: false,
      realtimeUrl: 'https://realtime.flagsmith.com',
      serveDisabledValues: false,
    },
  },
  {
    name: 'the shortest CloudBees environment',
    file: "environments: { e: { upstream: { type: cloudbees, environmentKey: '5e579ecfc45c395c43b42893' } } }",
    env: cloudbees,
    says: ({ environments }) => environments[0]?.upstream,
    expected: {
      type: 'cloudbees',
      environmentKey: '5e579ecfc45c395c43b42893',
      baseUrl: 'https://conf.rollout.io',
      apiUrl: 'https://x-api.rollout.io',
      realtimeUrl: 'https://push.rollout.io',
      headers: {},
      connectTimeoutMs: 5_000,
      timeoutMs: 10_000,
      maxDocumentBytes: 67_108_864,
      cdn: true,
      realtime: true,
      pollIntervalMs: 60_000,
      verifySignature: true,
      platform: 'C',
      sdkVersion: '5.0.0',
      apiVersion: '1.9.0',
    },
  },
  {
    name: 'the addresses of CloudBees Unify',
    file: 'environments: { e: { upstream: { type: cloudbees, environmentKey: 0f8fad5b-d9cb-469f-a165-70867728950e } } }',
    env: {
      ...cloudbees,
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__ENVIRONMENT_KEY: '0f8fad5b-d9cb-469f-a165-70867728950e',
    },
    says: cloudBeesAddresses,
    expected: [
      'https://rox-conf.cloudbees.io',
      'https://api.cloudbees.io',
      'https://sdk-notification-service.cloudbees.io',
    ],
  },
  {
    name: 'the addresses of a server of CloudBees that is your own',
    file: `
environments:
  e: { upstream: { type: cloudbees, environmentKey: '5e579ecfc45c395c43b42893', baseUrl: http://cloudbees.test/ } }
`,
    env: { ...cloudbees, SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__BASE_URL: 'http://cloudbees.test/' },
    says: cloudBeesAddresses,
    expected: ['http://cloudbees.test', 'http://cloudbees.test', 'http://cloudbees.test'],
  },
  {
    name: "CloudBees' own options",
    file: `
environments:
  e:
    upstream:
      type: cloudbees
      environmentKey: '5e579ecfc45c395c43b42893'
      baseUrl: http://cloudbees.test/conf/
      cdn: false
      apiUrl: http://api.cloudbees.test/
      realtime: false
      realtimeUrl: http://push.cloudbees.test/
      pollInterval: 30s
      verifySignature: false
      platform: Go
      sdkVersion: 6.0.2
      apiVersion: 1.8.0
      stickinessAttribute: accountId
      datetimeAttributes: [signedUp, trialEnds]
`,
    env: {
      ...cloudbees,
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__BASE_URL: 'http://cloudbees.test/conf/',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__CDN: 'false',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__API_URL: 'http://api.cloudbees.test/',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__REALTIME: 'false',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__REALTIME_URL: 'http://push.cloudbees.test/',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__POLL_INTERVAL: '30s',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__VERIFY_SIGNATURE: 'false',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__PLATFORM: 'Go',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__SDK_VERSION: '6.0.2',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__API_VERSION: '1.8.0',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__STICKINESS_ATTRIBUTE: 'accountId',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__DATETIME_ATTRIBUTES__0: 'signedUp',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__DATETIME_ATTRIBUTES__1: 'trialEnds',
    },
    says: ({ environments }) => environments[0]?.upstream,
    expected: {
      type: 'cloudbees',
      environmentKey: '5e579ecfc45c395c43b42893',
      baseUrl: 'http://cloudbees.test/conf',
      apiUrl: 'http://api.cloudbees.test',
      realtimeUrl: 'http://push.cloudbees.test',
      headers: {},
      connectTimeoutMs: 5_000,
      timeoutMs: 10_000,
      maxDocumentBytes: 67_108_864,
      cdn: false,
      realtime: false,
      pollIntervalMs: 30_000,
      verifySignature: false,
      platform: 'Go',
      sdkVersion: '6.0.2',
      apiVersion: '1.8.0',
      stickinessAttribute: 'accountId',
      datetimeAttributes: ['signedUp', 'trialEnds'],
    },
  },
  {
    name: 'the shortest FeatBit environment',
    file: 'environments: { e: { upstream: { type: featbit, serverSecret: v3faJy3RCUO8d } } }',
    env: featbit,
    says: ({ environments }) => environments[0]?.upstream,
    expected: {
      type: 'featbit',
      serverSecret: 'v3faJy3RCUO8d',
      baseUrl: 'https://app-eval.featbit.co',
      headers: {},
      connectTimeoutMs: 5_000,
      timeoutMs: 10_000,
      maxDocumentBytes: 67_108_864,
      streaming: true,
      pingIntervalMs: 15_000,
      pollIntervalMs: 10_000,
      fullSyncIntervalMs: 300_000,
      missingAttributes: 'empty-string',
    },
  },
  {
    name: "FeatBit's own options",
    file: `
environments:
  e:
    upstream:
      type: featbit
      serverSecret: v3faJy3RCUO8d
      baseUrl: http://featbit.test:5100/
      streaming: false
      pingInterval: 20s
      pollInterval: 1m
      fullSyncInterval: 1h
      missingAttributes: no-match
`,
    env: {
      ...featbit,
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__BASE_URL: 'http://featbit.test:5100/',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__STREAMING: 'false',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__PING_INTERVAL: '20s',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__POLL_INTERVAL: '1m',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__FULL_SYNC_INTERVAL: '1h',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__MISSING_ATTRIBUTES: 'no-match',
    },
    says: ({ environments }) => environments[0]?.upstream,
    expected: {
      type: 'featbit',
      serverSecret: 'v3faJy3RCUO8d',
      baseUrl: 'http://featbit.test:5100',
      headers: {},
      connectTimeoutMs: 5_000,
      timeoutMs: 10_000,
      maxDocumentBytes: 67_108_864,
      streaming: false,
      pingIntervalMs: 20_000,
      pollIntervalMs: 60_000,
      fullSyncIntervalMs: 3_600_000,
      missingAttributes: 'no-match',
    },
  },
  {
    name: 'the shortest Flagbase environment',
    file: 'environments: { e: { upstream: { type: flagbase, serverKey: sdk-server_abc } } }',
    env: flagbase,
    says: ({ environments }) => environments[0]?.upstream,
    expected: {
      type: 'flagbase',
      serverKey: 'sdk-server_abc',
      baseUrl: 'http://localhost:9051',
      headers: {},
      connectTimeoutMs: 5_000,
      timeoutMs: 10_000,
      maxDocumentBytes: 67_108_864,
      pollIntervalMs: 10_000,
      typedVariations: false,
    },
  },
  {
    name: "Flagbase's own options",
    file: `
environments:
  e:
    upstream:
      type: flagbase
      serverKey: sdk-server_abc
      baseUrl: https://poller.test/flagbase/
      pollInterval: 30s
      typedVariations: true
`,
    env: {
      ...flagbase,
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__BASE_URL: 'https://poller.test/flagbase/',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__POLL_INTERVAL: '30s',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__TYPED_VARIATIONS: 'true',
    },
    says: ({ environments }) => environments[0]?.upstream,
    expected: {
      type: 'flagbase',
      serverKey: 'sdk-server_abc',
      baseUrl: 'https://poller.test/flagbase',
      headers: {},
      connectTimeoutMs: 5_000,
      timeoutMs: 10_000,
      maxDocumentBytes: 67_108_864,
      pollIntervalMs: 30_000,
      typedVariations: true,
    },
  },
  {
    name: 'the shortest environment of another relay',
    file: 'environments: { e: { upstream: { type: switchyard, baseUrl: "https://hub.test" } } }',
    env: hub,
    says: ({ environments }) => environments[0]?.upstream,
    expected: {
      type: 'switchyard',
      baseUrl: 'https://hub.test',
      headers: {},
      connectTimeoutMs: 5_000,
      timeoutMs: 10_000,
      maxDocumentBytes: 67_108_864,
      streaming: true,
      idleTimeoutMs: 60_000,
      pollIntervalMs: 10_000,
    },
  },
  {
    name: 'the options of another relay',
    file: `
environments:
  e:
    upstream:
      type: switchyard
      baseUrl: https://hub.test
      serverKey: key-of-the-hub
      streaming: false
      idleTimeout: 30s
      pollInterval: 1m
`,
    env: {
      ...hub,
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__SERVER_KEY: 'key-of-the-hub',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__STREAMING: 'false',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__IDLE_TIMEOUT: '30s',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__POLL_INTERVAL: '1m',
    },
    says: ({ environments }) => environments[0]?.upstream,
    expected: {
      type: 'switchyard',
      baseUrl: 'https://hub.test',
      serverKey: 'key-of-the-hub',
      headers: {},
      connectTimeoutMs: 5_000,
      timeoutMs: 10_000,
      maxDocumentBytes: 67_108_864,
      streaming: false,
      idleTimeoutMs: 30_000,
      pollIntervalMs: 60_000,
    },
  },
  {
    name: 'every option of Flagsmith',
    file: `
environments:
  e:
    upstream:
      type: flagsmith
      environmentKey: ser.abc
      baseUrl: http://flagsmith.test:8000/api/v1/
      headers: { X-Tenant: acme }
      proxy: http://user:password@proxy.test:3128
      ca: ${JSON.stringify(certificate)}
      connectTimeout: 250ms
      timeout: 5m
      maxDocumentBytes: 4096
      pollInterval: 1h
      realtime: true
      realtimeUrl: http://realtime.test
      serveDisabledValues: true
`,
    env: {
      ...flagsmith,
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__BASE_URL: 'http://flagsmith.test:8000/api/v1/',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__HEADERS__X_TENANT: 'acme',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__PROXY: 'http://user:password@proxy.test:3128',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__CA: certificate,
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__CONNECT_TIMEOUT: '250ms',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__TIMEOUT: '5m',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__MAX_DOCUMENT_BYTES: '4096',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__POLL_INTERVAL: '1h',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__REALTIME: 'true',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__REALTIME_URL: 'http://realtime.test',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__SERVE_DISABLED_VALUES: 'true',
    },
    says: ({ environments }) => environments[0]?.upstream,
    expected: {
      type: 'flagsmith',
      environmentKey: 'ser.abc',
      baseUrl: 'http://flagsmith.test:8000/api/v1',
      headers: { 'x-tenant': 'acme' },
      proxy: 'http://user:password@proxy.test:3128',
      ca: certificate,
      connectTimeoutMs: 250,
      timeoutMs: 300_000,
      maxDocumentBytes: 4_096,
      pollIntervalMs: 3_600_000,
      realtime: true,
      realtimeUrl: 'http://realtime.test',
      serveDisabledValues: true,
    },
  },
  {
    name: 'every option of a file upstream',
    file: `
environments:
  e:
    upstream:
      type: file
      path: /f
      vendor: cloudbees
      format: yaml
      pollInterval: 2s
      bucketing: legacy
      stickinessAttribute: accountId
      datetimeAttributes: [signedUp]
`,
    env: {
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__TYPE: 'file',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__PATH: '/f',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__VENDOR: 'cloudbees',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__FORMAT: 'yaml',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__POLL_INTERVAL: '2s',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__BUCKETING: 'legacy',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__STICKINESS_ATTRIBUTE: 'accountId',
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__DATETIME_ATTRIBUTES__0: 'signedUp',
    },
    says: ({ environments }) => environments[0]?.upstream,
    expected: {
      type: 'file',
      path: '/f',
      vendor: 'cloudbees',
      format: 'yaml',
      pollIntervalMs: 2_000,
      bucketing: 'legacy',
      stickinessAttribute: 'accountId',
      datetimeAttributes: ['signedUp'],
    },
  },
  {
    name: 'the data plane',
    file: withEnvironment(`
server:
  host: '::'
  port: 0
  maxBodyBytes: 65536
  maxHeaderBytes: 8192
  maxConnections: 0
  maxCacheBytes: 0
  requestTimeout: 20s
  headersTimeout: 5s
  keepAliveTimeout: 2m
  drainTimeout: 500ms
  overload: { maxEventLoopDelay: 0s, ratePerKey: 500, burstPerKey: 50 }
`),
    env: {
      ...oneEnvironment,
      SWITCHYARD_SERVER__HOST: '::',
      SWITCHYARD_SERVER__PORT: '0',
      SWITCHYARD_SERVER__MAX_BODY_BYTES: '65536',
      SWITCHYARD_SERVER__MAX_HEADER_BYTES: '8192',
      SWITCHYARD_SERVER__MAX_CONNECTIONS: '0',
      SWITCHYARD_SERVER__MAX_CACHE_BYTES: '0',
      SWITCHYARD_SERVER__REQUEST_TIMEOUT: '20s',
      SWITCHYARD_SERVER__HEADERS_TIMEOUT: '5s',
      SWITCHYARD_SERVER__KEEP_ALIVE_TIMEOUT: '2m',
      SWITCHYARD_SERVER__DRAIN_TIMEOUT: '500ms',
      SWITCHYARD_SERVER__OVERLOAD__MAX_EVENT_LOOP_DELAY: '0s',
      SWITCHYARD_SERVER__OVERLOAD__RATE_PER_KEY: '500',
      SWITCHYARD_SERVER__OVERLOAD__BURST_PER_KEY: '50',
    },
    says: ({ server: { streams: _streams, ...rest } }) => rest,
    expected: {
      host: '::',
      port: 0,
      allowedAddresses: [],
      trustedProxies: [],
      maxBodyBytes: 65_536,
      maxHeaderBytes: 8_192,
      maxConnections: 0,
      maxCacheBytes: 0,
      requestTimeoutMs: 20_000,
      headersTimeoutMs: 5_000,
      keepAliveTimeoutMs: 120_000,
      drainTimeoutMs: 500,
      freshnessWaitMs: 250,
      overload: { maxEventLoopDelayMs: 0, ratePerKey: 500, burstPerKey: 50 },
    },
  },
  {
    name: 'so many workers',
    file: withEnvironment('workers: 4'),
    env: { ...oneEnvironment, SWITCHYARD_WORKERS: '4' },
    says: ({ workers }) => workers,
    expected: 4,
  },
  {
    name: 'as many workers as there are cores',
    file: withEnvironment('workers: auto'),
    env: { ...oneEnvironment, SWITCHYARD_WORKERS: 'auto' },
    says: ({ workers }) => workers,
    expected: 'auto',
  },
  {
    name: 'reload',
    file: withEnvironment('reload: { onFileChange: false }'),
    env: { ...oneEnvironment, SWITCHYARD_RELOAD__ON_FILE_CHANGE: 'false' },
    says: ({ reload }) => reload,
    expected: { onFileChange: false },
  },
  {
    name: 'streams',
    file: withEnvironment(`
server:
  streamSecret: a-secret-of-all-replicas
  streams:
    advertise: false
    pathPrefix: /flags/v2
    maxPerKey: 10
    max: 20
    heartbeat: 15s
    maxAge: 30m
    pacing: 0ms
    slowReaderTimeout: 500ms
`),
    env: {
      ...oneEnvironment,
      SWITCHYARD_SERVER__STREAM_SECRET: 'a-secret-of-all-replicas',
      SWITCHYARD_SERVER__STREAMS__ADVERTISE: 'false',
      SWITCHYARD_SERVER__STREAMS__PATH_PREFIX: '/flags/v2',
      SWITCHYARD_SERVER__STREAMS__MAX_PER_KEY: '10',
      SWITCHYARD_SERVER__STREAMS__MAX: '20',
      SWITCHYARD_SERVER__STREAMS__HEARTBEAT: '15s',
      SWITCHYARD_SERVER__STREAMS__MAX_AGE: '30m',
      SWITCHYARD_SERVER__STREAMS__PACING: '0ms',
      SWITCHYARD_SERVER__STREAMS__SLOW_READER_TIMEOUT: '500ms',
    },
    says: ({ server: { streamSecret, streams } }) => ({ streamSecret, streams }),
    expected: {
      streamSecret: keyDigest('a-secret-of-all-replicas'),
      streams: {
        advertise: false,
        pathPrefix: '/flags/v2',
        maxPerKey: 10,
        max: 20,
        heartbeatMs: 15_000,
        maxAgeMs: 1_800_000,
        pacingMs: 0,
        slowReaderTimeoutMs: 500,
      },
    },
  },
  {
    name: 'a data plane with keys, which listens for everyone',
    file: withEnvironment(),
    env: oneEnvironment,
    says: ({ server, isKeyless }) => [server.host, isKeyless],
    expected: ['0.0.0.0', false],
  },
  {
    name: 'a data plane without keys that may listen for everyone',
    file: 'environments: { e: { upstream: { type: file, path: /flags.json } } }\nkeyless: { allowNonLoopback: true }',
    env: { ...fileUpstream, SWITCHYARD_KEYLESS__ALLOW_NON_LOOPBACK: 'true' },
    says: ({ server, isKeyless }) => [server.host, isKeyless],
    expected: ['0.0.0.0', true],
  },
  {
    name: 'what is kept, and how old it may be',
    file: withEnvironment(
      `
server: { freshnessWait: 0s }
stateSecret: a-secret-for-what-is-kept
snapshots: { directory: /var/lib/switchyard, keep: 3 }
`,
    ).replace(
      'upstream:',
      'freshness: { staleAfter: 30s, disconnectedAfter: 5m }\n    maxLossPercent: 20\n    upstream:',
    ),
    env: {
      ...oneEnvironment,
      SWITCHYARD_SERVER__FRESHNESS_WAIT: '0s',
      SWITCHYARD_STATE_SECRET: 'a-secret-for-what-is-kept',
      SWITCHYARD_SNAPSHOTS__DIRECTORY: '/var/lib/switchyard',
      SWITCHYARD_SNAPSHOTS__KEEP: '3',
      SWITCHYARD_ENVIRONMENTS__E__FRESHNESS__STALE_AFTER: '30s',
      SWITCHYARD_ENVIRONMENTS__E__FRESHNESS__DISCONNECTED_AFTER: '5m',
      SWITCHYARD_ENVIRONMENTS__E__MAX_LOSS_PERCENT: '20',
    },
    says: ({ server, stateSecret, snapshots, environments: [e] }) => ({
      freshnessWaitMs: server.freshnessWaitMs,
      stateSecret,
      snapshots,
      freshness: e?.freshness,
      maxLossPercent: e?.maxLossPercent,
    }),
    expected: {
      freshnessWaitMs: 0,
      stateSecret: 'a-secret-for-what-is-kept',
      snapshots: { directory: '/var/lib/switchyard', keep: 3 },
      freshness: { staleAfterMs: 30_000, disconnectedAfterMs: 300_000 },
      maxLossPercent: 20,
    },
  },
  {
    name: 'the management plane',
    file: withEnvironment(
      'management: { host: 10.0.0.1, port: 9000, token: t0ken, allowedHosts: [A.example, b.example], allowChanges: true }',
    ),
    env: {
      ...oneEnvironment,
      SWITCHYARD_MANAGEMENT__HOST: '10.0.0.1',
      SWITCHYARD_MANAGEMENT__PORT: '9000',
      SWITCHYARD_MANAGEMENT__TOKEN: 't0ken',
      SWITCHYARD_MANAGEMENT__ALLOWED_HOSTS__0: 'A.example',
      SWITCHYARD_MANAGEMENT__ALLOWED_HOSTS__1: 'b.example',
      SWITCHYARD_MANAGEMENT__ALLOW_CHANGES: 'true',
    },
    says: ({ management }) => management,
    expected: {
      host: '10.0.0.1',
      port: 9_000,
      token: keyDigest('t0ken'),
      allowedHosts: ['a.example', 'b.example'],
      allowedAddresses: [],
      trustedProxies: [],
      allowChanges: true,
    },
  },
  {
    name: 'the shortest tracing',
    file: withEnvironment('tracing: { endpoint: http://collector.test:4318/ }'),
    env: { ...oneEnvironment, SWITCHYARD_TRACING__ENDPOINT: 'http://collector.test:4318/' },
    says: ({ tracing }) => tracing,
    expected: {
      endpoint: 'http://collector.test:4318',
      headers: {},
      serviceName: 'switchyard',
      sampleOneIn: 100,
      evaluationEvents: true,
    },
  },
  {
    name: 'every option of tracing',
    file: withEnvironment(`
tracing:
  endpoint: https://collector.test/otlp
  headers: { X-Tenant: 'shop 1' }
  serviceName: flags
  sampleOneIn: 5
  evaluationEvents: false
`),
    env: {
      ...oneEnvironment,
      SWITCHYARD_TRACING__ENDPOINT: 'https://collector.test/otlp',
      SWITCHYARD_TRACING__HEADERS__X_TENANT: 'shop 1',
      SWITCHYARD_TRACING__SERVICE_NAME: 'flags',
      SWITCHYARD_TRACING__SAMPLE_ONE_IN: '5',
      SWITCHYARD_TRACING__EVALUATION_EVENTS: 'false',
    },
    says: ({ tracing }) => tracing,
    expected: {
      endpoint: 'https://collector.test/otlp',
      headers: { 'x-tenant': 'shop 1' },
      serviceName: 'flags',
      sampleOneIn: 5,
      evaluationEvents: false,
    },
  },
  {
    name: 'the shortest Redis',
    file: withEnvironment("redis: { addresses: ['redis.test:6379'] }"),
    env: { ...oneEnvironment, SWITCHYARD_REDIS__ADDRESSES__0: 'redis.test:6379' },
    says: ({ redis }) => redis,
    expected: {
      mode: 'single',
      addresses: ['redis.test:6379'],
      sentinelName: 'mymaster',
      database: 0,
      tls: false,
      prefix: 'switchyard',
      connectTimeoutMs: 2_000,
      commandTimeoutMs: 1_000,
      leaseMs: 10_000,
    },
  },
  {
    name: 'every option of Redis',
    file: withEnvironment(`
redis:
  mode: sentinel
  addresses: ['one.test:26379', '[::1]:26379']
  sentinelName: flags
  username: switchyard
  password: p w
  sentinelPassword: s
  database: 3
  tls: true
  ca: ${JSON.stringify(certificate)}
  prefix: flags:shop
  connectTimeout: 3s
  commandTimeout: 250ms
  lease: 5s
`),
    env: {
      ...oneEnvironment,
      SWITCHYARD_REDIS__MODE: 'sentinel',
      SWITCHYARD_REDIS__ADDRESSES__0: 'one.test:26379',
      SWITCHYARD_REDIS__ADDRESSES__1: '[::1]:26379',
      SWITCHYARD_REDIS__SENTINEL_NAME: 'flags',
      SWITCHYARD_REDIS__USERNAME: 'switchyard',
      SWITCHYARD_REDIS__PASSWORD: 'p w',
      SWITCHYARD_REDIS__SENTINEL_PASSWORD: 's',
      SWITCHYARD_REDIS__DATABASE: '3',
      SWITCHYARD_REDIS__TLS: 'true',
      SWITCHYARD_REDIS__CA: certificate,
      SWITCHYARD_REDIS__PREFIX: 'flags:shop',
      SWITCHYARD_REDIS__CONNECT_TIMEOUT: '3s',
      SWITCHYARD_REDIS__COMMAND_TIMEOUT: '250ms',
      SWITCHYARD_REDIS__LEASE: '5s',
    },
    says: ({ redis }) => redis,
    expected: {
      mode: 'sentinel',
      addresses: ['one.test:26379', '[::1]:26379'],
      sentinelName: 'flags',
      username: 'switchyard',
      password: 'p w',
      sentinelPassword: 's',
      database: 3,
      tls: true,
      ca: certificate,
      prefix: 'flags:shop',
      connectTimeoutMs: 3_000,
      commandTimeoutMs: 250,
      leaseMs: 5_000,
    },
  },
  {
    name: 'the log',
    file: withEnvironment('log: { level: debug, format: text }'),
    env: { ...oneEnvironment, SWITCHYARD_LOG__LEVEL: 'debug', SWITCHYARD_LOG__FORMAT: 'text' },
    says: ({ log }) => log,
    expected: { level: 'debug', format: 'text' },
  },
  {
    name: 'keys, origins and what readiness asks for',
    file: `
environments:
  e:
    upstream: { type: file, path: /flags.json }
    serverKeys: [s1, { key: s2, validUntil: 2027-01-31T18:00:00+02:00 }]
    clientKeys: [{ key: { fromFile: /run/c1 }, validUntil: '2027-01-31T18:00:00.5Z' }]
    cors: { origins: ['*', 'https://app.example:8443', capacitor://localhost] }
    required: false
`,
    env: {
      ...fileUpstream,
      SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__0: 's1',
      SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__1__KEY: 's2',
      SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__1__VALID_UNTIL: '2027-01-31T18:00:00+02:00',
      SWITCHYARD_ENVIRONMENTS__E__CLIENT_KEYS__0__KEY__FROM_FILE: '/run/c1',
      SWITCHYARD_ENVIRONMENTS__E__CLIENT_KEYS__0__VALID_UNTIL: '2027-01-31T18:00:00.5Z',
      SWITCHYARD_ENVIRONMENTS__E__CORS__ORIGINS__0: '*',
      SWITCHYARD_ENVIRONMENTS__E__CORS__ORIGINS__1: 'https://app.example:8443',
      SWITCHYARD_ENVIRONMENTS__E__CORS__ORIGINS__2: 'capacitor://localhost',
      SWITCHYARD_ENVIRONMENTS__E__REQUIRED: 'false',
    },
    files: { '/run/c1': 'c1' },
    says: ({ environments }) => environments,
    expected: [
      {
        name: 'e',
        upstream: { type: 'file', path: '/flags.json', pollIntervalMs: 1_000 },
        serverKeys: [accessKey('s1'), accessKey('s2', Date.UTC(2027, 0, 31, 16))],
        clientKeys: [accessKey('c1', Date.UTC(2027, 0, 31, 18, 0, 0, 500))],
        cors: { origins: ['*', 'https://app.example:8443', 'capacitor://localhost'] },
        freshness: { staleAfterMs: 0, disconnectedAfterMs: 60_000 },
        required: false,
      },
    ],
  },
  {
    name: 'several environments, whose names have hyphens',
    file: `
environments:
  eu-west: { upstream: { type: file, path: /eu.json }, serverKeys: [eu] }
  us-east-1: { upstream: { type: file, path: /us.json }, clientKeys: [us] }
`,
    env: {
      SWITCHYARD_ENVIRONMENTS__EU_WEST__UPSTREAM__TYPE: 'file',
      SWITCHYARD_ENVIRONMENTS__EU_WEST__UPSTREAM__PATH: '/eu.json',
      SWITCHYARD_ENVIRONMENTS__EU_WEST__SERVER_KEYS__0: 'eu',
      SWITCHYARD_ENVIRONMENTS__US_EAST_1__UPSTREAM__TYPE: 'file',
      SWITCHYARD_ENVIRONMENTS__US_EAST_1__UPSTREAM__PATH: '/us.json',
      SWITCHYARD_ENVIRONMENTS__US_EAST_1__CLIENT_KEYS__0: 'us',
    },
    says: ({ environments }) => environments.map(({ name }) => name),
    expected: ['eu-west', 'us-east-1'],
  },
  {
    name: 'secrets from variables and from files',
    file: withEnvironment(`    clientKeys: ['web-\${SUFFIX}', { fromFile: /run/key }, '$\${SUFFIX}', '$\${']`),
    env: {
      ...oneEnvironment,
      SWITCHYARD_ENVIRONMENTS__E__CLIENT_KEYS__0: 'web-${SUFFIX}',
      SWITCHYARD_ENVIRONMENTS__E__CLIENT_KEYS__1__FROM_FILE: '/run/key',
      SWITCHYARD_ENVIRONMENTS__E__CLIENT_KEYS__2: '$${SUFFIX}',
      SWITCHYARD_ENVIRONMENTS__E__CLIENT_KEYS__3: '$${',
    },
    files: { '/run/key': 'from-a-file\n' },
    says: ({ environments }) => environments[0]?.clientKeys,
    expected: ['web-a1', 'from-a-file', '${SUFFIX}', '${'].map((key) => accessKey(key)),
  },
]

describe('a file and environment variables', () => {
  it.each(rows)('configure alike: $name', async ({ file, env, files, says, expected }) => {
    const others = { SUFFIX: 'a1' }
    const shared: Sources = files ? { files } : {}
    const fromFile = await load({ ...shared, file, env: others })
    const fromVariables = await load({ ...shared, env: { ...env, ...others } })
    expect(fromFile).toMatchObject({ ok: true })
    expect(fromVariables).toEqual(fromFile)
    if (fromFile.ok) expect(says(fromFile.configuration)).toEqual(expected)
  })

  it('are compared for every setting', () => {
    const documented = [...configurationPage().matchAll(/^\| `\S+` \| `(SWITCHYARD_\S+)` \|/gm)].map(
      ([, variable = '']) => variable,
    )
    const compared = new Set(
      rows.flatMap(({ env }) => Object.keys(env)).map((name) => name.replace(/__FROM_FILE$/, '')),
    )
    const nameOf = (variable: string): string =>
      variable.replace('HEADERS__<NAME>', 'HEADERS__X_TENANT').replace('<NAME>', 'E')
    expect(documented.length).toBeGreaterThan(30)
    expect(documented.map(nameOf).filter((variable) => !compared.has(variable))).toEqual([])
  })

  it.each(rows)('configure alike when the file is JSON: $name', async ({ file, files = {} }) => {
    const { parse } = await import('yaml')
    const env = { SUFFIX: 'a1' }
    const asJson = JSON.stringify(parse(file), null, '\t')
    expect(await load({ file: asJson, env, files })).toEqual(await load({ file, env, files }))
  })
})

describe('variables over a file', () => {
  async function loadOver(file: string, env: Readonly<Record<string, string>>): Promise<Configuration> {
    const loaded = await load({ file, env })
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
    return loaded.configuration
  }

  it('replace one setting and leave the others', async () => {
    const { server } = await loadOver(withEnvironment('server: { port: 1000, host: 10.0.0.1 }'), {
      SWITCHYARD_SERVER__PORT: '2000',
    })
    expect(server).toMatchObject({ host: '10.0.0.1', port: 2000 })
  })

  it('replace one item of a list', async () => {
    const { management } = await loadOver(withEnvironment('management: { allowedHosts: [a, b] }'), {
      SWITCHYARD_MANAGEMENT__ALLOWED_HOSTS__1: 'c',
    })
    expect(management.allowedHosts).toEqual(['a', 'c'])
  })

  it('replace a secret however either of them writes it', async () => {
    const text =
      'environments: { e: { upstream: { type: file, path: /f }, serverKeys: [{ fromFile: /none }, in-the-file] } }'
    const loaded = await load({
      file: text,
      files: { '/run/key': 'from-run-key' },
      env: {
        SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__0: 'direct',
        SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__1__FROM_FILE: '/run/key',
      },
    })
    expect(loaded).toMatchObject({
      configuration: { environments: [{ serverKeys: [accessKey('direct'), accessKey('from-run-key')] }] },
    })
  })

  it('give a key of the file a date, or another key', async () => {
    const text =
      'environments: { e: { upstream: { type: file, path: /f }, serverKeys: [one, { fromFile: /two }, three] } }'
    const loaded = await load({
      file: text,
      files: { '/two': 'two' },
      env: {
        SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__0__VALID_UNTIL: '2027-01-01T00:00:00Z',
        SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__1__VALID_UNTIL: '2027-01-01T00:00:00Z',
        SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__2__KEY: 'third',
        SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__2__VALID_UNTIL: '2027-01-01T00:00:00Z',
      },
    })
    const serverKeys = ['one', 'two', 'third'].map((key) => accessKey(key, Date.UTC(2027, 0, 1)))
    expect(loaded).toMatchObject({ configuration: { environments: [{ serverKeys }] } })
  })

  it('find header names whatever their case in the file', async () => {
    const file = `environments: { e: { upstream: { type: flagsmith, environmentKey: k, headers: { X-Tenant: a } } } }`
    const { environments } = await loadOver(file, { SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__HEADERS__X_TENANT: 'b' })
    expect(environments[0]?.upstream).toMatchObject({ headers: { 'x-tenant': 'b' } })
  })

  it('add an environment behind those of the file', async () => {
    const { environments } = await loadOver(withEnvironment(), {
      SWITCHYARD_ENVIRONMENTS__A__UPSTREAM__TYPE: 'file',
      SWITCHYARD_ENVIRONMENTS__A__UPSTREAM__PATH: '/a.json',
      SWITCHYARD_ENVIRONMENTS__A__SERVER_KEYS__0: 'key-of-a',
    })
    expect(environments.map(({ name }) => name)).toEqual(['e', 'a'])
  })

  it('count as not set when they are empty', async () => {
    const { server } = await loadOver(withEnvironment('server: { port: 1000 }'), { SWITCHYARD_SERVER__PORT: '' })
    expect(server.port).toBe(1000)
  })

  it('are told from those that Kubernetes makes for a service of that name', async () => {
    const { server } = await loadOver(withEnvironment(), {
      SWITCHYARD_SERVICE_HOST: '10.3.0.1',
      SWITCHYARD_SERVICE_PORT: '8080',
      SWITCHYARD_SERVICE_PORT_HTTP: '8080',
      SWITCHYARD_PORT: 'tcp://10.3.0.1:8080',
      SWITCHYARD_PORT_8080_TCP: 'tcp://10.3.0.1:8080',
      SWITCHYARD_PORT_8080_TCP_ADDR: '10.3.0.1',
      SWITCHYARD_PORT_8080_TCP_PORT: '8080',
      SWITCHYARD_PORT_8080_TCP_PROTO: 'tcp',
      SWITCHYARD_SERVER_PORT: 'tcp://10.3.0.1:8080',
      SWITCHYARD_SERVER_SERVICE_HOST: '10.3.0.1',
    })
    expect(server.port).toBe(8080)
  })
})

describe('the configuration file', () => {
  it('is named by SWITCHYARD_CONFIG', async () => {
    const loaded = await load({
      env: { SWITCHYARD_CONFIG: '/elsewhere.yaml' },
      files: { '/elsewhere.yaml': withEnvironment() },
    })
    expect(loaded).toMatchObject({ ok: true, configuration: { environments: [{ name: 'e' }] } })
  })

  it('may use anchors and aliases', async () => {
    const file = `
environments:
  a: { upstream: &flags { type: file, path: /flags.json }, serverKeys: [a] }
  b: { upstream: *flags, serverKeys: [b] }
`
    const upstream = { type: 'file', path: '/flags.json' }
    expect(await load({ file })).toMatchObject({ configuration: { environments: [{ upstream }, { upstream }] } })
  })

  it('may begin with a byte order mark and have Windows line ends', async () => {
    const file = `\u{FEFF}${withEnvironment('server: { port: 1000 }\n').replaceAll('\n', '\r\n')}`
    expect(await load({ file })).toMatchObject({ configuration: { server: { port: 1000 } } })
  })

  it('names other files from where it is, variables name them from the working directory', async () => {
    const file =
      'environments: { e: { upstream: { type: file, path: flags/all.json }, serverKeys: [{ fromFile: ../key }] } }'
    const files = { '/etc/key': 'from-etc-key', key: 'from-the-working-directory' }
    const beside = { upstream: { path: '/etc/switchyard/flags/all.json' }, serverKeys: [accessKey('from-etc-key')] }
    expect(await load({ file, files })).toMatchObject({ configuration: { environments: [beside] } })
    const env = {
      SWITCHYARD_ENVIRONMENTS__E__UPSTREAM__PATH: 'all.json',
      SWITCHYARD_ENVIRONMENTS__E__SERVER_KEYS__0__FROM_FILE: 'key',
    }
    const working = { upstream: { path: 'all.json' }, serverKeys: [accessKey('from-the-working-directory')] }
    expect(await load({ file, env, files })).toMatchObject({ configuration: { environments: [working] } })
  })
})
