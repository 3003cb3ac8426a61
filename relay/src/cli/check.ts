/** `switchyard check`: says what is wrong with a configuration and with the flag documents it names. */
import { vendors } from '@switchyard/engine'
import type { Configuration, EnvironmentConfiguration } from '../config/configuration.js'
import { createUpstream } from '../environments/upstream.js'
import type { Ingestion } from '../environments/ingest.js'
import { RelayError } from '../relay-error.js'
import { exitCode, readOptions, UsageError, type Command, type CommandHost } from './command.js'
import { loadForCommand } from './load-for-command.js'
import { formatDiagnostics, readDocument } from './read-document.js'

export const check: Command = {
  help: `Usage: npx @switchyard/relay check [--config FILE]
       npx @switchyard/relay check --document FILE [--vendor VENDOR]

Checks a configuration and every flag file it names, or one flag document, and says all that is wrong. Nothing is started,
and no vendor is asked.

Options:
  --config FILE       the configuration file; default: the one that SWITCHYARD_CONFIG names
  --document FILE     check this flag document and no configuration
  --vendor VENDOR     whose document it is: ${[...vendors.keys()].join(', ')}; default: recognised from it

Exit codes: 0 nothing is wrong (there may be warnings), 64 wrong usage, 65 a document has errors, 78 the configuration is wrong.
`,
  run: async (args, host) => {
    const { config, document, vendor } = readOptions(args, {
      config: { type: 'string' },
      document: { type: 'string' },
      vendor: { type: 'string' },
    })
    if (document === undefined) {
      if (vendor !== undefined) throw new UsageError('--vendor goes with --document')
      return checkConfiguration(config, host)
    }
    if (config !== undefined) throw new UsageError('--config and --document do not go together')
    const known = vendor === undefined ? undefined : vendors.get(vendor)
    if (vendor !== undefined && known === undefined) {
      throw new UsageError(`--vendor ${vendor}: it has to be one of ${[...vendors.keys()].join(', ')}`)
    }
    const read = await readDocument(document, known === undefined ? {} : { vendor: known })
    return report(document, read, host, 'switchyard check') ? exitCode.success : exitCode.document
  },
}

async function checkConfiguration(file: string | undefined, host: CommandHost): Promise<number> {
  const configuration = await loadForCommand(file, host)
  if (configuration === null) return exitCode.configuration
  host.stdout.write(`configuration: ${summary(configuration)}\n`)
  let code: number = exitCode.success
  for (const environment of configuration.environments) {
    const result = await checkEnvironment(environment, host)
    if (result !== exitCode.success) code = result
  }
  return code
}

function summary({ environments, isKeyless }: Configuration): string {
  return `${counted(environments.length, 'environment')}, ${isKeyless ? 'requests need no key' : 'requests need a key'}`
}

async function checkEnvironment({ name, upstream }: EnvironmentConfiguration, host: CommandHost): Promise<number> {
  try {
    const { vendor, vendorOptions } = await createUpstream(upstream, host.now)
    if (upstream.type !== 'file') {
      host.stdout.write(`${name}: not read, as its upstream is no file\n`)
      return exitCode.success
    }
    const read = await readDocument(upstream.path, {
      ...(vendor === undefined ? {} : { vendor }),
      vendorOptions,
      ...(upstream.format === undefined ? {} : { format: upstream.format }),
    })
    return report(name, read, host) ? exitCode.success : exitCode.document
  } catch (error) {
    if (!(error instanceof RelayError)) throw error
    host.stderr.write(`${name}: ${error.message}\n`)
    return exitCode.configuration
  }
}

/**
 * Says what was found in a document; returns whether it has no errors.
 *
 * @param speaker stands before the reason why a document cannot be used, which mostly names the file itself
 */
function report(name: string, read: Ingestion, { stdout, stderr }: CommandHost, speaker: string = name): boolean {
  stderr.write(formatDiagnostics(read.diagnostics))
  if (!read.ok) {
    stderr.write(`${speaker}: ${read.message}\n`)
    return false
  }
  const errors = read.diagnostics.filter(({ severity }) => severity === 'error').length
  const found = [
    counted(read.snapshot.flagKeys.length, 'flag'),
    counted(errors, 'error'),
    counted(read.diagnostics.length - errors, 'warning'),
  ]
  stdout.write(`${name}: a ${read.vendor.name} document with ${found.join(', ')}\n`)
  return errors === 0
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`
}
