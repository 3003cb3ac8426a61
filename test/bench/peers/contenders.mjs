/**
 * Who takes part: for each, its pinned version, where it comes from, how it is started, what is asked of it and how its answers are
 * read. A contender is started with one document on a port of 127.0.0.1. Any of them but the first two can be given as
 * `PEER_<NAME>_CMD`, with `{port}`, `{managementPort}`, `{folder}` and `{upstream}` where those stand, and
 * `PEER_<NAME>_VERSION`.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { flagdDocument, goffDocument, unleashDocument } from './documents.mjs'
import { ofrep, ofrepBulkValues, ofrepSingleValues, unleashFrontend, unleashValues } from './requests.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const cache = join(root, '.cache', 'peers')
const single = (key) => ofrep(`/ofrep/v1/evaluate/flags/${key}`)
const ofrepCases = {
  bulk: { request: ofrep(), values: ofrepBulkValues },
  single: { request: single, values: ofrepSingleValues },
}
const unleashToken = 'default:development.secret'
const unleashKey = 'clientkey1'

/** @param {string} path of the API for front ends */
const unleashCases = (path, key) => ({ bulk: { request: unleashFrontend(path, key), values: unleashValues } })

/** The relay under test. */
export const switchyard = {
  name: 'switchyard',
  title: 'Switchyard',
  version: 'this commit',
  build: 'npm run build',
  files: (size) => ({ 'flags.json': flagdDocument(size) }),
  command: `${process.execPath} ${join(root, 'relay/bin/switchyard.js')} serve`,
  env: {
    SWITCHYARD_SERVER__PORT: '{port}',
    SWITCHYARD_MANAGEMENT__PORT: '{managementPort}',
    SWITCHYARD_LOG__LEVEL: 'error',
    SWITCHYARD_ENVIRONMENTS__BENCH__UPSTREAM__TYPE: 'file',
    SWITCHYARD_ENVIRONMENTS__BENCH__UPSTREAM__PATH: '{folder}/flags.json',
  },
  cases: {
    ...ofrepCases,
    notModified: { request: (etag) => ofrep(undefined, { 'if-none-match': etag }) },
    raw: { request: { method: 'GET', path: '/switchyard/v1/ruleset', headers: {} } },
  },
}

/**
 * Peers in the order of the report. Of the last two no package registry has a server, and what is asked of them has not been written:
 * they are named so that nobody takes them for measured.
 */
export const peers = [
  {
    name: 'flagd',
    title: 'flagd',
    version: '0.16.1',
    build: 'Go module github.com/open-feature/flagd/flagd',
    registry: 'go',
    module: 'github.com/open-feature/flagd/flagd',
    main: '',
    files: (size) => ({ 'flags.json': flagdDocument(size) }),
    command: `${join(cache, 'flagd/bin/flagd')} start --uri file:{folder}/flags.json --port 0 --sync-port 0 --management-port {managementPort} --ofrep-port {port}`,
    cases: ofrepCases,
  },
  {
    name: 'goff',
    title: 'GO Feature Flag relay',
    version: '1.55.2',
    build: 'Go module github.com/thomaspoignant/go-feature-flag',
    registry: 'go',
    module: 'github.com/thomaspoignant/go-feature-flag',
    main: '/cmd/relayproxy',
    files: (size) => ({
      'flags.json': goffDocument(size),
      'proxy.yaml': `server: { mode: http, host: 127.0.0.1, port: {port} }
pollingInterval: 1000
startWithRetrieverError: false
logLevel: error
fileFormat: json
retrievers: [{ kind: file, path: "{folder}/flags.json" }]
`,
    }),
    command: `${join(cache, 'goff/bin/goff')} --config {folder}/proxy.yaml`,
    cases: ofrepCases,
  },
  {
    name: 'unleash-edge',
    title: 'Unleash Edge',
    version: '19.15.1',
    build: 'crate unleash-edge, release profile, without its default features (S3)',
    registry: 'cargo',
    module: 'unleash-edge',
    swaggerUi: '5.17.14',
    files: (size) => ({ 'flags.json': unleashDocument(size) }),
    command: `${join(cache, 'unleash-edge/bin/unleash-edge')} --interface 127.0.0.1 --port {port} --workers 1 offline --bootstrap-file {folder}/flags.json --client-tokens ${unleashToken} --frontend-tokens ${unleashToken}`,
    cases: unleashCases('/api/frontend', unleashToken),
  },
  {
    name: 'unleash-proxy',
    title: 'unleash-proxy',
    version: '1.4.19',
    build: 'npm package @unleash/proxy',
    registry: 'npm',
    module: '@unleash/proxy',
    upstream: 'unleash',
    files: (size) => ({ 'flags.json': unleashDocument(size) }),
    command: `${process.execPath} ${join(root, 'test/bench/peers/unleash-proxy.cjs')} ${join(cache, 'unleash-proxy')}`,
    env: {
      UNLEASH_URL: '{upstream}/api',
      UNLEASH_API_TOKEN: '*:development.secret',
      UNLEASH_PROXY_CLIENT_KEYS: unleashKey,
      PORT: '{port}',
      // The SDK keeps a copy of the features here, and would begin with the last document.
      TMPDIR: '{folder}',
    },
    cases: unleashCases('/proxy', unleashKey),
  },
  { name: 'growthbook-proxy', title: 'GrowthBook proxy', version: '', build: '' },
  { name: 'flagsmith-edge-proxy', title: 'Flagsmith Edge Proxy', version: '', build: '' },
]

/** Where installed peers are. */
export const peersFolder = cache

/** The peer as it is given by the environment, or as it is. */
export function withGivenCommand(peer, env = process.env) {
  const variable = `PEER_${peer.name.toUpperCase().replaceAll('-', '_')}`
  const command = env[`${variable}_CMD`]
  if (command === undefined || peer.cases === undefined) return { ...peer, variable }
  return {
    ...peer,
    command,
    isGiven: true,
    version: env[`${variable}_VERSION`] ?? 'not told',
    build: `${variable}_CMD`,
  }
}
