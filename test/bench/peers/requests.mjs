/**
 * What is asked, as text with `{user}` where the number of the user stands: ten digits, so that no length changes. And what an
 * answer says, whoever gave it, as a map from the flag's key to its value.
 */

const context = { targetingKey: 'user-{user}', email: 'u{user}@corp.example', plan: 'gold', country: 'CH' }

/** A request over OFREP for all flags, or for one. */
export function ofrep(path = '/ofrep/v1/evaluate/flags', headers = {}) {
  const body = JSON.stringify({ context })
  return { method: 'POST', path, headers: { 'content-type': 'application/json', ...headers }, body }
}

/** The request for all toggles of a user, as Unleash's front-end SDKs send it. */
export function unleashFrontend(path, key, headers = {}) {
  const query =
    'userId=user-{user}&properties%5Bemail%5D=u{user}%40corp.example&properties%5Bplan%5D=gold&properties%5Bcountry%5D=CH'
  return { method: 'GET', path: `${path}?${query}`, headers: { authorization: key, ...headers } }
}

/** @returns {Map<string, string>} */
export function ofrepBulkValues(answer) {
  return new Map(answer.flags.map(({ key, value }) => [key, value]))
}

/** @returns {Map<string, string>} */
export function ofrepSingleValues({ key, value }) {
  return new Map([[key, value]])
}

/** @returns {Map<string, string>} */
export function unleashValues(answer) {
  return new Map(answer.toggles.map(({ name, variant }) => [name, variant.payload?.value]))
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
  return fetch(`http://127.0.0.1:${port}${filled(path)}`, { method, headers, body: filled(body) })
}
