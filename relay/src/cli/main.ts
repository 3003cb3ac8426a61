/** The `switchyard` command. */
import { exitCode, UsageError, type Command, type CommandHost } from './command.js'
import type { WorkerChannel } from '../workers/worker.js'
import { version } from './version.js'

/** Loaded when they run: `evaluate` needs no server, and `health` needs hardly anything. */
const commands: ReadonlyMap<string, { readonly summary: string; readonly load: () => Promise<Command> }> = new Map([
  ['serve', { summary: 'run the relay (the default)', load: async () => (await import('./serve.js')).serve }],
  [
    'check',
    { summary: 'check a configuration, or a flag document', load: async () => (await import('./check.js')).check },
  ],
  [
    'evaluate',
    { summary: 'answer contexts from standard input', load: async () => (await import('./evaluate.js')).evaluate },
  ],
  [
    'explain',
    {
      summary: 'say why flags answer what they answer',
      load: async () => (await import('./explain.js')).explain,
    },
  ],
  [
    'snapshots',
    {
      summary: 'go back to flags that were served before',
      load: async () => (await import('./snapshots.js')).snapshots,
    },
  ],
  [
    'health',
    { summary: 'ask a running relay whether it is ready', load: async () => (await import('./health.js')).health },
  ],
])

/** What nobody types. */
const ownCommands: ReadonlyMap<string, { readonly load: () => Promise<Command> }> = new Map([
  ['worker', { load: async () => (await import('./worker.js')).worker }],
])

/**
 * Runs one command. Never rejects.
 *
 * @param args what follows the program's name; without a command it is `serve`
 * @returns the exit code
 */
export async function main(args: readonly string[], host: CommandHost): Promise<number> {
  const [first = '', ...others] = args
  if (first === 'help' || first === '--help' || first === '-h') return print(host.stdout, overview())
  if (first === '--version' || first === '-V') return print(host.stdout, `${version()}\n`)
  const isNamed = first !== '' && !first.startsWith('-')
  const name = isNamed ? first : 'serve'
  const found = commands.get(name) ?? ownCommands.get(name)
  if (found === undefined) {
    print(host.stderr, `switchyard: there is no command ${JSON.stringify(name)}\n\n${overview()}`)
    return exitCode.usage
  }
  const command = await found.load()
  const rest = isNamed ? others : args
  if (rest.includes('--help') || rest.includes('-h')) return print(host.stdout, command.help)
  try {
    return await command.run(rest, host)
  } catch (error) {
    if (error instanceof UsageError) {
      print(host.stderr, `switchyard ${name}: ${error.message}\n\n${command.help}`)
      return exitCode.usage
    }
    print(
      host.stderr,
      `switchyard ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
    return exitCode.internal
  }
}

function overview(): string {
  const lines = Array.from(commands, ([name, { summary }]) => `  ${name.padEnd(10)}${summary}\n`)
  return `Usage: npx @switchyard/relay [command] [options]

Commands:
${lines.join('')}
Without a command it is serve. <command> --help says more; --version prints the version.
`
}

function print(stream: NodeJS.WritableStream, text: string): number {
  stream.write(text)
  return exitCode.success
}

/** Runs the command of this process and sets its exit code. */
export async function runProcess(target: NodeJS.Process): Promise<void> {
  // Who reads our output may leave at any time; that is no reason to crash.
  for (const stream of [target.stdout, target.stderr]) stream.on('error', () => {})
  const channel = channelOf(target)
  target.exitCode = await main(target.argv.slice(2), {
    ...(channel === undefined ? {} : { workerChannel: channel }),
    stdin: target.stdin,
    stdout: target.stdout,
    stderr: target.stderr,
    env: target.env,
    now: Date.now,
    onStopSignal: (stop) => void target.on('SIGINT', stop).on('SIGTERM', stop),
    onReloadSignal: (reload) => void target.on('SIGHUP', reload),
    exitNow: (code) => target.exit(code),
  })
}

/** A worker has one from its start. */
function channelOf(target: NodeJS.Process): WorkerChannel | undefined {
  if (target.send === undefined) return undefined
  return {
    // A relay that is gone takes its workers with it: nobody has to be told.
    send: (message, left) => void target.send?.(message, undefined, undefined, () => left?.()),
    onMessage: (listener) => void target.on('message', listener),
    close: () => target.disconnect(),
  }
}
