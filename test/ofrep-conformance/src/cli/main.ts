/** The command `ofrep-conformance`. */
import { readFile, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { readDescription, type DecodedDescription } from '../description/decode-description.js'
import { NoAnswerError } from '../http/answer.js'
import { reasonOf } from '../http/exchange.js'
import { formatJson } from '../report/json.js'
import { formatJunit } from '../report/junit.js'
import { isConformant, summaryOf } from '../report/summary.js'
import { formatRules, formatTable } from '../report/table.js'
import { runSuite, type RuleResult } from '../run-suite.js'
import { help, readOptions, UsageError, type Options } from './options.js'

/** What the command may touch of the process. */
export interface Host {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Exit codes, after BSD's `sysexits.h`. */
const exitCode = { success: 0, failure: 1, usage: 64, description: 65, unavailable: 69, internal: 70 } as const

/** Runs the command. Never rejects. @returns the exit code */
export async function main(args: readonly string[], host: Host): Promise<number> {
  try {
    const request = readOptions(args, host.env)
    if (request.kind === 'run') return await run(request.options, host)
    host.stdout.write(request.kind === 'help' ? help : request.kind === 'list' ? formatRules() : await version())
    return exitCode.success
  } catch (error) {
    return complain(error, host)
  }
}

function complain(error: unknown, { stderr }: Host): number {
  if (error instanceof UsageError) {
    stderr.write(`ofrep-conformance: ${error.message}\n\n${help}`)
    return exitCode.usage
  }
  if (error instanceof NoAnswerError) {
    stderr.write(`ofrep-conformance: ${error.message}\n`)
    return exitCode.unavailable
  }
  stderr.write(`ofrep-conformance: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return exitCode.internal
}

async function run(options: Options, host: Host): Promise<number> {
  const decoded = await describe(options, host)
  if (!decoded.ok) {
    for (const problem of decoded.problems) host.stderr.write(`${options.descriptionFile}: ${problem}\n`)
    return exitCode.description
  }
  const { changeCommand, ...rest } = options
  const results = await runSuite({
    ...rest,
    description: decoded.description,
    ...(changeCommand === null ? {} : { changeCommand }),
  })
  return report(results, options, host)
}

async function describe({ descriptionFile }: Options, { stdin }: Host): Promise<DecodedDescription> {
  if (descriptionFile === null) return readDescription('{"flags":{}}')
  try {
    return readDescription(descriptionFile === '-' ? await text(stdin) : await readFile(descriptionFile, 'utf8'))
  } catch (error) {
    return { ok: false, problems: [`cannot be read: ${reasonOf(error)}`] }
  }
}

async function report(results: readonly RuleResult[], options: Options, { stdout }: Host): Promise<number> {
  const { baseUrl, isStrict, isJson, junitFile } = options
  stdout.write(isJson ? formatJson(results, { baseUrl, isStrict }) : formatTable(results, baseUrl))
  if (junitFile !== null) await writeFile(junitFile, formatJunit(results, isStrict))
  return isConformant(summaryOf(results), isStrict) ? exitCode.success : exitCode.failure
}

async function version(): Promise<string> {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return `${manifest.version}\n`
}
