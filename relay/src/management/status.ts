/** What `/readyz` and `/status` say. No secret is in it. */
import type { Diagnostic } from '@switchyard/engine'
import type { RunningEnvironment } from '../environments/running-environment.js'
import type { MaskedKey } from '../environments/key-reports.js'
import type { EnvironmentState, EnvironmentStatus, HeldStatus } from '../environments/environment.js'
import type { SnapshotKeeper } from '../environments/keep-snapshots.js'
import type { StoreStatus } from '../environments/store-line.js'
import type { ReplicaStatus, SharedUpstream } from '../environments/share-upstream.js'
import type { WorkerReading } from '../telemetry/worker-reading.js'
import type { ReloadReading, ReloadReport } from '../reload/reloads.js'
import type { CertificateReading } from '../transport/certificates.js'
import type { UsageLane } from '../usage/usage-lane.js'

/** An environment and what the status says about it besides its own state. */
export interface ReportedEnvironment {
  readonly environment: RunningEnvironment
  /** Whether the relay is ready only when this environment has data. */
  readonly required: boolean
  /** It came by a reload: readiness does not wait for it. */
  readonly cameLater?: boolean
  readonly keys: readonly MaskedKey[]
  /** null where replicas share nothing. */
  readonly replica?: Pick<SharedUpstream, 'status'> | null
  readonly keeper: SnapshotKeeper
}

export interface StatusOptions {
  readonly version: string
  readonly startedAtMs: number
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly environments: readonly ReportedEnvironment[]
  readonly usage: Pick<UsageLane, 'read'>
  /** Absent or null where the relay serves by itself. */
  readonly workers?: (() => readonly WorkerReading[]) | null
  /** Whether the relay is about to stop. */
  readonly isDraining: () => boolean
  /** Whether the management plane can change what is served. */
  readonly allowsChanges: boolean
  readonly reloads: () => ReloadReading
  /** Of planes that speak TLS; absent: none does. */
  readonly certificates?: () => readonly CertificateReading[]
}

export interface Readiness {
  /** `waiting`: a required environment has never had data, or no worker serves it. Data of any age will do. */
  readonly status: 'ready' | 'waiting' | 'stale' | 'draining'
  /** The required environments without data. */
  readonly waiting: readonly string[]
  /** The required environments whose data may be old; only where that was asked for. */
  readonly stale?: readonly string[]
  /** Workers that serve all required environments, of so many; absent where the relay serves by itself. */
  readonly workers?: { readonly serving: number; readonly configured: number }
}

export interface RelayStatus {
  readonly version: string
  readonly node: string
  readonly startedAt: string
  readonly uptimeSeconds: number
  readonly readiness: Readiness
  /** Whether `management.allowChanges` is set. */
  readonly allowsChanges: boolean
  /** Absent where the relay serves by itself. */
  readonly workers?: readonly WorkerReport[]
  readonly configuration: ConfigurationReport
  /** What is shown to clients and what theirs are checked with, in effect now; absent where no plane speaks TLS. */
  readonly certificates?: readonly CertificateReport[]
  readonly environments: readonly EnvironmentReport[]
}

export interface CertificateReport extends Omit<CertificateReading, 'expiresAtMs'> {
  readonly expiresAt: string
  readonly hasExpired: boolean
}

export interface WorkerReport extends Omit<WorkerReading, 'number' | 'sinceMs' | 'revisionOf'> {
  readonly worker: number
  readonly since: string
  /** What it serves, by environment; null where it has nothing. */
  readonly revisions: Readonly<Record<string, string | null>>
}

/** Which configuration is in effect, and what came of the last attempt to take another one. */
export interface ConfigurationReport {
  readonly inEffectSince: string
  /** null while there was none. */
  readonly lastReload:
    | (Omit<ReloadReport, 'atMs' | 'problems'> & { readonly at: string; readonly problems: readonly ProblemReport[] })
    | null
}

/** What is wrong with a configuration, where, and what to do. */
interface ProblemReport {
  readonly path: string
  readonly message: string
  /** The file or the variable, with line and column where it has them. */
  readonly place: string | null
}

