/** Flagsmith's Edge Proxy, the environment document that it reads, and its evaluation of all flags for an identity. */
import { flagSet, suffix, values } from '../flags.mjs'

const serverKey = 'ser.secret'
const clientKey = 'client-key'
const updatedAt = '2026-01-01T00:00:00+00:00'

/** What Flagsmith's API gives out. It has no "ends with": one segment of those whose address contains the text has all overrides. */
function flagsmithDocument(size, first) {
  const flags = flagSet(size, first).map((flag, index) => ({ ...flag, id: index + 1 }))
  const targeted = flags.filter(({ kind }) => kind === 'targeted')
  const rule = { operator: 'CONTAINS', property_: 'email', value: suffix }
  const segment = {
    id: 1,
    name: 'corp',
    rules: [{ type: 'ALL', conditions: [], rules: [{ type: 'ANY', conditions: [rule], rules: [] }] }],
    feature_states: targeted.map((flag) => stateOf(flag, values.blue)),
  }
  return {
    id: 1,
    api_key: clientKey,
    name: 'bench',
    updated_at: updatedAt,
    project: {
      id: 1,
      name: 'bench',
      hide_disabled_flags: false,
      server_key_only_feature_ids: [],
      organisation: {
        id: 1,
        name: 'bench',
        feature_analytics: false,
        stop_serving_flags: false,
        persist_trait_data: false,
      },
      segments: [segment],
    },
    feature_states: flags.map((flag) => stateOf(flag, values[flag.base])),
    identity_overrides: [],
  }
}

function stateOf({ key: name, kind, id }, value) {
  const half = { id, multivariate_feature_option: { id, value: values.blue }, percentage_allocation: 50 }
  return {
    featurestate_uuid: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    django_id: id,
    enabled: true,
    feature_state_value: value,
    feature_segment: null,
    feature: { id, name, type: kind === 'split' ? 'MULTIVARIATE' : 'STANDARD' },
    multivariate_feature_state_values: kind === 'split' ? [half] : [],
  }
}

/** Flagsmith's API as far as the proxy asks it. */
function flagsmithServer(state) {
  return (request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(state.document)
}

const traits = [
  { trait_key: 'email', trait_value: 'u{user}@corp.example' },
  { trait_key: 'plan', trait_value: 'gold' },
  { trait_key: 'country', trait_value: 'CH' },
]

export const flagsmith = {
  name: 'flagsmith-edge-proxy',
  title: 'Flagsmith Edge Proxy',
  version: '',
  build: '',
  upstream: flagsmithServer,
  files: (size, first) => ({
    'flags.json': flagsmithDocument(size, first),
    'config.json': `{
  "environment_key_pairs": [{ "server_side_key": "${serverKey}", "client_side_key": "${clientKey}" }],
  "api_url": "{upstream}/api/v1",
  "api_poll_frequency_seconds": 1,
  "logging": { "log_level": "ERROR" },
  "server": { "host": "127.0.0.1", "port": {port} }
}`,
  }),
  env: { CONFIG_PATH: '{folder}/config.json' },
  heard: 'its server, polled each second',
  cases: {
    bulk: {
      request: {
        method: 'POST',
        path: '/api/v1/identities/',
        headers: { 'content-type': 'application/json', 'x-environment-key': clientKey },
        body: JSON.stringify({ identifier: 'user-{user}', traits }),
      },
      values: ({ flags }) => new Map(flags.map(({ feature, feature_state_value: value }) => [feature.name, value])),
    },
    raw: {
      request: { method: 'GET', path: '/api/v1/environment-document', headers: { 'x-environment-key': serverKey } },
      keys: ({ feature_states: states }) => states.map(({ feature }) => feature.name),
    },
  },
}
