/** Large environments come in pages: each repeats the document, and only its identity overrides are new. */
import { RelayError } from '../../relay-error.js'
import type { HttpAnswer } from '../http/client.js'
import { parseJsonObject } from '../http/json-body.js'

export interface Pages {
  readonly document: Record<string, unknown>
  readonly bodies: readonly Buffer[]
}

/**
 * The whole document, from its first page on.
 *
 * @throws RelayError UPSTREAM_REDIRECT when a next page is on another origin: the request carries the key
 */
export async function fetchPages(first: HttpAnswer, url: URL, get: (next: URL) => Promise<HttpAnswer>): Promise<Pages> {
  if (first.status === 304) throw malformed('the document is said to be unchanged, though there is none before it')
  const document = parseJsonObject(first.body)
  const bodies = [first.body]
  const seen = new Set([url.href])
  const overrides = [overridesOf(document)]
  for (let next = nextPage(first, url); next !== null;) {
    if (seen.has(next.href)) throw malformed('the pages of the environment document lead in a circle')
    seen.add(next.href)
    const answer = await get(next)
    if (answer.status === 304) throw malformed('a page that was asked for without a condition is said to be unchanged')
    bodies.push(answer.body)
    overrides.push(overridesOf(parseJsonObject(answer.body)))
    next = nextPage(answer, url)
  }
  if (bodies.length === 1) return { document, bodies }
  return { document: { ...document, identity_overrides: overrides.flat() }, bodies }
}

function overridesOf(document: Record<string, unknown>): readonly unknown[] {
  const { identity_overrides: overrides } = document
  return Array.isArray(overrides) ? overrides : []
}

/** The address in `Link: <...>; rel="next"`, or null on the last page. */
function nextPage(answer: HttpAnswer, from: URL): URL | null {
  const link = /<([^<>]*)>\s*;\s*rel="?next"?/.exec(answer.header('link') ?? '')?.[1]
  if (link === undefined) return null
  const next = URL.canParse(link, from.href) ? new URL(link, from) : null
  if (next?.origin === from.origin) return next
  throw new RelayError('UPSTREAM_REDIRECT', `the next page is on another origin (${next?.origin ?? 'no address'})`, {
    retryable: true,
  })
}

function malformed(message: string): RelayError {
  return new RelayError('UPSTREAM_MALFORMED', message, { retryable: true })
}
