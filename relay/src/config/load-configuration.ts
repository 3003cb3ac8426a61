/** Reads the configuration from a file and from environment variables, which win. */
import type { Configuration } from './configuration.js'
import { readVariables } from './environment-variables.js'
import type { ConfigurationWarning, Problem } from './problem.js'
import { readFailure, resolveReferences, type ReferenceSources } from './references.js'
import { checkRules } from './rules.js'
import { problemsOf } from './schema-problems.js'
import { configurationSchema } from './schema.js'
import { overlay, type ParsedFile } from './written.js'

export interface ConfigurationSources extends ReferenceSources {
  /** Path of a YAML or JSON file; `SWITCHYARD_CONFIG` names it when absent. Without both there is no file. */
  readonly file?: string
  /** Epoch milliseconds; the system's clock when absent. */
  readonly now?: () => number
}

export type LoadedConfiguration =
  | { readonly ok: true; readonly configuration: Configuration; readonly warnings: readonly ConfigurationWarning[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Reads and checks the whole configuration. Never rejects; tells everything that is wrong at once. */
export async function loadConfiguration(sources: ConfigurationSources): Promise<LoadedConfiguration> {
  // A text that was cut out of another keeps all of it in memory: the file, with its secrets. Copies do not.
  return structuredClone(await load(sources))
}

async function load(sources: ConfigurationSources): Promise<LoadedConfiguration> {
  const file = await readWritten(sources)
  const variables = readVariables(sources.env)
  const found = [...file.problems, ...variables.problems]
  if (!file.written) return { ok: false, problems: found }

  const references = await resolveReferences(overlay(file.written, variables.settings), sources)
  const { written } = references
  const rules = checkRules(written, (sources.now ?? Date.now)())
  const read = configurationSchema.safeParse(written.value)
  const unresolved = new Set(references.problems.map(({ path }) => path))
  const refused = (read.error?.issues ?? []).flatMap((issue) => problemsOf(issue, written))
  const problems = [
    ...found,
    ...references.problems,
    ...refused.filter(({ path }) => !unresolved.has(path)),
    ...rules.problems,
  ]
  if (read.success && problems.length === 0) {
    return { ok: true, configuration: read.data, warnings: [...references.warnings, ...rules.warnings] }
  }
  return { ok: false, problems: problems.sort(byPlace) }
}

async function readWritten({ file, env, readFile }: ConfigurationSources): Promise<ParsedFile> {
  const name = file ?? env['SWITCHYARD_CONFIG']
  if (!name) return { written: { value: {}, origins: new Map() }, problems: [] }
  let text: string
  try {
    text = await readFile(name)
  } catch (error) {
    const failure = readFailure(error)
    const message = `The configuration file ${failure}.`
    return {
      written: null,
      problems: [
        {
          path: '',
          expected: 'a YAML or JSON file',
          received: `a file that ${failure}`,
          message,
          source: 'file',
          name,
        },
      ],
    }
  }
  // The YAML parser is a tenth of the start, and of no use to who configures by variables alone.
  const { parseFile } = await import('./parse-file.js')
  return parseFile(text, name)
}

const sourceOrder = ['file', 'env', 'none']

/** The file from top to bottom, then the variables by name, then what is written nowhere. */
function byPlace(a: Problem, b: Problem): number {
  const [first, second] = [a.name ?? '', b.name ?? '']
  return (
    sourceOrder.indexOf(a.source) - sourceOrder.indexOf(b.source) ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    Number(first > second) - Number(first < second)
  )
}
