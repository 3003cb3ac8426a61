/** What is wrong with a configuration, told so that somebody can act on it. */

/** One thing that is wrong. Never holds a secret. */
export interface Problem {
  /** The setting: `environments.production.serverKeys[0]`; empty for the whole. */
  readonly path: string
  /** What was wanted, in words. */
  readonly expected: string
  /** What was there; `***` in place of a secret. */
  readonly received: string
  /** One sentence that says all of it. */
  readonly message: string
  /** Where it was written; `none` when it was written nowhere. */
  readonly source: 'file' | 'env' | 'none'
  /** The file's path or the variable's name. */
  readonly name?: string
  /** From 1; only in a file. */
  readonly line?: number
  /** From 1; only in a file. */
  readonly column?: number
}

/** Something that works, and perhaps not as meant. */
export interface ConfigurationWarning {
  readonly path: string
  readonly message: string
}

/** Names a member of the configuration. */
export type Path = readonly (string | number)[]

/** @returns `environments.production.serverKeys[0]` */
export function pathText(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '')
}

/** Writes problems for a person, one a line, each with the place to look at. Ends with a line break. */
export function formatProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return `The configuration has ${count}; nothing was started.\n${problems.map(formatProblem).join('')}`
}

function formatProblem({ name, line, column, message }: Problem): string {
  const place = [name, line, column].filter((part) => part !== undefined).join(':')
  return place === '' || message.startsWith(place) ? `  ${message}\n` : `  ${place}: ${message}\n`
}
