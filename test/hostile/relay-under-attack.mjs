/** A relay in a process of its own with everything in it that must not get out, and a reader of its log. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startNodeWithChannel, stop } from '../bench/processes.mjs'
import { documents } from '../fuzz/documents/documents.mjs'

/** Never in a log line, and never in an answer to a request that did not bring it itself. */
export const secrets = {
  serverKey: 'server-key-7f3a9c51e2d84b60',
  clientKey: 'client-key-2b8e61f09ad34c75',
  expiredKey: 'server-key-of-the-past-9d4e70b1',
  logicKey: 'server-key-of-logic-40ce82a9b1',
  waitingKey: 'server-key-of-nothing-5d07c3',
  upstreamKey: 'ser.upstream-key-91d4b7e2f6a8',
  token: 'management-token-c4e8a1f7b390',
  streamSecret: 'stream-secret-6a2f8d10b7e4c953',
  stateSecret: 'state-secret-e1b49f7720cd86a5',
}

/** What a request brings of its user: never in a log line, and never in the answer to another one. */
export const privateText = 'private-person-0f6e2b94'

/** Begins names that a client key never sees: of a flag for servers, of a segment, of somebody else. */
export const serverOnly = ['flag-of-servers-a81c', 'segment-of-rules-77d0', 'identity-of-another-3be9']

/** @param {string[]} args of node, before the command */
export async function startRelayUnderAttack(args = []) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-hostile-'))
  writeFileSync(join(folder, 'logic.json'), JSON.stringify(documents.flagd[0]))
  writeFileSync(join(folder, 'shop.json'), JSON.stringify(documentWithSecrets()))
  const child = startNodeWithChannel([...args, 'relay/bin/switchyard.js', 'serve'], settings(folder))
  /** @type {string[]} */
  const log = []
  const lines = createInterface({ input: child.stdout })
  const started = new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the relay ended with ${code} before it listened`)))
    lines.on('line', (line) => {
      log.push(line)
      if (line.includes('"dataUrl"')) resolve(JSON.parse(line))
    })
  })
  const { dataUrl, managementUrl } = await started
  while (!(await fetch(`${managementUrl}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 20))
  return {
    child,
    log,
    folder,
    data: Number(new URL(dataUrl).port),
    management: Number(new URL(managementUrl).port),
    stop: async () => {
      await stop(child)
      rmSync(folder, { recursive: true })
    },
  }
}

/** Flagsmith's sample, with names that a client must never see. */
function documentWithSecrets() {
  const [flagOfServers, segmentName, identifier] = serverOnly
  const { project, feature_states, identity_overrides, ...rest } = structuredClone(documents.flagsmith[0])
  const [first] = feature_states
  const ofServers = { ...first, feature: { ...first.feature, id: 1_000, name: flagOfServers } }
  return {
    ...rest,
    feature_states: [...feature_states, ofServers],
    identity_overrides: identity_overrides.map((each, index) => ({ ...each, identifier: `${identifier}-${index}` })),
    project: {
      ...project,
      server_key_only_feature_ids: [1_000],
      segments: project.segments.map((each) => ({ ...each, name: `${segmentName} ${each.name}` })),
    },
  }
}

function settings(folder) {
  const variables = {
    LOG__LEVEL: 'debug',
    LOG__FORMAT: 'json',
    STATE_SECRET: secrets.stateSecret,
    SNAPSHOTS__DIRECTORY: join(folder, 'snapshots'),
    SERVER__HOST: '127.0.0.1',
    SERVER__PORT: '0',
    SERVER__REQUEST_TIMEOUT: '2s',
    SERVER__HEADERS_TIMEOUT: '2s',
    SERVER__STREAM_SECRET: secrets.streamSecret,
    MANAGEMENT__PORT: '0',
    MANAGEMENT__TOKEN: secrets.token,
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__SHOP__UPSTREAM__PATH: join(folder, 'shop.json'),
    ENVIRONMENTS__SHOP__SERVER_KEYS__0: secrets.serverKey,
    ENVIRONMENTS__SHOP__SERVER_KEYS__1__KEY: secrets.expiredKey,
    ENVIRONMENTS__SHOP__SERVER_KEYS__1__VALID_UNTIL: '2020-01-01T00:00:00Z',
    ENVIRONMENTS__SHOP__CLIENT_KEYS__0__KEY: secrets.clientKey,
    ENVIRONMENTS__SHOP__CLIENT_KEYS__0__VALID_UNTIL: '2999-01-01T00:00:00Z',
    ENVIRONMENTS__LOGIC__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__LOGIC__UPSTREAM__PATH: join(folder, 'logic.json'),
    ENVIRONMENTS__LOGIC__SERVER_KEYS__0: secrets.logicKey,
    // Nobody listens there: each look fails, and is logged.
    ENVIRONMENTS__BLOG__UPSTREAM__TYPE: 'flagsmith',
    ENVIRONMENTS__BLOG__UPSTREAM__ENVIRONMENT_KEY: secrets.upstreamKey,
    ENVIRONMENTS__BLOG__UPSTREAM__BASE_URL: 'http://127.0.0.1:9/api/v1',
    ENVIRONMENTS__BLOG__SERVER_KEYS__0: secrets.waitingKey,
    ENVIRONMENTS__BLOG__REQUIRED: 'false',
  }
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [`SWITCHYARD_${name}`, value]))
}
