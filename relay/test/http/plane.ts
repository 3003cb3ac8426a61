/** A data plane on a free port, over environments that tests fill by hand. */
import { compile, seal, type EvaluatedOutcome, type Flag, type Ruleset } from '@switchyard/engine'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { accessKey } from '../../src/config/access-key.js'
import { createDirectory } from '../../src/environments/directory.js'
import type { Environment, EnvironmentStatus, Served } from '../../src/environments/environment.js'
import { tellOfExpiredUse } from '../../src/environments/expired-use.js'
import { createResponseCache } from '../../src/http/response-cache.js'
import { createDataPlane, type DataPlane, type DataPlaneOptions } from '../../src/http/server.js'
import type { StreamSettings } from '../../src/http/streams/stream-settings.js'
import { createStreamTokens } from '../../src/http/streams/stream-tokens.js'
import { addressOf } from '../../src/listen.js'
import { createRefusalCounts, type RefusalCounts } from '../../src/telemetry/refusal-counts.js'
import { createStreamCounts, type StreamCounts } from '../../src/telemetry/stream-counts.js'
import { createUsageLane } from '../../src/usage/usage-lane.js'

export const serverKey = 'server-key-of-shop'
export const clientKey = 'client-key-of-shop'
export const waitingKey = 'server-key-of-blog'

/** An environment in a test's hands. */
export interface HandEnvironment extends Environment {
  state: EnvironmentStatus['state']
  corsOrigins: readonly string[]
  isOrdered: boolean
  /** Name of the vendor whose documents they are. */
  vendor: string
  original: string | null
  serve(ruleset: Partial<Ruleset>): void
  /** Flag keys of the answers that were counted. */
  readonly counted: string[]
}