/** Where somebody has decided, or has to. */
export interface Decisions {
  /** What the upstream has and is not served. */
  readonly held: HeldReport | null
  /** The snapshot that somebody has activated. */
  readonly activated: { readonly id: string; readonly since: string } | null
}

export interface EnvironmentReport extends Decisions {
  readonly name: string
  readonly vendor: string
  readonly upstream: string
  readonly required: boolean
  readonly state: EnvironmentState
  readonly stateSince: string
  readonly revision: string | null
  readonly sequence: number
  readonly servedSince: string | null
  /** When the upstream last confirmed what is served. */
  readonly confirmedAt: string | null
  readonly lastError: ErrorReport | null
  /** What this replica does for the environment; absent where replicas share nothing. */
  readonly replica?: { readonly role: string; readonly since: string; readonly fence: number }
  readonly stores: readonly StoreReport[]
  readonly counts: EnvironmentCounts
  /** The first of them; `counts.diagnostics` counts all. */
  readonly diagnostics: readonly Diagnostic[]
  readonly keys: readonly MaskedKey[]
}

interface ErrorReport {
  readonly code: string
  readonly message: string
  readonly at: string
}

type HeldReport = Omit<HeldStatus, 'sinceMs'> & { readonly since: string }

interface StoreReport extends Pick<StoreStatus, 'name' | 'description' | 'written' | 'passedOver' | 'writes'> {
  readonly state: 'working' | 'failing'
  readonly since: string
  readonly lastError: ErrorReport | null
}

export interface EnvironmentCounts {
  readonly flags: number
  /** Requests with a key of the environment, whatever they were answered. */
  readonly requests: number
  /** Answers that the relay gave. */
  readonly evaluations: number
  /** Answers that providers gave in their applications, as far as they have told. */
  readonly inProcessEvaluations: number
  readonly diagnostics: number
  readonly fetches: Readonly<Record<string, number>>
}

/** A page is for reading. */
const maxDiagnosticsShown = 100
const maxProblemsShown = 100

/** @param failsOnStale whether data that is not `fresh` is not good enough */
export function readReadiness(options: StatusOptions, failsOnStale = false): Readiness {
  const entries = options.environments.filter((each) => each.required)
  const required = entries.map(({ environment }) => environment)
  const awaited = entries.filter(({ cameLater = false }) => !cameLater).map(({ environment }) => environment)
  const waiting = awaited.filter(({ served }) => served === null).map(({ name }) => name)
  const stale = required.filter(({ served, state }) => served !== null && state !== 'fresh').map(({ name }) => name)
  const workers = options.workers ? readWorkers(options.workers(), required) : undefined
  const found = { waiting, ...(failsOnStale ? { stale } : {}), ...(workers === undefined ? {} : { workers }) }
  if (options.isDraining()) return { status: 'draining', ...found }
  if (waiting.length > 0 || workers?.serving === 0) return { status: 'waiting', ...found }
  return { status: failsOnStale && stale.length > 0 ? 'stale' : 'ready', ...found }
}

/** What the relay has is of use only once a worker has it. */
function readWorkers(
  workers: readonly WorkerReading[],
  required: readonly RunningEnvironment[],
): NonNullable<Readiness['workers']> {
  const isServing = ({ state, revisionOf }: WorkerReading): boolean =>
    state === 'serving' && required.every(({ name, served }) => served === null || revisionOf(name) !== null)
  return { serving: workers.filter(isServing).length, configured: workers.length }
}

export function readStatus(options: StatusOptions): RelayStatus {
  const names = options.environments.map(({ environment }) => environment.name)
  return {
    version: options.version,
    node: process.versions.node,
    startedAt: timestamp(options.startedAtMs),
    uptimeSeconds: Math.max(0, options.now() - options.startedAtMs) / 1_000,
    readiness: readReadiness(options),
    allowsChanges: options.allowsChanges,
    ...(options.workers ? { workers: options.workers().map((each) => reportWorker(each, names)) } : {}),
    configuration: reportConfiguration(options.reloads()),
    ...reportCertificates(options),
    environments: options.environments.map((each) => report(each, options.usage)),
  }
}

