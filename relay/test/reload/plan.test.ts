import { describe, expect, it } from 'vitest'
import type { Configuration } from '../../src/config/configuration.js'
import { loadConfiguration } from '../../src/config/load-configuration.js'
import { nodeAt } from '../../src/config/schema-node.js'
import { needsRestart, planReload } from '../../src/reload/plan.js'
import { createAuthority, type Pair } from '../transport/certificates.js'

const shop = {
  ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
  ENVIRONMENTS__SHOP__UPSTREAM__PATH: '/flags.json',
  ENVIRONMENTS__SHOP__SERVER_KEYS__0: 'shop-key',
}
const blog = {
  ENVIRONMENTS__BLOG__UPSTREAM__TYPE: 'file',
  ENVIRONMENTS__BLOG__UPSTREAM__PATH: '/blog.json',
  ENVIRONMENTS__BLOG__SERVER_KEYS__0: 'blog-key',
}

/** @param settings what follows `SWITCHYARD_` */
async function configured(settings: Record<string, string>): Promise<Configuration> {
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`SWITCHYARD_${name}`, value]))
  const loaded = await loadConfiguration({ env, readFile: async () => '' })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  return loaded.configuration
}

describe('the plan of a reload', () => {
  it('does nothing where nothing has changed', async () => {
    const [before, after] = [await configured({ ...shop, ...blog }), await configured({ ...shop, ...blog })]
    expect(planReload(before, after)).toEqual({ added: [], removed: [], changed: [], settings: [] })
    expect(needsRestart(before, after)).toEqual([])
  })

  it('names environments that come and go', async () => {
    const [before, after] = [await configured(shop), await configured(blog)]
    const { added, removed, changed } = planReload(before, after)
    expect([added, removed, changed].map((each) => each.length)).toEqual([1, 1, 0])
    expect([added[0]?.name, removed[0]?.name]).toEqual(['blog', 'shop'])
  })

  it.each([
    ['a key', { ENVIRONMENTS__SHOP__SERVER_KEYS__1: 'another' }, false],
    ['an origin', { ENVIRONMENTS__SHOP__CORS__ORIGINS__0: 'https://app.example' }, false],
    ['how long an upstream may fail', { ENVIRONMENTS__SHOP__FRESHNESS__STALE_AFTER: '5s' }, false],
    ['whether it is awaited', { ENVIRONMENTS__SHOP__REQUIRED: 'false' }, false],
    ['the path of its file', { ENVIRONMENTS__SHOP__UPSTREAM__PATH: '/others.json' }, true],
    ['how often it is looked at', { ENVIRONMENTS__SHOP__UPSTREAM__POLL_INTERVAL: '7s' }, true],
  ])('tells whether the upstream is another one when %s changes', async (_, change, isUpstreamChanged) => {
    const [before, after] = [await configured(shop), await configured({ ...shop, ...change })]
    expect(planReload(before, after)).toMatchObject({
      added: [],
      removed: [],
      changed: [{ after: { name: 'shop' }, isUpstreamChanged }],
    })
  })

  it.each([
    ['MANAGEMENT__TOKEN', 'a-token', 'management.token'],
    ['MANAGEMENT__ALLOWED_HOSTS__0', 'relay.example', 'management.allowedHosts'],
    ['MANAGEMENT__ALLOW_CHANGES', 'true', 'management.allowChanges'],
    ['SERVER__STREAM_SECRET', 'a-secret-of-some-length', 'server.streamSecret'],
    ['SERVER__ALLOWED_ADDRESSES__0', '10.0.0.0/8', 'server.allowedAddresses'],
    ['SERVER__TRUSTED_PROXIES__0', '10.0.0.1', 'server.trustedProxies'],
    ['MANAGEMENT__ALLOWED_ADDRESSES__0', '10.0.0.0/8', 'management.allowedAddresses'],
    ['MANAGEMENT__TRUSTED_PROXIES__0', '10.0.0.1', 'management.trustedProxies'],
  ])('takes %s at once', async (variable, value, path) => {
    const [before, after] = [await configured(shop), await configured({ ...shop, [variable]: value })]
    expect([planReload(before, after).settings, needsRestart(before, after)]).toEqual([[path], []])
  })

  it.each([
    ['SERVER__PORT', '8090', 'server.port'],
    ['SERVER__HOST', '127.0.0.1', 'server.host'],
    ['SERVER__REQUEST_TIMEOUT', '40s', 'server.requestTimeout'],
    ['SERVER__STREAMS__HEARTBEAT', '9s', 'server.streams.heartbeat'],
    ['MANAGEMENT__PORT', '8091', 'management.port'],
    ['LOG__LEVEL', 'debug', 'log.level'],
    ['STATE_SECRET', 'a-secret-of-some-length', 'stateSecret'],
    ['SNAPSHOTS__DIRECTORY', '/kept', 'snapshots.directory'],
    ['REDIS__ADDRESSES__0', 'redis:6379', 'redis'],
    ['TRACING__ENDPOINT', 'http://collector:4318', 'tracing'],
    ['RELOAD__ON_FILE_CHANGE', 'false', 'reload.onFileChange'],
  ])('says that %s needs a restart, by the name it is written with', async (variable, value, path) => {
    const [before, after] = [await configured(shop), await configured({ ...shop, [variable]: value })]
    expect([planReload(before, after).settings, needsRestart(before, after)]).toEqual([[], [path]])
    expect(nodeAt(path.split('.'), {})).toBeDefined()
  })
})

describe('certificates', () => {
  const authority = createAuthority()
  const [first, second] = [authority.issue('first'), authority.issue('second')]
  const tlsOf = (plane: string, { certificate, key }: Pair, more: Record<string, string> = {}) => ({
    ...shop,
    [`${plane}__TLS__CERTIFICATE`]: certificate,
    [`${plane}__TLS__KEY`]: key,
    ...more,
  })

  it.each(['SERVER', 'MANAGEMENT'])('are renewed at once (%s)', async (plane) => {
    const [before, after] = [await configured(tlsOf(plane, first)), await configured(tlsOf(plane, second))]
    const paths = ['certificate', 'key'].map((name) => `${plane.toLowerCase()}.tls.${name}`)
    expect([planReload(before, after).settings, needsRestart(before, after)]).toEqual([paths, []])
  })

  it.each(['SERVER', 'MANAGEMENT'])('need a restart to come and to be asked for (%s)', async (plane) => {
    const mutual = {
      [`${plane}__TLS__CLIENT_CA`]: first.certificate,
      [`${plane}__TLS__CLIENT_CERTIFICATE`]: 'required',
    }
    const [none, plain] = [await configured(shop), await configured(tlsOf(plane, first))]
    const asking = await configured(tlsOf(plane, first, mutual))
    expect(needsRestart(none, plain)).toEqual([`${plane.toLowerCase()}.tls`])
    expect(needsRestart(plain, none)).toEqual([`${plane.toLowerCase()}.tls`])
    expect(needsRestart(plain, asking)).toEqual([`${plane.toLowerCase()}.tls.clientCertificate`])
  })
})
