/** All streams of the data plane: one line of each kind for each environment, under common limits. */
import type { Environment, EnvironmentDirectory } from '../../environments/environment.js'
import type { Logger } from '../../telemetry/logger.js'
import type { StreamCounts } from '../../telemetry/stream-counts.js'
import { createAdmission } from './admission.js'
import { ChangeLine } from './change-line.js'
import type { ChannelSurroundings } from './channel.js'
import { createConfigurations, type Configurations } from './configurations.js'
import { RulesetLine } from './ruleset-line.js'
import type { StreamSettings } from './stream-settings.js'
import type { StreamTokens } from './stream-tokens.js'

export interface Streams {
  readonly settings: StreamSettings
  readonly tokens: StreamTokens
  of(environment: Environment): EnvironmentStreams
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
  readonly directory: EnvironmentDirectory
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
  const lines = new Map<Environment, EnvironmentStreams & { close(): void }>()
  for (const environment of directory.environments) lines.set(environment, createLines(environment, now, shared))
  return {
    settings,
    tokens,
    of(environment) {
      const found = lines.get(environment)
      if (found === undefined) throw new TypeError(`${environment.name} is not in the directory`)
      return found
    },
    close() {
      for (const each of lines.values()) each.close()
    },
  }
}

function createLines(
  environment: Environment,
  now: () => number,
  shared: ChannelSurroundings,
): EnvironmentStreams & { close(): void } {
  const changes = new ChangeLine(environment, now, shared)
  const configurations = createConfigurations(environment)
  let rulesets: RulesetLine | undefined
  return {
    changes,
    configurations,
    rulesets: () => (rulesets ??= new RulesetLine(environment, shared)),
    close() {
      changes.close()
      rulesets?.close()
      configurations.close()
    },
  }
}
