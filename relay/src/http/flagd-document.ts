/** `GET /flagd/v1/flags.json`: the flagd document of an environment, for flagd's own HTTP sync. Only servers get it: it holds every rule. */
import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Environment } from '../environments/environment.js'
import { flagdVendor } from '../vendors/flagd/api.js'
import { acceptsGzip } from './accept-encoding.js'
import { codingHeld, entityTag, type Coding } from './etag.js'
import type { Exchange } from './exchange.js'
import { findServed, findServerAccess, refuseWithoutData } from './find-access.js'
import { presentedKeyOrPassword } from './presented-key.js'
import { guard, refuse, respond } from './respond.js'

/** A document as it goes over the wire: made once for all who ask. */
interface Publication {
  readonly text: string
  /** Follows from the text alone, so it is the same from every replica and after every restart. */
  readonly validator: string
  readonly body: Buffer
  compressed(): Promise<Buffer>
}

const compress = promisify(gzip)
const published = new WeakMap<Environment, Publication>()

/** Answers with the document as it was read, so that flagd answers what it would answer if it had read it itself. */
export function answerFlagdDocument(exchange: Exchange): void {
  const { headers } = exchange.request
  const access = findServerAccess(exchange, presentedKeyOrPassword(headers))
  if (access === null || findServed(exchange, access) === null) return
  const { environment } = access
  const { vendor } = environment.status()
  if (vendor !== flagdVendor) return refuse(exchange, 404, { errorDetails: whyNone(vendor) })
  // What an older relay kept has no document, so that has to come from the upstream first.
  if (typeof environment.original !== 'string') return refuseWithoutData(exchange)
  const { validator, body, compressed } = publicationOf(environment, environment.original)
  const held = headers['if-none-match'] === undefined ? undefined : codingHeld(headers['if-none-match'], validator)
  if (held !== undefined) {
    return respond(exchange, { status: 304, body: null, headers: ['ETag', entityTag(validator, held)] })
  }
  const answer = (encoded: { readonly body: Buffer; readonly coding: Coding }): void =>
    respond(exchange, { status: 200, body: null, encoded, validator })
  if (!acceptsGzip(headers['accept-encoding'])) return answer({ body, coding: 'identity' })
  compressed().then(
    (zipped) => guard(exchange, () => answer({ body: zipped, coding: 'gzip' })),
    (error: unknown) =>
      guard(exchange, () => {
        throw error
      }),
  )
}

function whyNone(vendor: string): string {
  const place = 'flagd documents are served of environments whose upstream is a flagd document'
  return `${place}; this one's is ${vendor}, so point the application at OFREP here instead of at flagd`
}

function publicationOf(environment: Environment, text: string): Publication {
  let made = published.get(environment)
  if (made?.text !== text) {
    made = publicationFrom(text)
    published.set(environment, made)
  }
  return made
}

function publicationFrom(text: string): Publication {
  const body = Buffer.from(text)
  let compressed: Promise<Buffer> | undefined
  return {
    text,
    validator: hash('sha256', body, 'base64url'),
    body,
    compressed: () => (compressed ??= compress(body)),
  }
}
