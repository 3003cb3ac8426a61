/** `switchyard serve`: runs the relay until it is told to stop. */
import { fileURLToPath } from 'node:url'
import { loadConfiguration } from '../config/load-configuration.js'
import { startRelay, type RunningRelay } from '../main.js'
import { RelayError } from '../relay-error.js'
import { followConfiguration } from '../reload/follow-configuration.js'
import { createReadFiles } from '../reload/read-files.js'
import { exitCode, readOptions, UsageError, type Command, type CommandHost } from './command.js'
import { loadForCommand, readText, sourcesOf } from './load-for-command.js'
import { version } from './version.js'

export const serve: Command = {
  help: `Usage: npx @switchyard/relay serve [options]

Runs the relay until SIGINT or SIGTERM: requests under way are finished then, and a second signal ends it at once.
At SIGHUP, and when one of its files has changed, it takes its configuration anew.

Options:
  --config FILE    the configuration file; default: the one that SWITCHYARD_CONFIG names. Environment variables such as
                   SWITCHYARD_SERVER__PORT win over it
  --demo           run with demonstration flags instead, for this machine only

Exit codes: 0 stopped when told to, 64 wrong usage, 69 a port is not to be had, or no worker
            lives, 78 the configuration is wrong.
`,
  run: async (args, host) => {
    const { config, demo } = readOptions(args, {
      config: { type: 'string' },
      demo: { type: 'boolean', default: false },
    })
    if (demo && config !== undefined) throw new UsageError('--demo and --config do not go together')
    // From the beginning, so that a signal during the start is not lost.
    const told = toldToStop(host)
    const hangUps = signalsToReload(host)
    const file = demo ? demoPath('switchyard.yaml') : config
    const files = createReadFiles(readText)
    const configuration = await loadForCommand(file, host, files.readFile)
    if (configuration === null) {
      if (!demo) host.stderr.write('To see it run without a configuration: npx @switchyard/relay serve --demo\n')
      return exitCode.configuration
    }
    let relay: RunningRelay
    try {
      const workerProgram = [besideProgram('switchyard.js'), 'worker'] as const
      relay = await startRelay(configuration, { version: version(), now: host.now, log: host.stdout, workerProgram })
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      host.stderr.write(`switchyard serve: ${error.message}\n`)
      return error.code === 'CONFIG_INVALID' ? exitCode.configuration : exitCode.unavailable
    }
    if (demo) host.stdout.write(demoText(relay))
    const following = followConfiguration({
      load: () => loadConfiguration(sourcesOf(file, host, files.readFile)),
      files,
      watchesFiles: configuration.reload.onFileChange,
      take: relay.reload,
    })
    hangUps.tell(() => following.signal())
    const failure = await Promise.race([told, relay.failed])
    await following.close()
    await relay.close()
    if (!failure) return exitCode.success
    host.stderr.write(`switchyard serve: ${failure.message}\n`)
    return exitCode.unavailable
  },
}

/** Resolves at the first signal; a second one ends the process at once. */
function toldToStop(host: CommandHost): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false
    host.onStopSignal(() => {
      if (isStopping) host.exitNow(exitCode.failure)
      isStopping = true
      resolve()
    })
  })
}

/** Signals count from the beginning: one that comes during the start is told as soon as somebody listens. */
function signalsToReload(host: CommandHost): { tell(listener: () => void): void } {
  let isSignalled = false
  let listener: (() => void) | null = null
  host.onReloadSignal(() => {
    isSignalled = true
    listener?.()
  })
  return {
    tell(told) {
      listener = told
      if (isSignalled) told()
    },
  }
}

function demoPath(name: string): string {
  return besideProgram(`demo/${name}`)
}

/** The demonstration is shipped beside the program. */
function besideProgram(name: string): string {
  return fileURLToPath(new URL(`../../bin/${name}`, import.meta.url))
}

function demoText({ dataUrl, managementUrl }: RunningRelay): string {
  return `Switchyard ${version()} runs with demonstration flags.

  Flags         ${dataUrl}/ofrep/v1/evaluate/flags
  A page        ${managementUrl}/  (and /status, /readyz, /metrics)
  Flag file     ${demoPath('flags.json')}

Ask for all flags of one user:

  curl -s ${dataUrl}/ofrep/v1/evaluate/flags -H 'content-type: application/json' -d '{"context":{"targetingKey":"user-1","email":"ada@example.com"}}'

Then change a "defaultVariant" in the flag file and ask again: the answer has changed.

Where to go next:
  an application    any OFREP provider of OpenFeature, with the base URL ${dataUrl}
  your own flags    npx @switchyard/relay serve --config switchyard.yaml  (docs/configuration.md, docs/examples)

Ctrl+C stops it.
`
}