function environmentByHand(name: string): HandEnvironment {
  let served: Served | null = null
  let state: EnvironmentStatus['state'] = 'waiting'
  const changeListeners = new Set<Parameters<Environment['onChange']>[0]>()
  const stateListeners = new Set<Parameters<Environment['onState']>[0]>()
  const enter = (entered: EnvironmentStatus['state']): void => {
    if (entered === state) return
    state = entered
    for (const listener of stateListeners) listener(state)
  }
  const counted: string[] = []
  const count = (_served: Served, outcome: EvaluatedOutcome): void => void counted.push(outcome.flagKey)
  return {
    name,
    get state() {
      return state
    },
    set state(entered) {
      enter(entered)
    },
    corsOrigins: [],
    isOrdered: false,
    vendor: 'plain',
    original: null,
    counted,
    get served() {
      return served
    },
    serve(content) {
      const ruleset = seal({ ruleset: 1, dialects: [], flags: {}, ...content })
      const previous = served
      const sequence = (previous?.sequence ?? 0) + 1
      served = { snapshot: compile(ruleset).snapshot, revision: ruleset.revision, sequence, fence: 0, sinceMs: 0 }
      enter('fresh')
      for (const listener of changeListeners) listener(served, previous)
    },
    ageText: () => (served === null ? '' : '3'),
    status() {
      return { name, state, vendor: this.vendor } as EnvironmentStatus
    },
    onChange(listener) {
      changeListeners.add(listener)
      return () => changeListeners.delete(listener)
    },
    onState(listener) {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    usage: {
      count,
      countAll: (_served, outcomes) => outcomes.forEach((outcome) => count(_served, outcome)),
      countRequest: () => {},
    },
  }
}

export interface TestPlane extends DataPlane {
  readonly url: string
  readonly port: number
  /** Serves {@link flags} under {@link serverKey} and {@link clientKey}. */
  readonly shop: HandEnvironment
  /** Has no data; opens by {@link waitingKey}. */
  readonly blog: HandEnvironment
  /** What was observed: `route method status`. */
  readonly observed: string[]
  /** What was logged. */
  readonly logged: unknown[]
  readonly streamCounts: StreamCounts
  readonly refusals: RefusalCounts
}

export interface TestPlaneOptions extends Partial<Omit<DataPlaneOptions, 'streams' | 'limits'>> {
  readonly limits?: Partial<DataPlaneOptions['limits']>
  readonly streams?: Partial<StreamSettings>
  readonly streamSecret?: string
}

/** Starts a plane that ends with the test. */
export async function startPlane(options: TestPlaneOptions = {}): Promise<TestPlane> {
  const { streams, streamSecret, ...rest } = options
  const [shop, blog] = [environmentByHand('shop'), environmentByHand('blog')]
  shop.serve({ flags, metadata: { flagSetId: 'shop' } })
  const observed: string[] = []
  const logged: unknown[] = []
  const streamCounts = createStreamCounts()
  const refusals = createRefusalCounts()
  const log = (fields: object, message: string): void => void logged.push({ ...fields, message })
  const now = options.now ?? (() => Date.UTC(2026, 0, 1))
  const directory = createDirectory(
    [
      { environment: shop, serverKeys: [accessKey(serverKey)], clientKeys: [accessKey(clientKey)] },
      { environment: blog, serverKeys: [accessKey(waitingKey)], clientKeys: [] },
    ],
    { now, onExpiredUse: tellOfExpiredUse(refusals, { warn: log }) },
  )
  const tokens = createStreamTokens({ directory, secret: streamSecret, now })
  const plane = createDataPlane({
    directory,
    engineVersion: '1.2.3',
    now,
    random: () => 0.25,
    logger: { error: log, warn: log },
    observe: (route, method, status) => void observed.push(`${route} ${method} ${status}`),
    tracer: null,
    cache: createResponseCache(2 ** 20),
    usage: createUsageLane(),
    refusals,
    ...rest,
    limits: { ...limits, ...options.limits },
    streams: { settings: { ...streamSettings, ...streams }, tokens, counts: streamCounts },
  })
  await new Promise<void>((resolve) => {
    plane.server.listen(0, '127.0.0.1', resolve)
  })
  const { url, port } = addressOf(plane.server)
  onTestFinished(() => plane.close(0))
  return { ...plane, url, port, shop, blog, observed, logged, streamCounts, refusals }
}

/** A clock that stands still and can be broken, to see what a mistake of ours looks like. */
export function breakableClock(): { readonly now: () => number; readonly breakWith: (message: string) => void } {
  let broken: string | null = null
  return {
    now: () => {
      if (broken !== null) throw new Error(broken)
      return Date.UTC(2026, 0, 1)
    },
    breakWith: (message) => {
      broken = message
    },
  }
}

export const limits = {
  maxBodyBytes: 2 ** 20,
  maxHeaderBytes: 16_384,
  maxConnections: 0,
  requestTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  keepAliveTimeoutMs: 75_000,
  freshnessWaitMs: 0,
  // A machine that is busy with other tests makes no test fail.
  overload: { maxEventLoopDelayMs: 0, ratePerKey: 0, burstPerKey: 1 },
}

/** Nothing happens by itself within a test. */
const streamSettings: StreamSettings = {
  advertise: true,
  maxPerKey: 100,
  max: 100,
  heartbeatMs: 60_000,
  maxAgeMs: 600_000,
  pacingMs: 0,
  slowReaderTimeoutMs: 60_000,
}

/** One flag of each kind of answer. */
export const flags = {
  plain: { outcomes: [{ value: true, variant: 'on', reason: 'STATIC' }], decide: 0 },
  targeted: {
    outcomes: [
      { value: 'gold', variant: 'gold', reason: 'TARGETING_MATCH', serverMetadata: { rule: 'gold members' } },
      { value: 'none', variant: 'none', reason: 'DEFAULT' },
    ],
    decide: { rules: [{ when: ['eq', ['attr', 'plan'], 'gold'], then: 0 }], else: 1 },
  },
  'a/b c%': { outcomes: [{ value: { deep: [1, null] }, variant: 'object', reason: 'STATIC' }], decide: 0 },
  off: { outcomes: [{ variant: 'off', reason: 'DISABLED' }], decide: 0 },
  keyed: {
    outcomes: [
      { value: 1.5, variant: 'known', reason: 'TARGETING_MATCH' },
      { reason: 'ERROR', errorCode: 'TARGETING_KEY_MISSING', errorDetails: 'needs a targeting key' },
    ],
    decide: { rules: [{ when: ['isNull', ['key']], then: 1 }], else: 0 },
  },
  broken: { outcomes: [], decide: 7 },
  archived: {
    outcomes: [{ reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', errorDetails: 'the flag is archived' }],
    decide: 0,
  },
  hidden: { outcomes: [{ value: true, reason: 'STATIC', hidden: true }], decide: 0 },
  secret: { audience: 'server', outcomes: [{ value: 1, variant: 'one', reason: 'STATIC' }], decide: 0 },
  internal: { audience: 'internal', outcomes: [{ value: 1, variant: 'one', reason: 'STATIC' }], decide: 0 },
} satisfies Record<string, Flag>

export interface RawAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Writes text on a socket of its own and reads until the relay closes it. */
export function converse(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1', () => socket.write(text))
  return textOf(socket)
}

/** All that comes until the socket closes. */
export function textOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (text += chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
  })
}

/** Takes apart one answer as it went over the wire. */
export function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [start = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  return { status: Number(start.split(' ')[1]), headers: Object.fromEntries(headers), body: text.slice(end + 4) }
}

export const bulkPath = '/ofrep/v1/evaluate/flags'

/** Asks with the server key unless told otherwise; a body that is text is sent as it is. */
export function post(
  plane: TestPlane,
  path: string,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(plane.url + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${serverKey}`, ...headers },
  })
}