function reportWorker(
  { number, sinceMs, revisionOf, ...reading }: WorkerReading,
  names: readonly string[],
): WorkerReport {
  const revisions = Object.fromEntries(names.map((name) => [name, revisionOf(name)]))
  return { worker: number, ...reading, since: timestamp(sinceMs), revisions }
}

function report(
  { environment, required, keys, replica, keeper }: ReportedEnvironment,
  usage: StatusOptions['usage'],
): EnvironmentReport {
  const status = environment.status()
  const { name, vendor, upstream, state, revision, sequence, confirmedAtMs, lastError, diagnostics } = status
  return {
    name,
    vendor,
    upstream,
    required,
    state,
    stateSince: timestamp(status.stateSinceMs),
    revision,
    sequence,
    servedSince: environment.served === null ? null : timestamp(environment.served.sinceMs),
    confirmedAt: confirmedAtMs === null ? null : timestamp(confirmedAtMs),
    lastError: lastError && reportError(lastError),
    ...reportDecisions(status),
    stores: keeper.status().map(reportStore),
    ...(replica ? { replica: reportReplica(replica.status()) } : {}),
    counts: countsOf(environment, usage),
    diagnostics: diagnostics.slice(0, maxDiagnosticsShown),
    keys,
  }
}

function reportCertificates({ certificates, now }: StatusOptions): Pick<RelayStatus, 'certificates'> {
  const read = certificates?.() ?? []
  if (read.length === 0) return {}
  return {
    certificates: read.map(({ expiresAtMs, ...rest }) => {
      return { ...rest, expiresAt: timestamp(expiresAtMs), hasExpired: expiresAtMs < now() }
    }),
  }
}

function reportConfiguration({ inEffectSinceMs, last }: ReloadReading): ConfigurationReport {
  return { inEffectSince: timestamp(inEffectSinceMs), lastReload: last && reportReload(last) }
}

function reportReload({ atMs, problems, ...rest }: ReloadReport): ConfigurationReport['lastReload'] {
  const told = problems.slice(0, maxProblemsShown).map(({ path, message, name, line, column }) => {
    const place = [name, line, column].filter((part) => part !== undefined).join(':')
    return { path, message, place: place === '' ? null : place }
  })
  return { ...rest, at: timestamp(atMs), problems: told }
}

function countsOf(environment: RunningEnvironment, usage: StatusOptions['usage']): EnvironmentCounts {
  const { flagCount, diagnostics } = environment.status()
  return {
    flags: flagCount,
    requests: environment.usage.requests(),
    evaluations: sumOf(environment.usage.read()),
    inProcessEvaluations: sumOf(usage.read(environment.name).evaluations),
    diagnostics: diagnostics.length,
    fetches: environment.activity.fetches,
  }
}

function reportReplica({ role, sinceMs, fence }: ReplicaStatus): NonNullable<EnvironmentReport['replica']> {
  return { role, since: timestamp(sinceMs), fence }
}

function reportError({
  code,
  message,
  atMs,
}: {
  readonly code: string
  readonly message: string
  readonly atMs: number
}): ErrorReport {
  return { code, message, at: timestamp(atMs) }
}

/** The same for the status and for `/snapshots`. */
export function reportDecisions({ held, activated }: Pick<EnvironmentStatus, 'held' | 'activated'>): Decisions {
  return {
    held: held && reportHeld(held),
    activated: activated && { id: activated.id, since: timestamp(activated.sinceMs) },
  }
}

function reportHeld({ sinceMs, ...held }: HeldStatus): HeldReport {
  return { ...held, since: timestamp(sinceMs) }
}

function reportStore({ isFailing, sinceMs, lastError, ...store }: StoreStatus): StoreReport {
  const state = isFailing ? 'failing' : 'working'
  return { ...store, state, since: timestamp(sinceMs), lastError: lastError && reportError(lastError) }
}

function sumOf(series: readonly { readonly count: number }[]): number {
  return series.reduce((sum, { count }) => sum + count, 0)
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString()
}
