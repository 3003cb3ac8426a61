/** The members of one object of a description: read by name and type, with a word about each that is wrong or unknown. */
import { excerptOf, isObject, type Json, type JsonObject } from '../json.js'

export interface Problem {
  /** Such as `flags["a"].value`; empty for the description itself. */
  readonly path: string
  readonly problem: string
}

/** Readers return undefined where the member is missing, and where it is wrong, which they add to the problems. */
export class Members {
  readonly #value: JsonObject
  readonly #path: string
  readonly #problems: Problem[]
  readonly #known = new Set<string>()

  constructor(value: JsonObject, path: string, problems: Problem[]) {
    this.#value = value
    this.#path = path
    this.#problems = problems
  }

  /** Names of all members, known or not. */
  get names(): string[] {
    return Object.keys(this.#value)
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#value, name)
  }

  any(name: string): Json | undefined {
    this.#known.add(name)
    return this.has(name) ? this.#value[name] : undefined
  }

  string(name: string): string | undefined {
    return this.#expect(name, 'text that is not empty', (value): value is string => isText(value) && value !== '')
  }

  boolean(name: string): boolean | undefined {
    return this.#expect(name, 'true or false', (value): value is boolean => typeof value === 'boolean')
  }

  integer(name: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
    const isFitting = (value: Json): value is number =>
      typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
    return this.#expect(name, `a whole number from ${min} to ${max}`, isFitting)
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const isFitting = (value: Json): value is T => choices.some((choice) => choice === value)
    return this.#expect(name, `one of ${choices.join(', ')}`, isFitting)
  }

  object(name: string): JsonObject | undefined {
    return this.#expect(name, 'an object', isObject)
  }

  /** Members that are text, numbers, true or false. */
  metadata(name: string): JsonObject | undefined {
    const isFlat = (value: Json): value is JsonObject =>
      isObject(value) && Object.values(value).every((one) => ['string', 'number', 'boolean'].includes(typeof one))
    return this.#expect(name, 'an object whose members are text, numbers, true or false', isFlat)
  }

  headers(name: string): Record<string, string> | undefined {
    const isHeaders = (value: Json): value is Record<string, string> =>
      isObject(value) && Object.values(value).every(isText)
    return this.#expect(name, 'an object whose members are text', isHeaders)
  }

  url(name: string): string | undefined {
    return this.#expect(name, 'an http or https URL', isHttpUrl)
  }

  origin(name: string): string | undefined {
    const isOrigin = (value: Json): value is string => isHttpUrl(value) && new URL(value).origin === value
    return this.#expect(name, 'an origin: scheme, host and perhaps port, without a slash at the end', isOrigin)
  }

  /** An object whose members are read in turn. */
  members(name: string): Members | undefined {
    const value = this.object(name)
    return value === undefined ? undefined : new Members(value, this.pathOf(name), this.#problems)
  }

  require(name: string, what: string): void {
    if (!this.has(name)) this.complain(name, `missing; expected ${what}`)
  }

  complain(name: string, problem: string): void {
    this.#problems.push({ path: name === '' ? this.#path : this.pathOf(name), problem })
  }

  /** Complains of every member that nobody has asked for: a slip of the pen must not switch a rule off. */
  refuseOthers(): void {
    for (const name of this.names.filter((one) => !this.#known.has(one))) {
      this.complain(name, `unknown; expected one of ${[...this.#known].join(', ')}`)
    }
  }

  pathOf(name: string): string {
    const isPlain = /^[$\w]+$/.test(name)
    if (!isPlain) return `${this.#path}[${JSON.stringify(name)}]`
    return this.#path === '' ? name : `${this.#path}.${name}`
  }

  #expect<T extends Json>(name: string, expected: string, isFitting: (value: Json) => value is T): T | undefined {
    const value = this.any(name)
    if (value === undefined) return undefined
    if (isFitting(value)) return value
    this.complain(name, `expected ${expected}, received ${excerptOf(value, 60)}`)
    return undefined
  }
}

function isText(value: Json): value is string {
  return typeof value === 'string'
}

function isHttpUrl(value: Json): value is string {
  return isText(value) && /^https?:\/\//.test(value) && URL.canParse(value)
}
