/** The command line of `ofrep-conformance`. */
import { parseArgs } from 'node:util'
import type { Credentials, Scheme } from '../http/target.js'
import type { Rule } from '../rules/rule.js'
import { ruleGroups, rules as allRules } from '../rules/rules.js'

export const help = `Usage: ofrep-conformance URL [options]

Tells rule by rule whether the server at URL speaks OFREP. URL ends before /ofrep/v1.

Options:
  --description FILE      what the server's flags answer, as JSON; "-" reads standard input. Without it, rules that need to
                          know a flag are skipped
  --key KEY               the server's key; better given by the environment variable OFREP_CONFORMANCE_KEY
  --key-header SCHEME     where the key goes: bearer (the default) or x-api-key
  --header 'NAME: VALUE'  a further header of every request; may be repeated
  --change-command CMD    a shell command that makes a flag change, for the rules about changes
  --rule NAME             check this rule, or this group of rules; may be repeated
  --strict                SHOULD counts as MUST does
  --timeout-ms N          how long an answer, or the news of a change, may take; default: 10000
  --json                  print the report as JSON
  --junit FILE            write a JUnit report, too
  --list                  print all rules, and check nothing
  --help, --version

Exit codes: 0 every MUST is kept, 1 one is not, or nothing could be checked, 64 wrong usage, 65 the description is wrong,
69 the server does not answer.
`

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface Options {
  readonly baseUrl: URL
  readonly descriptionFile: string | null
  readonly credentials: Credentials | null
  readonly headers: Readonly<Record<string, string>>
  readonly changeCommand: string | null
  readonly rules: readonly Rule[]
  readonly isStrict: boolean
  readonly timeoutMs: number
  readonly isJson: boolean
  readonly junitFile: string | null
}

export type Request =
  { readonly kind: 'help' | 'version' | 'list' } | { readonly kind: 'run'; readonly options: Options }

const maxTimeoutMs = 600_000

/** @throws UsageError */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Request {
  const { values, positionals } = parse(args)
  if (values.help === true) return { kind: 'help' }
  if (values.version === true) return { kind: 'version' }
  if (values.list === true) return { kind: 'list' }
  const [url, ...others] = positionals
  if (url === undefined) throw new UsageError('which server? Give its URL')
  if (others.length > 0) throw new UsageError(`one URL at a time; what is ${JSON.stringify(others[0])}?`)
  const key = values.key ?? env['OFREP_CONFORMANCE_KEY'] ?? ''
  const scheme = readScheme(values['key-header'])
  return {
    kind: 'run',
    options: {
      baseUrl: readBaseUrl(url),
      descriptionFile: values.description ?? null,
      credentials: key === '' ? null : { key, scheme },
      headers: Object.fromEntries((values.header ?? []).map(readHeader)),
      changeCommand: values['change-command'] ?? null,
      rules: readRules(values.rule),
      isStrict: values.strict ?? false,
      timeoutMs: readTimeout(values['timeout-ms']),
      isJson: values.json ?? false,
      junitFile: values.junit ?? null,
    },
  }
}

const argumentOptions = {
  description: { type: 'string' },
  key: { type: 'string' },
  'key-header': { type: 'string' },
  header: { type: 'string', multiple: true },
  'change-command': { type: 'string' },
  rule: { type: 'string', multiple: true },
  strict: { type: 'boolean' },
  'timeout-ms': { type: 'string' },
  json: { type: 'boolean' },
  junit: { type: 'string' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const

type Parsed = ReturnType<typeof parseArgs<{ options: typeof argumentOptions; allowPositionals: true; args: string[] }>>

function parse(args: readonly string[]): Parsed {
  try {
    return parseArgs({ args: [...args], options: argumentOptions, strict: true, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function readBaseUrl(text: string): URL {
  const expected = 'expected an http or https URL such as http://localhost:8080'
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new UsageError(`${JSON.stringify(text)}: ${expected}`)
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') throw new UsageError('a URL with a password: use --key or --header')
  if (url.search !== '' || url.hash !== '') throw new UsageError(`${text}: a base URL has no query and no fragment`)
  if (/\/ofrep(\/|$)/.test(url.pathname)) throw new UsageError(`${text}: a base URL ends before /ofrep`)
  return url
}

function readScheme(text = 'bearer'): Scheme {
  if (text === 'bearer' || text === 'x-api-key') return text
  throw new UsageError(`--key-header ${text}: expected bearer or x-api-key`)
}

function readHeader(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+)\s*:\s*([^\r\n]*)$/.exec(text) ?? []
  // What was given may be a secret.
  if (name === undefined || value === undefined) throw new UsageError("--header: expected 'NAME: VALUE'")
  return [name.toLowerCase(), value.trim()]
}

function readRules(names: readonly string[] | undefined): readonly Rule[] {
  if (names === undefined) return allRules
  const chosen = new Set(names.flatMap(rulesNamed))
  return allRules.filter((rule) => chosen.has(rule))
}

function rulesNamed(name: string): readonly Rule[] {
  const found = ruleGroups.find((group) => group.name === name)?.rules ?? allRules.filter(({ id }) => id === name)
  if (found.length === 0) throw new UsageError(`--rule ${name}: there is no such rule or group; --list shows all`)
  return found
}

function readTimeout(text = '10000'): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= maxTimeoutMs) return value
  throw new UsageError(`--timeout-ms ${text}: expected a whole number from 1 to ${maxTimeoutMs}`)
}
