/**
 * The kinds of values an option may have, in the same words for the relay and for every vendor. The entries of `meta` reach the
 * JSON Schema, from which problems, variable names and the documentation are written.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { z } from 'zod'

/** What is known about an option besides its type. `expects` completes the sentence "must be ...". */
export interface OptionMeta {
  readonly description?: string
  readonly expects?: string
  /** Never shown; may be written as `${VARIABLE}` or `{ fromFile: path }`. */
  readonly isSecret?: true
  /** May be written as `{ fromFile: path }`. */
  readonly isText?: true
  /** A file's path, relative to the configuration file that names it. */
  readonly isPath?: true
}

/** One vendor's options: an object that is told from the others by its `type`. */
export type UpstreamSchema<Options> = z.ZodType<Options> & z.core.$ZodTypeDiscriminable

const unitsMs = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/** Node's timers take no more than this; a longer delay would fire at once. */
const longestTimerMs = 2 ** 31 - 1

/**
 * A span of time with its unit (`250ms`, `10s`, `5m`, `1h`), read as milliseconds.
 *
 * @param least shortest span allowed, in milliseconds
 */
export function duration(least = 1): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d+(ms|s|m|h)$/)
    .transform(durationMs)
    .refine((ms) => ms >= least && ms <= longestTimerMs)
    .meta({ expects: `a duration with a unit, such as 250ms, 10s or 5m, from ${least}ms to 596h` })
}

/** @returns milliseconds, NaN for what is no duration */
export function durationMs(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+)([a-z]+)$/.exec(text) ?? []
  return Number(digits) * (unitsMs.get(unit) ?? Number.NaN)
}

/** Text that may stand in a file of its own, without being secret: a certificate. */
export function longText(pattern: RegExp, expects: string): z.ZodType<string, WrittenText> {
  return writtenText(pattern).meta({ isText: true, expects: `${expects}, or { fromFile: path }` })
}

/** Certificates in PEM. */
export function certificates(): z.ZodType<string, WrittenText> {
  return longText(certificatePattern, 'PEM certificates')
}

/** What certificates in PEM look like. */
export const certificatePattern: RegExp = /-----BEGIN CERTIFICATE-----/

/** A private key in PEM, of whichever kind. */
export function privateKey(): z.ZodType<string, WrittenText> {
  return secret(privateKeyPattern, 'a private key in PEM')
}

/** What a private key in PEM looks like. */
export const privateKeyPattern: RegExp = /-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----/

/**
 * A secret: text, text with `${VARIABLE}` in it, or `{ fromFile: path }`. References are replaced before the schema sees them.
 *
 * @param pattern what the secret itself looks like
 * @param expects the same in words
 */
export function secret(
  pattern: RegExp = /^[!-~]+$/,
  expects = 'a secret without spaces',
): z.ZodType<string, WrittenText> {
  return writtenText(pattern).meta({ isSecret: true, expects: `${expects}, \${VARIABLE} or { fromFile: path }` })
}

/** How a text that may stand elsewhere is written. */
export type WrittenText = string | { readonly fromFile: string }

function writtenText(pattern: RegExp): z.ZodType<string, WrittenText> {
  return z
    .union([
      z.string(),
      z.strictObject({ fromFile: z.string().min(1).meta({ isPath: true, expects: 'the path of a file' }) }),
    ])
    .transform((written) => (typeof written === 'string' ? written : written.fromFile))
    .pipe(z.string().regex(pattern))
}

/** The path of a file. */
export function filePath(): z.ZodType<string, string> {
  return z.string().min(1).meta({ isPath: true, expects: 'the path of a file' })
}

/** An absolute http(s) address without credentials, query and fragment; read without a slash at its end. */
export function httpUrl(): z.ZodType<string, string> {
  return z
    .string()
    .refine(isHttpUrl)
    .transform((url) => url.replace(/\/+$/, ''))
    .meta({ expects: 'an http(s) address without credentials, query and fragment' })
}

function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s?#@\\]+$/.test(text)) return false
  return URL.canParse(text)
}

/** A host name or an IP address, without port and brackets. */
export function host(): z.ZodType<string, string> {
  return z
    .string()
    .regex(/^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/, { abort: true })
    .refine((name) => !name.includes(':') || isIPv6(name))
    .meta({ expects: 'a host name or an IP address, without port and brackets' })
}

/** An IP address, or a range of them such as `10.0.0.0/8`. */
export function addressRange(): z.ZodType<string, string> {
  return z
    .string()
    .refine(isAddressRange)
    .meta({ expects: 'an IP address or a range such as 10.0.0.0/8 or 2001:db8::/32' })
}

function isAddressRange(text: string): boolean {
  const [, network = '', prefix] = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? []
  if (isIPv4(network)) return Number(prefix ?? 32) <= 32
  // IPv4 in the clothes of IPv6 is compared as IPv4, so a range of it is written as one.
  return isIPv6(network) && !/^[0:]*:ffff:/i.test(network) && Number(prefix ?? 128) <= 128
}

/** The name of an attribute of the evaluation context. */
export function attributeName(): z.ZodType<string, string> {
  return z.string().min(1).meta({ expects: 'the name of an attribute' })
}

/** A TCP port; 0 lets the system choose a free one. */
export function port(): z.ZodType<number, number> {
  return z.int().min(0).max(65_535)
}

/** A size in bytes. */
export function byteCount(least: number, most: number): z.ZodType<number, number> {
  return z.int().min(least).max(most)
}
