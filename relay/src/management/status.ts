/** What `/readyz` and `/status` say. No secret is in it. */
import type { Diagnostic } from '@switchyard/engine'
import type { RunningEnvironment } from '../environments/running-environment.js'
import type { MaskedKey } from '../environments/directory.js'
import type { EnvironmentState, EnvironmentStatus } from '../environments/environment.js'
import type { ReplicaStatus, SharedUpstream } from '../environments/share-upstream.js'
import type { UsageLane } from '../usage/usage-lane.js'

/** An environment and what the status says about it besides its own state. */
export interface ReportedEnvironment {
  readonly environment: RunningEnvironment
  /** Whether the relay is ready only when this environment has data. */
  readonly required: boolean
  readonly keys: readonly MaskedKey[]
  /** null where replicas share nothing. */
  readonly replica?: Pick<SharedUpstream, 'status'> | null
}

export interface StatusOptions {
  readonly version: string
  readonly startedAtMs: number
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly environments: readonly ReportedEnvironment[]
  readonly usage: Pick<UsageLane, 'read'>
  /** Whether the relay is about to stop. */
  readonly isDraining: () => boolean
}

export interface Readiness {
  /** `waiting`: a required environment has never had data. Data of any age will do. */
  readonly status: 'ready' | 'waiting' | 'draining'
  /** The required environments without data. */
  readonly waiting: readonly string[]
}

export interface RelayStatus {
  readonly version: string
  readonly node: string
  readonly startedAt: string
  readonly uptimeSeconds: number
  readonly readiness: Readiness
  readonly environments: readonly EnvironmentReport[]
}

export interface EnvironmentReport {
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
  readonly lastError: { readonly code: string; readonly message: string; readonly at: string } | null
  /** What this replica does for the environment; absent where replicas share nothing. */
  readonly replica?: { readonly role: string; readonly since: string; readonly fence: number }
  readonly counts: EnvironmentCounts
  /** The first of them; `counts.diagnostics` counts all. */
  readonly diagnostics: readonly Diagnostic[]
  readonly keys: readonly MaskedKey[]
}

export interface EnvironmentCounts {
  readonly flags: number
  /** Answers that the relay gave. */
  readonly evaluations: number
  /** Answers that providers gave in their applications, as far as they have told. */
  readonly inProcessEvaluations: number
  readonly diagnostics: number
  readonly fetches: Readonly<Record<string, number>>
}

/** A page is for reading. */
const maxDiagnosticsShown = 100

export function readReadiness({ environments, isDraining }: StatusOptions): Readiness {
  const waiting = environments
    .filter(({ environment, required }) => required && environment.served === null)
    .map(({ environment }) => environment.name)
  if (isDraining()) return { status: 'draining', waiting }
  return { status: waiting.length === 0 ? 'ready' : 'waiting', waiting }
}

export function readStatus(options: StatusOptions): RelayStatus {
  return {
    version: options.version,
    node: process.versions.node,
    startedAt: timestamp(options.startedAtMs),
    uptimeSeconds: Math.max(0, options.now() - options.startedAtMs) / 1_000,
    readiness: readReadiness(options),
    environments: options.environments.map((each) => report(each, options.usage)),
  }
}

function report(
  { environment, required, keys, replica }: ReportedEnvironment,
  usage: StatusOptions['usage'],
): EnvironmentReport {
  const { name, vendor, upstream, state, stateSinceMs, revision, sequence, confirmedAtMs, lastError, diagnostics } =
    environment.status()
  return {
    name,
    vendor,
    upstream,
    required,
    state,
    stateSince: timestamp(stateSinceMs),
    revision,
    sequence,
    servedSince: environment.served === null ? null : timestamp(environment.served.sinceMs),
    confirmedAt: confirmedAtMs === null ? null : timestamp(confirmedAtMs),
    lastError: lastError && reportError(lastError),
    ...(replica ? { replica: reportReplica(replica.status()) } : {}),
    counts: countsOf(environment, usage),
    diagnostics: diagnostics.slice(0, maxDiagnosticsShown),
    keys,
  }
}

function countsOf(environment: RunningEnvironment, usage: StatusOptions['usage']): EnvironmentCounts {
  const { flagCount, diagnostics } = environment.status()
  return {
    flags: flagCount,
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
}: NonNullable<EnvironmentStatus['lastError']>): EnvironmentReport['lastError'] {
  return { code, message, at: timestamp(atMs) }
}

function sumOf(series: readonly { readonly count: number }[]): number {
  return series.reduce((sum, { count }) => sum + count, 0)
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString()
}
