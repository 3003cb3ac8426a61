/** `switchyard explain`: says why flags answer what they answer, by a flag document or by asking a running relay. */
import { renderExplanation, vendors } from '@switchyard/engine'
import { askRelay } from './ask-relay.js'
import { exitCode, readOptions, readTime, UsageError, type Command, type CommandHost } from './command.js'
import { explainDocument } from './explain-document.js'
import type { DocumentFile, Explained, ExplainQuestion, RelayAddress } from './explained.js'
import { readContext } from './read-context.js'

export const explain: Command = {
  help: `Usage: npx @switchyard/relay explain --document FILE [--vendor VENDOR] [options] < context
       npx @switchyard/relay explain --url URL [--environment NAME] [options] < context

Says why flags answer what they answer in one OpenFeature evaluation context, a JSON object: which rules were tried and
whether each matched, what the conditions saw, the bucket and the text that was hashed for it.

Options:
  --document FILE     explain by this flag document, JSON or YAML
  --vendor VENDOR     whose document it is: ${[...vendors.keys()].join(', ')}; default: recognised from it
  --url URL           ask a running relay: where its management plane is, such as http://127.0.0.1:8081. Its token, where
                      it wants one, is taken from the environment variable SWITCHYARD_MANAGEMENT__TOKEN
  --environment NAME  which of the relay's environments; needed when there are several
  --flag KEY          explain this flag only; may be repeated
  --context JSON      the evaluation context; default: standard input
  --now TIME          the clock, such as 2026-01-31T12:00:00Z; default: the time of the evaluation
  --redact            show types instead of the context's values, so that the text can be given to others
  --json              print the explanations as JSON, with everything that is known

Exit codes: 0 explained, 1 there is no such flag or environment, 64 wrong usage, 65 the document or the context cannot be
used, 69 the relay cannot be reached.

Example:
  echo '{"targetingKey":"user-1"}' | npx @switchyard/relay explain --document flags.json --flag banner
`,
  run: async (args, host) => {
    const options = readExplainOptions(args)
    const read = await readContext(options.context, host)
    if (!read.ok) return fail(exitCode.document, read.message, host)
    const asked = { ...options, context: read.context }
    const found =
      'url' in options.from
        ? await askRelay(options.from, asked, host)
        : await explainDocument(options.from, asked, host)
    if (!found.ok) return fail(found.code, found.message, host)
    host.stdout.write(options.isJson ? `${JSON.stringify(found.answer)}\n` : answerText(found.title, found.answer))
    return exitCode.success
  },
}

interface ExplainOptions extends Omit<ExplainQuestion, 'context'> {
  readonly from: RelayAddress | DocumentFile
  /** Null: from standard input. */
  readonly context: string | null
  readonly isJson: boolean
}

function readExplainOptions(args: readonly string[]): ExplainOptions {
  const { document, vendor, url, environment, flag, context, now, redact, json } = readOptions(args, {
    document: { type: 'string' },
    vendor: { type: 'string' },
    url: { type: 'string' },
    environment: { type: 'string' },
    flag: { type: 'string', multiple: true },
    context: { type: 'string' },
    now: { type: 'string' },
    redact: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  })
  return {
    from: readOrigin({ document, vendor, url, environment }),
    flagKeys: flag === undefined ? null : [...new Set(flag)],
    context: context ?? null,
    nowMs: now === undefined ? null : readTime(now),
    isRedacted: redact,
    isJson: json,
  }
}

type OriginOptions = Readonly<Record<'document' | 'vendor' | 'url' | 'environment', string | undefined>>

function readOrigin({ document, vendor, url, environment }: OriginOptions): RelayAddress | DocumentFile {
  if (url !== undefined) {
    if (document !== undefined) throw new UsageError('--url and --document do not go together')
    if (vendor !== undefined) throw new UsageError('--vendor goes with --document')
    if (!/^https?:/.test(url) || !URL.canParse('/explain', url)) {
      throw new UsageError(`--url ${url}: it has to be an address such as http://127.0.0.1:8081`)
    }
    return { url: new URL('/explain', url).href, environment }
  }
  if (document === undefined) throw new UsageError('--document or --url is missing')
  if (environment !== undefined) throw new UsageError('--environment goes with --url')
  const known = vendor === undefined ? undefined : vendors.get(vendor)
  if (vendor !== undefined && known === undefined) {
    throw new UsageError(`--vendor ${vendor}: it has to be one of ${[...vendors.keys()].join(', ')}`)
  }
  return { file: document, vendor: known }
}

function answerText(title: string, { revision, explanations }: Explained['answer']): string {
  return [`${title}, revision ${revision}\n`, ...explanations.map(renderExplanation)].join('\n')
}

function fail(code: number, message: string, { stderr }: CommandHost): number {
  stderr.write(`switchyard explain: ${message}\n`)
  return code
}
