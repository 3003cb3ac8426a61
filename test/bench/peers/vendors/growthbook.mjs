/** GrowthBook's proxy, what its server tells it, and its evaluation of all features for a user. */
import { createHmac } from 'node:crypto'
import { flagSet, suffix, values } from '../flags.mjs'

const signingKey = 'signing-key'
/** Of the connection whose answers the proxy evaluates, and of the one that gets the features themselves. */
const keys = { evaluated: 'sdk-evaluated', raw: 'sdk-raw' }

/** What the server gives out; a split is a rollout to half of the users, which costs the proxy less than an experiment. */
function growthbookDocument(size, first) {
  const rules = {
    static: [],
    targeted: [{ condition: { email: { $regex: `${suffix.replace('.', '\\.')}$` } }, force: values.blue }],
    split: [{ force: values.blue, coverage: 0.5, hashAttribute: 'id' }],
  }
  const featureOf = ({ key, kind, base }) => ({
    defaultValue: values[base],
    ...(kind === 'static' ? {} : { rules: rules[kind].map((rule) => ({ id: key, ...rule })) }),
  })
  const features = Object.fromEntries(flagSet(size, first).map((flag) => [flag.key, featureOf(flag)]))
  return { status: 200, features, dateUpdated: '2026-01-01T00:00:00.000Z' }
}

/** GrowthBook's server as far as the proxy asks it. */
function growthbookServer(state) {
  return (request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(state.document)
}

/** Tells the proxy of a change as its server does. */
async function announce({ port }, document) {
  const headers = {
    'content-type': 'application/json',
    'x-growthbook-api-key': keys.evaluated,
    'x-growthbook-signature': createHmac('sha256', signingKey).update(document).digest('hex'),
  }
  const answer = await fetch(`http://127.0.0.1:${port}/proxy/features`, { method: 'POST', headers, body: document })
  if (!answer.ok) throw new Error(`the webhook was answered ${answer.status}: ${await answer.text()}`)
}

const attributes = { id: 'user-{user}', email: 'u{user}@corp.example', plan: 'gold', country: 'CH' }
const connection = (number, key, isEvaluated) => ({
  [`CONNECTION.${number}.API_KEY`]: key,
  [`CONNECTION.${number}.SIGNING_KEY`]: signingKey,
  [`CONNECTION.${number}.REMOTE_EVAL_ENABLED`]: String(isEvaluated),
})

export const growthbook = {
  name: 'growthbook-proxy',
  title: 'GrowthBook proxy',
  version: '',
  build: '',
  upstream: growthbookServer,
  files: (size, first) => ({ 'flags.json': growthbookDocument(size, first) }),
  env: {
    PORT: '{port}',
    NODE_ENV: 'production',
    GROWTHBOOK_API_HOST: '{upstream}',
    SECRET_API_KEY: 'secret',
    POLL_FOR_CONNECTIONS: '0',
    CACHE_STALE_TTL: '1',
    EVENT_STREAM_MAX_DURATION_MS: '0',
    ...connection(0, keys.evaluated, true),
    ...connection(1, keys.raw, false),
  },
  heard: "its server's webhook",
  announce,
  stream: {
    request: { method: 'GET', path: `/sub/${keys.evaluated}`, headers: { accept: 'text/event-stream' } },
    until: 'retry:',
    news: 'features-updated',
  },
  cases: {
    bulk: {
      request: {
        method: 'POST',
        path: `/api/eval/${keys.evaluated}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ attributes }),
      },
      values: ({ features }) => new Map(Object.entries(features).map(([key, { defaultValue }]) => [key, defaultValue])),
    },
    raw: {
      request: { method: 'GET', path: `/api/features/${keys.raw}`, headers: {} },
      keys: ({ features }) => Object.keys(features),
    },
  },
}
