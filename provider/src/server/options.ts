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
  /**
   * `in-process`: the relay's ruleset is evaluated here, kept up to date by a stream. `remote`: the relay is asked for each
   * answer. Default `in-process`; a relay that offers no rulesets is asked remotely all the same.
   */
  readonly mode?: 'in-process' | 'remote'
  /** In-process: how long contact may be lost before the provider says STALE; milliseconds, default 30,000. */
  readonly staleAfterMs?: number
  /** In-process: the longest silence of the stream before it counts as dead; milliseconds, default 60,000. */
  readonly idleTimeoutMs?: number
}

/** Options, checked and completed. */
export interface Settings {
  readonly baseUrl: string
  readonly headers: { readonly [name: string]: string }
  readonly mode: 'in-process' | 'remote'
  readonly timeoutMs: number
  readonly staleAfterMs: number
  readonly idleTimeoutMs: number
}

const defaults = { timeoutMs: 10_000, staleAfterMs: 30_000, idleTimeoutMs: 60_000 } as const

/** @throws TypeError or RangeError when an option is wrong: a caller's bug */
export function readOptions(options: SwitchyardProviderOptions): Settings {
  const { url, apiKey, headers = {}, mode = 'in-process' } = options
  if (!isHttpUrl(url)) {
    throw new TypeError(
      `url must be an absolute http or https address such as "http://localhost:8080", not ${JSON.stringify(url)}`,
    )
  }
  if (mode !== 'in-process' && mode !== 'remote') {
    throw new TypeError(`mode must be "in-process" or "remote", not ${JSON.stringify(mode)}`)
  }
  const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
  return {
    baseUrl: url,
    headers: { ...authorization, ...headers },
    mode,
    timeoutMs: milliseconds('timeoutMs', options),
    staleAfterMs: milliseconds('staleAfterMs', options),
    idleTimeoutMs: milliseconds('idleTimeoutMs', options),
  }
}

/** Timers take no longer delays than this. */
const longestMs = 2 ** 31 - 1

function milliseconds(name: keyof typeof defaults, options: SwitchyardProviderOptions): number {
  const { [name]: value = defaults[name] } = options
  if (typeof value === 'number' && value > 0 && value <= longestMs) return value
  throw new RangeError(`${name} must be a positive number of milliseconds, not ${String(value)}`)
}

function isHttpUrl(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false
  return ['http:', 'https:'].includes(new URL(url).protocol)
}
