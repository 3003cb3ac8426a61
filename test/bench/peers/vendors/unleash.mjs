/** Unleash Edge and the older unleash-proxy, what their server tells them, and the API that they have for front ends. */
import { join } from 'node:path'
import { flagSet, suffix, values } from '../flags.mjs'
import { peersFolder, root } from '../folders.mjs'

/** What the server gives out. Every feature is on for everybody; its value is the payload of its variant. */
function unleashDocument(size, first) {
  const features = flagSet(size, first).map((flag) => ({
    name: flag.key,
    type: 'release',
    enabled: true,
    project: 'default',
    impressionData: false,
    strategies: strategiesOf(flag),
    variants: [],
  }))
  return { version: 2, features, segments: [] }
}

function strategiesOf({ key, kind, base }) {
  const variant = (of, weight) => ({
    name: of,
    weight,
    weightType: 'variable',
    stickiness: 'userId',
    payload: { type: 'string', value: values[of] },
  })
  const strategy = (variants, constraints = []) => ({
    name: 'flexibleRollout',
    parameters: { rollout: '100', stickiness: 'userId', groupId: key },
    constraints,
    variants,
  })
  const ofCorp = {
    contextName: 'email',
    operator: 'STR_ENDS_WITH',
    values: [suffix],
    inverted: false,
    caseInsensitive: false,
  }
  if (kind === 'static') return [strategy([variant(base, 1_000)])]
  if (kind === 'split') return [strategy([variant('red', 500), variant('blue', 500)])]
  return [strategy([variant('blue', 1_000)], [ofCorp]), strategy([variant(base, 1_000)])]
}

const clientToken = 'default:development.server'
const frontendToken = 'default:development.frontend'
const proxyKey = 'clientkey1'

const files = (size, first) => ({ 'flags.json': unleashDocument(size, first) })

/** The request for all toggles of a user, as Unleash's front-end SDKs send it. */
function frontend(path, key, headers = {}) {
  const query =
    'userId=user-{user}&properties%5Bemail%5D=u{user}%40corp.example&properties%5Bplan%5D=gold&properties%5Bcountry%5D=CH'
  return { method: 'GET', path: `${path}?${query}`, headers: { authorization: key, ...headers } }
}

const toggles = (answer) => new Map(answer.toggles.map(({ name, variant }) => [name, variant.payload?.value]))

/** @param {string} path of the API for front ends */
const frontendCases = (path, key) => ({
  bulk: { request: frontend(path, key), values: toggles },
  notModified: { request: (etag) => frontend(path, key, { 'if-none-match': etag }) },
})

/** Unleash's server as far as its proxies ask it. */
function unleashServer(state) {
  return (request, response) => {
    const json = { 'content-type': 'application/json' }
    if (request.url === '/edge/validate') {
      const token = { token: clientToken, type: 'client', projects: ['default'], environment: 'development' }
      return response.writeHead(200, json).end(JSON.stringify({ tokens: [token] }))
    }
    if (request.url === '/api/client/streaming') return stream(state, response)
    if (request.method === 'POST') return response.writeHead(202).end()
    if (request.headers['if-none-match'] === state.etag) return response.writeHead(304, { etag: state.etag }).end()
    response.writeHead(200, { ...json, etag: state.etag }).end(state.document)
  }
}

/** All features first, then the first one whenever it changes. */
function stream(state, response) {
  const write = (name, type, content) => {
    const events = [{ type, eventId: state.revision, ...content }]
    response.write(`event: ${name}\nid: ${state.revision}\ndata: ${JSON.stringify({ events })}\n\n`)
  }
  const { features, segments } = JSON.parse(state.document)
  const tell = () => write('unleash-updated', 'feature-updated', { feature: JSON.parse(state.document).features[0] })
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  write('unleash-connected', 'hydration', { features, segments })
  state.changes.on('change', tell)
  response.on('close', () => state.changes.off('change', tell))
}

const edge = join(peersFolder, 'unleash-edge/bin/unleash-edge')
const edgeCommand = `${edge} --interface 127.0.0.1 --port {port} --workers 1 edge --strict --upstream-url {upstream} --tokens ${clientToken} --pretrusted-tokens ${frontendToken} --features-refresh-interval-seconds 1`

export const unleashEdge = {
  name: 'unleash-edge',
  title: 'Unleash Edge',
  version: '19.15.1',
  build: 'crate unleash-edge, release profile, without its default features (S3)',
  registry: 'cargo',
  module: 'unleash-edge',
  swaggerUi: '5.17.14',
  upstream: unleashServer,
  files,
  command: edgeCommand,
  heard: 'its server, polled each second',
  stream: {
    // It has streams for its clients while it has one of its server, which its documentation calls an experiment.
    more: '--streaming --delta',
    heard: "its server's stream",
    request: { method: 'GET', path: '/api/client/streaming', headers: { authorization: clientToken } },
    until: 'unleash-connected',
    news: 'unleash-updated',
  },
  cases: {
    ...frontendCases('/api/frontend', frontendToken),
    raw: {
      request: { method: 'GET', path: '/api/client/features', headers: { authorization: clientToken } },
      keys: ({ features }) => features.map(({ name }) => name),
    },
  },
}

export const unleashProxy = {
  name: 'unleash-proxy',
  title: 'unleash-proxy',
  version: '1.4.19',
  build: 'npm package @unleash/proxy',
  registry: 'npm',
  module: '@unleash/proxy',
  upstream: unleashServer,
  files,
  command: `${process.execPath} ${join(root, 'test/bench/peers/vendors/unleash-proxy.cjs')} ${join(peersFolder, 'unleash-proxy')}`,
  env: {
    UNLEASH_URL: '{upstream}/api',
    UNLEASH_API_TOKEN: '*:development.secret',
    UNLEASH_PROXY_CLIENT_KEYS: proxyKey,
    UNLEASH_FETCH_INTERVAL: '1000',
    PORT: '{port}',
    // The SDK keeps a copy of the features here, and would begin with the last document.
    TMPDIR: '{folder}',
  },
  heard: 'its server, polled each second',
  cases: frontendCases('/proxy', proxyKey),
}
