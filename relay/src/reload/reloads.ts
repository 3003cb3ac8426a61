/** Takes new configurations while the relay runs, one after the other, and remembers what came of them. */
import type { Configuration } from '../config/configuration.js'
import type { LoadedConfiguration } from '../config/load-configuration.js'
import type { ConfigurationWarning, Problem } from '../config/problem.js'
import { RelayError } from '../relay-error.js'
import type { Logger } from '../telemetry/logger.js'
import type { EnvironmentSet, SetEntry } from './environment-set.js'
import { needsRestart, planReload, type ReloadPlan } from './plan.js'

/** `applied`: something is otherwise from now on. `unchanged`: nothing is. `refused`: it is wrong, and nothing is otherwise. */
export type ReloadOutcome = 'applied' | 'unchanged' | 'refused'

/** What made the relay look: a signal, a file that changed, or the process that this one belongs to. */
export type ReloadTrigger = 'signal' | 'file' | 'primary'

/** What came of one look at the configuration. No secret is in it. */
export interface ReloadReport {
  readonly outcome: ReloadOutcome
  readonly trigger: ReloadTrigger
  /** Epoch milliseconds. */
  readonly atMs: number
  /** Names of environments. */
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
  /** Paths of other settings that count from now on. */
  readonly settings: readonly string[]
  /** Paths of settings that count after a restart only. */
  readonly needsRestart: readonly string[]
  /** Why it was refused. */
  readonly problems: readonly Problem[]
}

/** What metrics and status say of reloads. */
export interface ReloadReading {
  /** null before the first. */
  readonly last: ReloadReport | null
  /** When what is in effect was taken, epoch milliseconds; the start counts. */
  readonly inEffectSinceMs: number
  /** Counts that never fall. */
  readonly counts: Readonly<Record<ReloadOutcome, number>>
}

export interface Reloads {
  /** What is in effect, except for what needs a restart. */
  readonly configuration: Configuration
  /** Takes what was loaded, after what is being taken. Never rejects. */
  take(loaded: LoadedConfiguration, trigger: ReloadTrigger): Promise<ReloadReport>
  read(): ReloadReading
}

export interface ReloadsOptions {
  /** What the relay was started with. */
  readonly started: Configuration
  readonly environments: Pick<EnvironmentSet, 'apply'>
  /** Makes the planes serve others, with settings that count at once. */
  readonly serve: (entries: readonly SetEntry[], configuration: Configuration) => void
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
}

/** Creates what takes new configurations. */
export function createReloads(options: ReloadsOptions): Reloads {
  const { started, now } = options
  const counts = { applied: 0, unchanged: 0, refused: 0 }
  let configuration = started
  let inEffectSinceMs = now()
  let last: ReloadReport | null = null
  let taking: Promise<unknown> = Promise.resolve()

  const take = async (loaded: LoadedConfiguration, trigger: ReloadTrigger): Promise<ReloadReport> => {
    const result = loaded.ok ? await applied(loaded.configuration, options, configuration) : refused(loaded.problems)
    if (loaded.ok && result.outcome !== 'refused') {
      configuration = loaded.configuration
      inEffectSinceMs = now()
    }
    if (loaded.ok) warn(loaded.warnings, options.logger)
    const report = { ...result, trigger, atMs: now() }
    counts[report.outcome] += 1
    last = report
    tell(report, options.logger)
    return report
  }

  return {
    get configuration() {
      return configuration
    },
    take(loaded, trigger) {
      const taken = taking.then(() => take(loaded, trigger))
      taking = taken
      return taken
    },
    read: () => ({ last, inEffectSinceMs, counts }),
  }
}

type Result = Omit<ReloadReport, 'trigger' | 'atMs'>

const nothing = { added: [], removed: [], changed: [], settings: [], needsRestart: [], problems: [] } as const

async function applied(after: Configuration, options: ReloadsOptions, before: Configuration): Promise<Result> {
  if (after.isKeyless && !before.isKeyless) return refused([keysAreGone(after)])
  const plan = planReload(before, after)
  const waiting = needsRestart(options.started, after)
  try {
    if (!isEmpty(plan)) await apply(plan, after, options)
  } catch (error) {
    if (!(error instanceof RelayError))
      options.logger.error({ error }, 'a reload failed because of a mistake in Switchyard')
    return refused([notApplied(error)])
  }
  const { added, removed, changed, settings } = plan
  return {
    ...nothing,
    outcome: isEmpty(plan) ? 'unchanged' : 'applied',
    added: added.map(({ name }) => name),
    removed: removed.map(({ name }) => name),
    changed: changed.map((each) => each.after.name),
    settings,
    needsRestart: waiting,
  }
}

function apply(
  plan: ReloadPlan,
  configuration: Configuration,
  { environments: set, serve }: ReloadsOptions,
): Promise<void> {
  const order = configuration.environments.map(({ name }) => name)
  return set.apply(plan, order, (entries) => serve(entries, configuration))
}

function isEmpty({ added, removed, changed, settings }: ReloadPlan): boolean {
  return added.length + removed.length + changed.length + settings.length === 0
}

function refused(problems: readonly Problem[]): Result {
  return { ...nothing, outcome: 'refused', problems }
}

/** A file that was cut short must not open a door. */
function keysAreGone({ environments: [environment] }: Configuration): Problem {
  const path = `environments.${environment?.name ?? ''}`
  return {
    path,
    expected: 'serverKeys, clientKeys or both, as there were keys before',
    received: 'neither',
    message: `${path} has no keys any more: whoever reaches the relay could read every flag. Give it a key, or restart the relay to serve without keys.`,
    source: 'none',
  }
}

function notApplied(error: unknown): Problem {
  const message =
    error instanceof RelayError ? `${error.message}.` : 'This is a mistake in Switchyard; the log has more.'
  return { path: '', expected: 'a configuration that can be applied', received: 'another one', message, source: 'none' }
}

function warn(warnings: readonly ConfigurationWarning[], logger: Logger): void {
  for (const { path, message } of warnings) logger.warn({ setting: path, reason: message }, 'a setting may be wrong')
}

function tell({ outcome, trigger, problems, needsRestart: waiting, ...report }: ReloadReport, logger: Logger): void {
  if (outcome === 'refused') {
    const places = problems.map(({ message, name, line }) => [name, line, message].filter(Boolean).join(':'))
    logger.error({ trigger, problems: places }, 'the new configuration is wrong: nothing has changed')
    return
  }
  if (waiting.length > 0)
    logger.warn({ settings: waiting }, 'some settings have changed that count after a restart only')
  const { added, removed, changed, settings } = report
  if (outcome === 'applied') {
    logger.info({ trigger, added, removed, changed, settings }, 'the configuration was taken anew')
  } else logger.info({ trigger }, 'the configuration was read again: nothing has changed')
}
