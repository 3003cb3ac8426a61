/** All streams of the data plane: one line of each kind for each environment, under common limits. */
import type { IncomingMessage } from 'node:http'
import type { LiveDirectory } from '../../environments/directory.js'
import type { Environment } from '../../environments/environment.js'
import type { Logger } from '../../telemetry/logger.js'
import type { StreamCounts } from '../../telemetry/stream-counts.js'
import { createAdmission } from './admission.js'
import { ChangeLine } from './change-line.js'
import type { ChannelSurroundings, MayRead } from './channel.js'
import { createConfigurations, type Configurations } from './configurations.js'
import { RulesetLine } from './ruleset-line.js'
import type { StreamSettings } from './stream-settings.js'
import type { StreamTokens } from './stream-tokens.js'

export interface Streams {
  readonly settings: StreamSettings
  readonly tokens: StreamTokens
  of(environment: Environment): EnvironmentStreams
  /**
   * Other keys or environments are in the directory: streams of those that are no more end, all others stay.
   *
   * @param mayCome whether who sent a request may still ask; everybody when absent
   */
  renew(mayCome?: (request: IncomingMessage) => boolean): void
  /** Ends all streams at once. */
  close(): void
}

export interface EnvironmentStreams {
  readonly changes: ChangeLine
  /** Made at first use: an environment without in-process providers needs no patches. */
  rulesets(): RulesetLine
  readonly configurations: Configurations
}

export interface StreamsOptions {
  readonly settings: StreamSettings
  readonly tokens: StreamTokens
  readonly counts: StreamCounts
}

export interface StreamsSurroundings {
  readonly directory: Pick<LiveDirectory, 'environments' | 'holds'>
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly random: () => number
  readonly logger: Pick<Logger, 'error'>
}

export function createStreams(
  { settings, tokens, counts }: StreamsOptions,
  { directory, now, random, logger }: StreamsSurroundings,
): Streams {
  const shared: ChannelSurroundings = { settings, counts, random, logger, admission: createAdmission(settings) }
  const open = new Map<Environment, Lines>()
  // Requests under way may still ask for those of an environment that is gone.
  const all = new WeakMap<Environment, Lines>()
  const begin = (environment: Environment): void => {
    if (open.has(environment)) return
    const lines = createLines(environment, now, shared)
    open.set(environment, lines)
    all.set(environment, lines)
  }
  directory.environments.forEach(begin)
  return {
    settings,
    tokens,
    of(environment) {
      const found = all.get(environment)
      if (found === undefined) throw new TypeError(`${environment.name} was never in the directory`)
      return found
    },
    renew(mayCome = () => true) {
      directory.environments.forEach(begin)
      const known = new Set(directory.environments)
      for (const [environment, lines] of open) {
        lines.keep((access, request) => directory.holds(access) && mayCome(request))
        if (known.has(environment)) continue
        lines.close()
        open.delete(environment)
      }
    },
    close() {
      for (const each of open.values()) each.close()
    },
  }
}

interface Lines extends EnvironmentStreams {
  keep(mayRead: MayRead): void
  close(): void
}

function createLines(environment: Environment, now: () => number, shared: ChannelSurroundings): Lines {
  const changes = new ChangeLine(environment, now, shared)
  const configurations = createConfigurations(environment)
  let rulesets: RulesetLine | undefined
  return {
    changes,
    configurations,
    rulesets: () => (rulesets ??= new RulesetLine(environment, shared)),
    keep(mayRead) {
      changes.keep(mayRead)
      rulesets?.keep(mayRead)
    },
    close() {
      changes.close()
      rulesets?.close()
      configurations.close()
    },
  }
}
