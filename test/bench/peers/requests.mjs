/**
 * What is asked, as text with `{user}` where the number of the user stands: ten digits, so that no length changes. And what an
 * answer says, whoever gave it, as a map from the flag's key to its value.
 */

const context = { targetingKey: 'user-{user}', email: 'u{user}@corp.example', plan: 'gold', country: 'CH' }

/** A request over OFREP for all flags, or for one. */
function ofrep(path = '/ofrep/v1/evaluate/flags', headers = {}) {
  const body = JSON.stringify({ context })
  return { method: 'POST', path, headers: { 'content-type': 'application/json', ...headers }, body }
}

/** All flags, unless they are still those of that validator. */
export function ofrepNotModified(etag) {
  return ofrep(undefined, { 'if-none-match': etag })
}

/** What is asked of those that speak OFREP. */
export const ofrepCases = {
  bulk: {
    request: ofrep(),
    values: (answer) => new Map(answer.flags.map(({ key, value }) => [key, value])),
  },
  single: {
    request: (key) => ofrep(`/ofrep/v1/evaluate/flags/${key}`),
    values: ({ key, value }) => new Map([[key, value]]),
  },
}

/** The request's bytes, ASCII, still with `{user}`. */
export function asText({ method, path, headers, body = '' }) {
  const length = body.replaceAll('{user}', userText(0)).length
  const lines = { host: 'localhost', ...headers, ...(method === 'POST' ? { 'content-length': length } : {}) }
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n${body}`
}

/** The number of a user as it stands in requests. */
function userText(user) {
  return String(user).padStart(10, '0')
}

/** Asks once, for that user. */
export function ask(port, { method, path, headers, body }, user) {
  const filled = (text) => text?.replaceAll('{user}', userText(user))
  // Unless it is told otherwise `fetch` says `no-cache` with a validator, which some servers take for a wish not to get a 304.
  const told = { 'cache-control': 'max-age=0', ...headers }
  return fetch(`http://127.0.0.1:${port}${filled(path)}`, { method, headers: told, body: filled(body) })
}
