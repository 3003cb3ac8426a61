/** What every command of `switchyard` is made of. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { WorkerChannel } from '../workers/worker.js'
import { parseTime } from '../parse-time.js'

/** What a command may touch of the process. Output goes nowhere else, so that tests can read it. */
export interface CommandHost {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Calls back at SIGINT and SIGTERM, the first and every further one. */
  readonly onStopSignal: (stop: () => void) => void
  /** Calls back at each SIGHUP. */
  readonly onReloadSignal: (reload: () => void) => void
  /** Ends the process at once, whatever is under way. */
  readonly exitNow: (code: number) => void
  /** The way to the relay that started this process as its worker; absent in every other process. */
  readonly workerChannel?: WorkerChannel
}

export interface Command {
  /** What `--help` prints; ends with a line break. */
  readonly help: string
  /** @returns the exit code */
  run(args: readonly string[], host: CommandHost): Promise<number>
}

/** Exit codes, after BSD's `sysexits.h`. */
export const exitCode = {
  success: 0,
  /** The answer is no: `health` found the relay unwell. */
  failure: 1,
  /** The command line is wrong. */
  usage: 64,
  /** A flag document is unusable. */
  document: 65,
  /** Something the command needs is not to be had: a port. */
  unavailable: 69,
  /** A mistake of ours. */
  internal: 70,
  /** The configuration is wrong. */
  configuration: 78,
} as const

type Options = NonNullable<ParseArgsConfig['options']>
type Values<O extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: O }>>['values']

/** Thrown when the command line is wrong; answered with the message and the command's help. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/**
 * Reads a command's options; there are no positional arguments.
 *
 * @throws UsageError for unknown options and missing values
 */
export function readOptions<const O extends Options>(args: readonly string[], options: O): Values<O> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** @throws UsageError for what is no RFC 3339 time */
export function readTime(text: string): number {
  const ms = parseTime(text)
  if (ms === null) throw new UsageError(`--now ${text}: it has to be a time such as 2026-01-31T12:00:00Z`)
  return ms
}
