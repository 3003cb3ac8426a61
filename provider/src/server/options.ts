/** What an application tells the provider; wrong options are refused at once, in the constructor. */
import { DefaultLogger, type EvaluationContext, type Logger, type TrackingEventDetails } from '@openfeature/server-sdk'
import { environmentOfProcess, type Environment, readOfrepVariables } from './environment-variables.js'

export interface SwitchyardProviderOptions {
  /**
   * Address of the relay's data plane; ends before `/ofrep`, a path prefix is kept. Absent: the environment variable
   * `OFREP_ENDPOINT`.
   */
  readonly url?: string
  /** A server key of the relay; sent as `Authorization: Bearer`. */
  readonly apiKey?: string
  /** Further headers of every request, over those of the environment variable `OFREP_HEADERS`. */
  readonly headers?: { readonly [name: string]: string }
  /**
   * Deadline of one request over connecting, headers and body; milliseconds. Absent: the environment variable
   * `OFREP_TIMEOUT_MS`, or 10,000.
   */
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
  /** In-process: pause between two looks at the relay while no stream can be had; milliseconds, default 30,000. */
  readonly pollIntervalMs?: number
  /**
   * In-process: a file that keeps the last ruleset, so that a start without the relay has flags. Its folder must be there, and
   * no other relay, key or application may use it. Needs a runtime with Node's file system.
   */
  readonly snapshotFile?: string
  /** In-process: whether the relay is told how often which flag answered what, for its metrics; default true. */
  readonly usage?: boolean
  /** In-process: about how often it is told; milliseconds, default 60,000. */
  readonly usageIntervalMs?: number
  /**
   * Remote: for how many contexts the answers about all flags are kept, while an event stream would tell of changes; default 0,
   * none. Answers are those of single requests.
   */
  readonly cachedContexts?: number
  /** Told of each tracking event; the relay takes none. Must not throw. */
  readonly onTrack?: (event: TrackedEvent) => void
  /** Told what nobody is answered with: why the mode is another, why a file is not used. Default: warnings on the console. */
  readonly logger?: Logger
}

/** What an application tracked, in the context that an evaluation would have had. */
export interface TrackedEvent {
  readonly name: string
  readonly context: EvaluationContext
  readonly details: TrackingEventDetails
}

/** Options, checked and completed. */
export interface Settings {
  readonly baseUrl: string
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string }
  readonly mode: 'in-process' | 'remote'
  readonly timeoutMs: number
  readonly staleAfterMs: number
  readonly idleTimeoutMs: number
  readonly pollIntervalMs: number
  readonly snapshotFile: string | undefined
  /** null: the relay is not told. */
  readonly usageIntervalMs: number | null
  readonly cachedContexts: number
  readonly onTrack: ((event: TrackedEvent) => void) | undefined
  readonly logger: Logger
}

const defaults = {
  timeoutMs: 10_000,
  staleAfterMs: 30_000,
  idleTimeoutMs: 60_000,
  pollIntervalMs: 30_000,
  usageIntervalMs: 60_000,
} as const

/** How each option is checked; one that is not here does not exist. */
const checks: { readonly [Name in keyof Required<SwitchyardProviderOptions>]: Check } = {
  url: isA('an absolute http or https address without query, such as "http://localhost:8080"', isHttpUrl),
  apiKey: isA('text that can be sent in a header', (key) => key !== '' && isHeaderValue(key), 'secret'),
  headers: isA('an object of header names with texts that can be sent', areHeaders, 'secret'),
  timeoutMs: milliseconds,
  mode: isA('"in-process" or "remote"', (value) => value === 'in-process' || value === 'remote'),
  staleAfterMs: milliseconds,
  idleTimeoutMs: milliseconds,
  pollIntervalMs: milliseconds,
  snapshotFile: isA('the path of a file', (value) => typeof value === 'string' && value !== ''),
  usage: isA('true or false', (value) => typeof value === 'boolean'),
  usageIntervalMs: milliseconds,
  cachedContexts: isA('a whole number from 0 to 10,000', isCount),
  onTrack: isA('a function', (value) => typeof value === 'function'),
  logger: isA('a logger with the methods error, warn, info and debug', isLogger),
}

