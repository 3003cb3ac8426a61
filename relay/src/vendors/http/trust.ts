import { rootCertificates } from 'node:tls'

/** The TLS options for an upstream with a certificate authority of its own: it is trusted besides the system's. */
export function trustOf(ca: string | undefined): { readonly ca?: string[] } {
  return ca === undefined ? {} : { ca: [...rootCertificates, ca] }
}
