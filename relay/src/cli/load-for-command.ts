/** Loads the configuration for a command and says what is wrong with it. */
import { readFile } from 'node:fs/promises'
import type { Configuration } from '../config/configuration.js'
import { loadConfiguration, type ConfigurationSources } from '../config/load-configuration.js'
import { formatProblems } from '../config/problem.js'
import type { CommandHost } from './command.js'

/**
 * @param file absent: the file that SWITCHYARD_CONFIG names, or environment variables alone
 * @param read reads UTF-8
 * @returns null when the configuration is wrong; the problems have been written to standard error then
 */
export async function loadForCommand(
  file: string | undefined,
  host: CommandHost,
  read: (path: string) => Promise<string> = readText,
): Promise<Configuration | null> {
  const loaded = await loadConfiguration(sourcesOf(file, host, read))
  if (!loaded.ok) {
    host.stderr.write(formatProblems(loaded.problems))
    return null
  }
  for (const { path, message } of loaded.warnings) host.stderr.write(`warning ${path}: ${message}\n`)
  return loaded.configuration
}

/** Where a command's configuration is. */
export function sourcesOf(
  file: string | undefined,
  { env, now }: Pick<CommandHost, 'env' | 'now'>,
  read: (path: string) => Promise<string>,
): ConfigurationSources {
  return { ...(file === undefined ? {} : { file }), env, now, readFile: read }
}

/** Reads UTF-8. */
export function readText(path: string): Promise<string> {
  return readFile(path, 'utf8')
}