/**
 * Checks the options and completes them by environment variables and defaults.
 *
 * @throws TypeError or RangeError when an option or variable is wrong: a caller's bug
 */
export function readOptions(
  options: SwitchyardProviderOptions = {},
  environment: Environment = environmentOfProcess(),
): Settings {
  checkOptions(options)
  const { apiKey, mode = 'in-process', snapshotFile, usage = true, onTrack, logger = new DefaultLogger() } = options
  const variables = readOfrepVariables(environment, (message) => logger.warn(`Switchyard: ${message}`))
  const url = options.url ?? variables.url
  if (url === undefined) {
    throw new TypeError('the relay\'s address is missing: give the option "url", or set OFREP_ENDPOINT')
  }
  if (url === variables.url) checks.url('OFREP_ENDPOINT', url)
  checks.headers('OFREP_HEADERS', variables.headers)
  if (variables.timeoutMs !== undefined) milliseconds('OFREP_TIMEOUT_MS', variables.timeoutMs)
  const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
  return {
    baseUrl: url,
    headers: { ...variables.headers, ...authorization, ...withLowerCaseNames(options.headers) },
    mode,
    timeoutMs: options.timeoutMs ?? variables.timeoutMs ?? defaults.timeoutMs,
    staleAfterMs: options.staleAfterMs ?? defaults.staleAfterMs,
    idleTimeoutMs: options.idleTimeoutMs ?? defaults.idleTimeoutMs,
    pollIntervalMs: options.pollIntervalMs ?? defaults.pollIntervalMs,
    snapshotFile,
    cachedContexts: options.cachedContexts ?? 0,
    usageIntervalMs: usage ? (options.usageIntervalMs ?? defaults.usageIntervalMs) : null,
    onTrack,
    logger,
  }
}

/** Undefined stands for the default, as everywhere in JavaScript. */
function checkOptions(options: SwitchyardProviderOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`the options must be an object, not ${show(options)}`)
  }
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof typeof checks] : undefined
    if (check === undefined) {
      throw new TypeError(`there is no option ${JSON.stringify(name)}; there are ${Object.keys(checks).join(', ')}`)
    }
    if (value !== undefined) check(name, value)
  }
}

/** @throws TypeError or RangeError that names the option, what it must be, and what it is unless that is a secret */
type Check = (name: string, value: unknown) => void

function isA(what: string, isRight: (value: unknown) => boolean, secrecy?: 'secret'): Check {
  return (name, value) => {
    if (isRight(value)) return
    throw new TypeError(`${name} must be ${what}${secrecy === 'secret' ? '' : `, not ${show(value)}`}`)
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** Timers take no longer delays than this. */
const longestMs = 2 ** 31 - 1

function milliseconds(name: string, value: unknown): void {
  if (typeof value === 'number' && value > 0 && value <= longestMs) return
  throw new RangeError(`${name} must be a positive number of milliseconds, not ${String(value)}`)
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 10_000
}

function isHttpUrl(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false
  const { protocol, search, hash } = new URL(url)
  return (protocol === 'http:' || protocol === 'https:') && search === '' && hash === ''
}

/** What HTTP can carry: ASCII without control characters. */
function isHeaderValue(value: unknown): boolean {
  return typeof value === 'string' && /^[ -~]*$/.test(value)
}

function areHeaders(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return false
  return Object.entries(headers).every(([name, value]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && isHeaderValue(value))
}

function isLogger(logger: unknown): boolean {
  if (typeof logger !== 'object' || logger === null) return false
  return ['error', 'warn', 'info', 'debug'].every(
    (name) => typeof (logger as Partial<Record<string, unknown>>)[name] === 'function',
  )
}

function withLowerCaseNames(headers: { readonly [name: string]: string } = {}): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
