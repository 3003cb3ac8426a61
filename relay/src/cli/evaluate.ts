/** `switchyard evaluate`: answers evaluation contexts from standard input with a flag document, as the relay would. */
import { vendors, type AnyVendor, type Audience, type Snapshot } from '@switchyard/engine'
import { createAnswering } from './answering.js'
import { exitCode, readOptions, readTime, UsageError, type Command, type CommandHost } from './command.js'
import { readLines } from './lines.js'
import { formatDiagnostics, readDocument } from './read-document.js'

export const evaluate: Command = {
  help: `Usage: npx @switchyard/relay evaluate --vendor VENDOR --document FILE [options] < contexts

Reads one OpenFeature evaluation context a line, as JSON, and prints one line of JSON for each:
  {"flags":{"<key>":{"value":...,"variant":"...","reason":"...","metadata":{}}}}
Without "value" the application's code default is the answer. A line that cannot be read gives
  {"error":{"code":"...","message":"..."}}

Options:
  --vendor VENDOR     whose document it is: ${[...vendors.keys()].join(', ')}
  --document FILE     the flag document, JSON or YAML
  --flag KEY          answer this flag only; may be repeated
  --as AUDIENCE       server (default): everything; client: what a client key may see
  --now TIME          the clock, such as 2026-01-31T12:00:00Z; default: the time of the evaluation

Exit codes: 0 all lines were answered, 64 wrong usage, 65 the document cannot be used.

Example:
  echo '{"targetingKey":"user-1"}' | npx @switchyard/relay evaluate --vendor flagd --document flags.json
`,
  run: async (args, host) => {
    const options = readEvaluateOptions(args)
    const read = await readDocument(options.document, { vendor: options.vendor })
    host.stderr.write(formatDiagnostics(read.diagnostics))
    if (!read.ok) {
      host.stderr.write(`switchyard evaluate: ${read.message}\n`)
      return exitCode.document
    }
    await answerLines(read.snapshot, options, host)
    return exitCode.success
  },
}

interface EvaluateOptions {
  readonly vendor: AnyVendor
  readonly document: string
  /** Null: all of them. */
  readonly flagKeys: readonly string[] | null
  readonly audience: Audience
  /** Null: the time of each evaluation. */
  readonly nowMs: number | null
}

function readEvaluateOptions(args: readonly string[]): EvaluateOptions {
  const { vendor, document, flag, as, now } = readOptions(args, {
    vendor: { type: 'string' },
    document: { type: 'string' },
    flag: { type: 'string', multiple: true },
    as: { type: 'string', default: 'server' },
    now: { type: 'string' },
  })
  if (vendor === undefined) throw new UsageError('--vendor is missing')
  if (document === undefined) throw new UsageError('--document is missing')
  const known = vendors.get(vendor)
  if (known === undefined)
    throw new UsageError(`--vendor ${vendor}: it has to be one of ${[...vendors.keys()].join(', ')}`)
  if (as !== 'server' && as !== 'client') throw new UsageError(`--as ${as}: it has to be server or client`)
  return {
    vendor: known,
    document,
    flagKeys: flag === undefined ? null : [...new Set(flag)],
    audience: as,
    nowMs: now === undefined ? null : readTime(now),
  }
}

async function answerLines(snapshot: Snapshot, options: EvaluateOptions, host: CommandHost): Promise<void> {
  const answer = createAnswering(snapshot, {
    flagKeys: options.flagKeys,
    audience: options.audience,
    now: () => options.nowMs ?? host.now(),
  })
  let isClosed = false
  host.stdout.on('error', () => {
    isClosed = true
  })
  for await (const lines of readLines(host.stdin)) {
    if (isClosed) return
    const text = lines.map((line) => `${answer(line)}\n`).join('')
    if (!host.stdout.write(text)) await drained(host.stdout)
  }
}

/** Waits until the reader has caught up, or has gone. */
function drained(stream: NodeJS.WritableStream): Promise<void> {
  const ends = ['drain', 'error', 'close']
  return new Promise((resolve) => {
    const settle = (): void => {
      for (const event of ends) stream.off(event, settle)
      resolve()
    }
    for (const event of ends) stream.on(event, settle)
  })
}
