/** Whether the certificates of a plane can be used: they can be read, belong to their keys, and are valid now. */
import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { nameOf, readCertificates } from '../transport/certificates.js'
import { certificatePattern, privateKeyPattern } from '../vendors/option-types.js'
import { isMapping, member } from './member.js'
import type { ConfigurationWarning, Path, Problem } from './problem.js'
import { pathText } from './problem.js'

/** What is wrong, before it is known where that was written. */
export type Broken = Pick<Problem, 'expected' | 'received' | 'message'> & { readonly at: Path }

const planes = ['server', 'management'] as const

/** @param value the configuration as it is written, with secrets in place */
export function* certificatesAreUsable(value: unknown): Generator<Broken> {
  for (const plane of planes) {
    const [at, tls] = [[plane, 'tls'], member(member(value, plane), 'tls')]
    const [own, key, clientCa] = [
      textAt(tls, at, 'certificate', certificatePattern),
      textAt(tls, at, 'key', privateKeyPattern),
      textAt(tls, at, 'clientCa', certificatePattern),
    ]
    const problems = [...(own && key ? ownProblems(own, key) : []), ...(clientCa ? caProblems(clientCa) : [])]
    yield* problems
    yield* clientsAreAskedFor(tls, at)
    if (problems.length === 0 && own && key) yield* agreedByOpenSsl(own, key, clientCa)
  }
  const environments = member(value, 'environments')
  for (const [name, environment] of Object.entries(isMapping(environments) ? environments : {})) {
    yield* shownToUpstream(member(environment, 'upstream'), ['environments', name, 'upstream'])
  }
}

/** A certificate for the upstream has to come with its key. */
function* shownToUpstream(upstream: unknown, at: Path): Generator<Broken> {
  const has = (name: string): boolean => member(upstream, name) !== undefined
  if (member(upstream, 'type') === 'switchyard' && has('certificate') !== has('key')) {
    const [given, needed] = has('certificate') ? ['certificate', 'key'] : ['key', 'certificate']
    const path = pathText(at)
    yield {
      at: [...at, needed],
      expected: `the ${needed} that belongs to the ${given}`,
      received: 'nothing',
      message: `${path}.${given} needs ${path}.${needed}: give both, or neither.`,
    }
  }
  const own = textAt(upstream, at, 'certificate', certificatePattern)
  const key = textAt(upstream, at, 'key', privateKeyPattern)
  if (own && key) yield* ownProblems(own, key)
}

/** What has another shape is left to the schema. */
function textAt(section: unknown, at: Path, name: string, pattern: RegExp): Written | null {
  const text = member(section, name)
  return typeof text === 'string' && pattern.test(text) ? { at: [...at, name], text } : null
}

/** @param nowMs epoch milliseconds */
export function certificateWarnings(value: unknown, nowMs: number): ConfigurationWarning[] {
  return planes.flatMap((plane) =>
    (['certificate', 'clientCa'] as const).flatMap((name) => {
      const text = member(member(member(value, plane), 'tls'), name)
      const certificates = typeof text === 'string' ? readCertificates(text) : null
      const path = pathText([plane, 'tls', name])
      return (certificates ?? []).flatMap((each) => {
        const reason = whyNotNow(each, nowMs)
        return reason === null ? [] : [{ path, message: `The certificate ${quoted(each)} in ${path} ${reason}.` }]
      })
    }),
  )
}

interface Written {
  readonly at: Path
  readonly text: string
}

function* ownProblems(own: Written, key: Written): Generator<Broken> {
  const [first] = readCertificates(own.text) ?? []
  const privateKey = readKey(key.text)
  if (first === undefined) yield unreadable(own, 'certificates in PEM', 'text with a part that is no certificate')
  if (privateKey === 'encrypted') yield unreadable(key, 'a private key that is not encrypted', 'an encrypted one')
  else if (privateKey === null) yield unreadable(key, 'a private key in PEM', 'text with a part that is no private key')
  else if (first !== undefined && !first.checkPrivateKey(privateKey)) {
    const [path, certificate] = [pathText(key.at), pathText(own.at)]
    yield {
      at: key.at,
      expected: `the private key of ${certificate}`,
      received: 'another one',
      message:
        `${path} is not the key of ${certificate}, which begins with ${quoted(first)}: give the two that were made together; ` +
        "of several certificates the server's own comes first.",
    }
  }
}

function* caProblems(clientCa: Written): Generator<Broken> {
  if (readCertificates(clientCa.text) === null) {
    yield unreadable(clientCa, 'certificates in PEM', 'text with a part that is no certificate')
  }
}

/** An authority that nobody is asked for would look like a lock and be none. */
function* clientsAreAskedFor(tls: unknown, at: Path): Generator<Broken> {
  const isAsked = (member(tls, 'clientCertificate') ?? 'none') !== 'none'
  const hasAuthority = member(tls, 'clientCa') !== undefined
  if (isAsked === hasAuthority) return
  const path = pathText(at)
  if (hasAuthority) {
    yield {
      at: [...at, 'clientCertificate'],
      expected: `required or optional, as there is ${path}.clientCa`,
      received: 'none',
      message: `${path}.clientCa is given, and no client is asked for a certificate: set ${path}.clientCertificate to required or optional, or remove it.`,
    }
  } else {
    yield {
      at: [...at, 'clientCa'],
      expected: 'PEM certificates, as clients are asked for theirs',
      received: 'nothing',
      message: `${path}.clientCertificate asks clients for certificates: set ${path}.clientCa to the authority that issues them.`,
    }
  }
}

/** What OpenSSL finds too weak or too strange it says only when it is to be used. */
function* agreedByOpenSsl(own: Written, key: Written, clientCa: Written | null): Generator<Broken> {
  try {
    createSecureContext({ cert: own.text, key: key.text, ...(clientCa === null ? {} : { ca: clientCa.text }) })
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error:[0-9A-F]*:/, '') : String(error)
    yield {
      at: own.at,
      expected: 'a certificate that OpenSSL uses',
      received: 'one that it refuses',
      message: `${pathText(own.at)} is refused by OpenSSL: ${reason}.`,
    }
  }
}

function unreadable({ at }: Written, expected: string, received: string): Broken {
  return { at, expected, received, message: `${pathText(at)} must be ${expected}, not ${received}.` }
}

function readKey(text: string): KeyObject | 'encrypted' | null {
  if (text.includes('ENCRYPTED')) return 'encrypted'
  try {
    return createPrivateKey(text)
  } catch {
    return null
  }
}

function whyNotNow({ validFrom, validTo }: X509Certificate, nowMs: number): string | null {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)]
  if (nowMs < from) return `is not valid before ${new Date(from).toISOString()}`
  return nowMs > to ? `has expired on ${new Date(to).toISOString()}: clients will refuse it` : null
}

function quoted(certificate: X509Certificate): string {
  return JSON.stringify(nameOf(certificate))
}
