/** The options of every upstream that is reached by HTTP. */
import { z } from 'zod'
import { byteCount, duration, httpUrl, longText, secret, type WrittenText } from './option-types.js'

/** How an upstream is reached, as the sources read it. */
export interface HttpOptions {
  /** Without a slash at its end. */
  readonly baseUrl: string
  /** Sent with every request; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** `http://[user:password@]host:port`; requests go through it. Secret. */
  readonly proxy?: string
  /** PEM certificates to trust besides the system's. */
  readonly ca?: string
  /** PEM: shown where the upstream asks for a certificate; present with its `key`. */
  readonly certificate?: string
  /** PEM. Secret. */
  readonly key?: string
  readonly connectTimeoutMs: number
  /** Covers a whole answer, headers and body. */
  readonly timeoutMs: number
  /** Of a body after decompression; a longer one is refused. */
  readonly maxDocumentBytes: number
}

/** The schema's members for `HttpOptions`; `withHttpUnits` reads what they give. */
export interface HttpShape extends ConnectionShape {
  readonly baseUrl: z.ZodPrefault<z.ZodType<string, string>>
}

/** The same without the address. */
export interface ConnectionShape {
  readonly headers: z.ZodPrefault<z.ZodType<Record<string, string>, Record<string, WrittenText>>>
  readonly proxy: z.ZodExactOptional<z.ZodType<string, WrittenText>>
  readonly ca: z.ZodExactOptional<z.ZodType<string, WrittenText>>
  readonly connectTimeout: z.ZodPrefault<z.ZodType<number, string>>
  readonly timeout: z.ZodPrefault<z.ZodType<number, string>>
  readonly maxDocumentBytes: z.ZodPrefault<z.ZodType<number, number>>
}

/** @param baseUrl the vendor's hosted address, the default */
export function httpShape(baseUrl: string): HttpShape {
  return {
    baseUrl: httpUrl()
      .prefault(baseUrl)
      .meta({ description: "The vendor's API, without the part that names the document." }),
    ...connectionShape(),
  }
}

/** For vendors whose address has no default of the same kind. */
export function connectionShape(): ConnectionShape {
  return {
    headers: headers().prefault({}).meta({
      description: 'Sent with every request. Values are secrets; names ignore case.',
    }),
    proxy: secret(/^https?:\/\/[^\s/?#]+\/?$/, 'an address such as http://user:password@proxy:3128')
      .exactOptional()
      .meta({ description: 'HTTP proxy that requests go through. Secret, as it may carry a password.' }),
    ca: longText(/-----BEGIN CERTIFICATE-----/, 'PEM certificates')
      .exactOptional()
      .meta({ description: "Certificates to trust besides the system's." }),
    connectTimeout: duration().prefault('5s').meta({ description: 'How long a connection may take.' }),
    timeout: duration().prefault('10s').meta({ description: 'How long a whole answer may take, headers and body.' }),
    maxDocumentBytes: byteCount(1_024, 2 ** 30)
      .prefault(64 * 2 ** 20)
      .meta({ description: 'Longest body accepted, in bytes after decompression.' }),
  }
}

/** Adds the units to the names. */
export function withHttpUnits<Read extends { connectTimeout: number; timeout: number }>(
  read: Read,
): Omit<Read, 'connectTimeout' | 'timeout'> & { connectTimeoutMs: number; timeoutMs: number } {
  const { connectTimeout, timeout, ...rest } = read
  return { ...rest, connectTimeoutMs: connectTimeout, timeoutMs: timeout }
}

function headers(): z.ZodType<Record<string, string>, Record<string, WrittenText>> {
  const name = z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/)
    .meta({ expects: 'a header name' })
  return z
    .record(name, secret(/^[!-~]([ -~]*[!-~])?$/, 'one line of printable ASCII'))
    .refine(
      (written) => new Set(Object.keys(written).map((key) => key.toLowerCase())).size === Object.keys(written).length,
    )
    .transform((written) =>
      Object.fromEntries(Object.entries(written).map(([key, value]) => [key.toLowerCase(), value])),
    )
    .meta({ expects: 'header names, each once, with their values' })
}
