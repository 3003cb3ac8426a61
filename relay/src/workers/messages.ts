/**
 * What the primary and its workers tell each other, in order, over the channel that Node gives them. Messages are copied by
 * structured cloning, so texts that are large travel as the bytes they were made of.
 *
 * @see ADR-0023
 */
import type { AccessKey } from '../config/access-key.js'
import type { Configuration } from '../config/configuration.js'
import type { EnvironmentState } from '../environments/environment.js'
import type { LiveSettings } from '../http/live-settings.js'
import type { RelayErrorCode } from '../relay-error.js'
import type { UsageBatch } from '../usage/read-usage-batch.js'
import type { PlaneReading } from './plane-reading.js'

export type ToWorker =
  /** The first one. What the environments serve follows it. */
  | { readonly type: 'start'; readonly start: WorkerStart }
  | { readonly type: 'environment'; readonly update: EnvironmentUpdate }
  /** Other environments or keys count from now on. */
  | { readonly type: 'serve'; readonly serving: WorkerServing }
  /** Everything is there: take connections. */
  | { readonly type: 'listen'; readonly port: number }
  /** Asks for what was counted. The next one follows when it has been answered. */
  | { readonly type: 'read' }
  /** Finish what is under way, for that long at most, and end. */
  | { readonly type: 'drain'; readonly timeoutMs: number }

export type FromWorker =
  /** It listens to messages. */
  | { readonly type: 'ready' }
  | { readonly type: 'applied'; readonly applied: AppliedUpdate }
  | { readonly type: 'listening'; readonly url: string }
  /** It cannot listen, and ends. */
  | { readonly type: 'failed'; readonly code: RelayErrorCode; readonly message: string }
  | { readonly type: 'counts'; readonly counts: PlaneReading; readonly resources: WorkerResources }
  /** A provider has told of its evaluations: the primary knows which batches have come before. */
  | { readonly type: 'usage'; readonly environment: string; readonly batch: UsageBatch }
  | { readonly type: 'usage-refused'; readonly environment: string }

/** What a worker is made of. Secrets are in it, keys by their digests: the channel is a pair of sockets that no other process has. */
export interface WorkerStart {
  /** From 1; whoever takes a dead worker's place has its number. */
  readonly worker: number
  readonly version: string
  readonly configuration: WorkerConfiguration
}

/** Of the configuration, what a worker reads. */
export type WorkerConfiguration = Pick<Configuration, 'server' | 'log' | 'tracing'> & {
  readonly environments: readonly WorkerEnvironment[]
}

/** What may change while a worker runs. */
export interface WorkerServing {
  readonly environments: readonly WorkerEnvironment[]
  /** Secrets are in it. */
  readonly settings: LiveSettings
}

export interface WorkerEnvironment {
  readonly name: string
  readonly serverKeys: readonly AccessKey[]
  readonly clientKeys: readonly AccessKey[]
  readonly corsOrigins: readonly string[]
  readonly isOrdered: boolean
}

/** How an environment stands in the primary. The next one follows when this one has been applied. */
export interface EnvironmentUpdate {
  readonly environment: string
  /** Name of the vendor whose documents they are. */
  readonly vendor: string
  readonly state: EnvironmentState
  /** When the upstream last confirmed what is served, epoch milliseconds. */
  readonly confirmedAtMs: number | null
  /** null while there is no data. */
  readonly served: ServedUpdate | null
  /** The document itself, where the vendor's own programs may read it; absent: as before. */
  readonly original?: string | null
}

export interface ServedUpdate {
  readonly revision: string
  readonly sequence: number
  readonly fence: number
  readonly sinceMs: number
  /** null where the worker has the ruleset of this revision already. */
  readonly content: RulesetContent | null
}

/** A ruleset, or the patch to it from the one that the worker has. */
export interface RulesetContent {
  readonly form: 'whole' | 'patch'
  /** JSON in UTF-8. */
  readonly text: Uint8Array
}

export interface AppliedUpdate {
  readonly environment: string
  /** What the worker serves now. */
  readonly revision: string | null
  /** Why the update could not be used: the primary sends everything then. */
  readonly problem?: string
}

/** What a worker's process takes. */
export interface WorkerResources {
  /** User and system, since its start. */
  readonly cpuSeconds: number
  readonly residentBytes: number
}
