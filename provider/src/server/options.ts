/** What an application tells the provider; wrong options are refused at once, in the constructor. */

export interface SwitchyardProviderOptions {
  /** Address of the relay's data plane; ends before `/ofrep`, a path prefix is kept. */
  readonly url: string
  /** A server key of the relay; sent as `Authorization: Bearer`. */
  readonly apiKey?: string
  /** Further headers of every request. */
  readonly headers?: { readonly [name: string]: string }
  /** Deadline of one request over connecting, headers and body; milliseconds, default 10,000. */
  readonly timeoutMs?: number
}

/** Options, checked and completed. */
export interface Settings {
  readonly baseUrl: string
  readonly headers: { readonly [name: string]: string }
  readonly timeoutMs: number
}

const defaultTimeoutMs = 10_000

/** @throws TypeError or RangeError when an option is wrong: a caller's bug */
export function readOptions({
  url,
  apiKey,
  headers = {},
  timeoutMs = defaultTimeoutMs,
}: SwitchyardProviderOptions): Settings {
  if (!isHttpUrl(url)) {
    throw new TypeError(
      `url must be an absolute http or https address such as "http://localhost:8080", not ${JSON.stringify(url)}`,
    )
  }
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0) || timeoutMs > 2 ** 31 - 1) {
    throw new RangeError(`timeoutMs must be a positive number of milliseconds, not ${String(timeoutMs)}`)
  }
  const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
  return { baseUrl: url, headers: { ...authorization, ...headers }, timeoutMs }
}

function isHttpUrl(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false
  return ['http:', 'https:'].includes(new URL(url).protocol)
}
