/** Reads certificates: whose they are, and until when. */
import { X509Certificate } from 'node:crypto'
import { renewedTls, type TlsOptions } from './tls-options.js'

/** The certificates of one setting of one plane. No secret is in it. */
export interface CertificateReading {
  readonly plane: 'server' | 'management'
  /** What they are for: shown to clients, or to check theirs. */
  readonly use: 'certificate' | 'clientCa'
  /** Of the one that expires first. */
  readonly subject: string
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
}

/** What of the configuration says how planes speak TLS. */
export interface PlanesWithTls {
  readonly server: { readonly tls?: TlsOptions }
  readonly management: { readonly tls?: TlsOptions }
}

/** @returns null where one of them cannot be read, or where there is none */
export function readCertificates(pem: string): X509Certificate[] | null {
  const parts = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g)
  try {
    return parts?.map((part) => new X509Certificate(part)) ?? null
  } catch {
    return null
  }
}

/** A certificate as people know it; one without a name by its number. */
export function nameOf({ subject, serialNumber }: X509Certificate): string {
  return subject?.replaceAll('\n', ', ') || serialNumber
}

/**
 * What is in effect now.
 *
 * @param started what the planes were started with
 * @param current what was taken since
 */
export function certificateReadings(started: PlanesWithTls, current: PlanesWithTls): CertificateReading[] {
  return (['server', 'management'] as const).flatMap((plane) => {
    const [before, after] = [started[plane].tls, current[plane].tls]
    const tls = before === undefined || after === undefined ? before : renewedTls(before, after)
    return (['certificate', 'clientCa'] as const).flatMap((use) => {
      const [first] = (readCertificates(tls?.[use] ?? '') ?? []).sort((a, b) => expiryMs(a) - expiryMs(b))
      return first === undefined ? [] : [{ plane, use, subject: nameOf(first), expiresAtMs: expiryMs(first) }]
    })
  })
}

function expiryMs({ validTo }: X509Certificate): number {
  return Date.parse(validTo)
}
