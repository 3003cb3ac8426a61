import { loadConfiguration, type LoadedConfiguration } from '../../src/config/load-configuration.js'

/** What a test writes down for the loader to read. */
export interface Sources {
  /** Text of `/etc/switchyard/switchyard.yaml`; absent: there is no file. */
  readonly file?: string
  readonly env?: Readonly<Record<string, string>>
  /** Texts of other files, by absolute path. */
  readonly files?: Readonly<Record<string, string>>
  /** Epoch milliseconds; the system's clock when absent. */
  readonly now?: () => number
}

/** The path of the configuration file in these tests. */
export const configurationFile = '/etc/switchyard/switchyard.yaml'

/** Loads a configuration from texts. */
export function load({ file, env = {}, files = {}, now }: Sources): Promise<LoadedConfiguration> {
  const texts = new Map(Object.entries({ ...files, ...(file === undefined ? {} : { [configurationFile]: file }) }))
  return loadConfiguration({
    ...(file === undefined ? {} : { file: configurationFile }),
    ...(now === undefined ? {} : { now }),
    env,
    readFile: async (path) => {
      const text = texts.get(path)
      if (text !== undefined) return text
      throw Object.assign(new Error(`nothing at ${path}`), { code: 'ENOENT' })
    },
  })
}

/** The text of a file with one environment called `e`, and more lines behind it. */
export function withEnvironment(lines = ''): string {
  return `environments:\n  e:\n    upstream: { type: file, path: /flags.json }\n    serverKeys: [key-of-e]\n${lines}`
}
