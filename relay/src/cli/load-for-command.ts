/** Loads the configuration for a command and says what is wrong with it. */
import { readFile } from 'node:fs/promises'
import type { Configuration } from '../config/configuration.js'
import { loadConfiguration } from '../config/load-configuration.js'
import { formatProblems } from '../config/problem.js'
import type { CommandHost } from './command.js'

/**
 * @param file absent: the file that SWITCHYARD_CONFIG names, or environment variables alone
 * @returns null when the configuration is wrong; the problems have been written to standard error then
 */
export async function loadForCommand(file: string | undefined, host: CommandHost): Promise<Configuration | null> {
  const loaded = await loadConfiguration({
    ...(file === undefined ? {} : { file }),
    env: host.env,
    readFile: (path) => readFile(path, 'utf8'),
  })
  if (!loaded.ok) {
    host.stderr.write(formatProblems(loaded.problems))
    return null
  }
  for (const { path, message } of loaded.warnings) host.stderr.write(`warning ${path}: ${message}\n`)
  return loaded.configuration
}
