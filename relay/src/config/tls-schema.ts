/** The part of the schema that says how a plane speaks TLS. */
import { z } from 'zod'
import type { TlsOptions } from '../transport/tls-options.js'
import { certificates, duration, privateKey } from '../vendors/option-types.js'

/** The same for both planes. Whether the files fit together is checked by `tls-rules.ts`. */
export const tls: z.ZodType<TlsOptions, object> = z
  .strictObject({
    certificate: certificates().meta({
      description: "The server's certificate, and behind it those that lead from it to its authority.",
    }),
    key: privateKey().meta({
      description: 'Private key of the certificate, not encrypted.',
    }),
    clientCa: certificates()
      .exactOptional()
      .meta({ description: "Authorities whose clients' certificates are trusted; no others are." }),
    clientCertificate: z.enum(['none', 'optional', 'required']).prefault('none').meta({
      description:
        'Whether clients have to show a certificate; `optional`: who shows one has to show one that is trusted.',
    }),
    minVersion: z
      .enum(['TLSv1.2', 'TLSv1.3'])
      .prefault('TLSv1.2')
      .meta({ description: 'Oldest version of TLS that is spoken.' }),
    handshakeTimeout: duration()
      .prefault('10s')
      .meta({ description: 'How long a client may take to agree on the encryption.' }),
  })
  .transform(({ handshakeTimeout, ...rest }) => ({ ...rest, handshakeTimeoutMs: handshakeTimeout }))
