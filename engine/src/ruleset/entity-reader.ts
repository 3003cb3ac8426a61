/** Reads the members of one flag or segment and remembers the first thing that does not fit. */
import type { DiagnosticCode, DiagnosticSink } from './diagnostic.js'
import { isRecord, own } from './json.js'

/** The faults of one entity. A fault does not stop the reading: all of them are reported together. */
export interface Faults {
  /** The same faults, one step deeper. */
  at(...steps: (string | number)[]): Faults
  add(expected: string, received: unknown): void
  report(message: string): void
  /** The first fault, as text; undefined while there is none. */
  first(): string | undefined
}

export function createFaults(sink: DiagnosticSink, code: DiagnosticCode, entityPath: readonly string[]): Faults {
  let first: string | undefined
  const within = (path: readonly string[]): Faults => {
    const report = (message: string): void => {
      sink.error(code, path, message)
      first ??= [path.slice(entityPath.length).join('.'), message].filter((part) => part !== '').join(': ')
    }
    return {
      at: (...steps) => within([...path, ...steps.map(String)]),
      add: (expected, received) => report(`expected ${expected}, received ${nameOf(received)}`),
      report,
      first: () => first,
    }
  }
  return within(entityPath)
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : typeof value
}

/** The member as text; a fault where it is anything else. */
export function readText(record: object, name: string, faults: Faults): string {
  const value = own(record, name)
  if (typeof value === 'string') return value
  faults.at(name).add('text', value)
  return ''
}

/** The member as text, null where it is absent or null. */
export function readNullableText(record: object, name: string, faults: Faults): string | null {
  const value = own(record, name)
  if (value === undefined || value === null) return null
  return readText(record, name, faults)
}

/** The member if it is text, otherwise empty text: for names and the like, which no answer depends on. */
export function textOrEmpty(record: object, name: string): string {
  const value = own(record, name)
  return typeof value === 'string' ? value : ''
}

export function readBoolean(record: object, name: string, faults: Faults): boolean {
  const value = own(record, name)
  if (typeof value === 'boolean') return value
  faults.at(name).add('true or false', value)
  return false
}

/** The member as true or false, false where it is absent or null: older versions and stores leave some out. */
export function readOptionalBoolean(record: object, name: string, faults: Faults): boolean {
  const value = own(record, name)
  return value === undefined || value === null ? false : readBoolean(record, name, faults)
}

/** The member as a finite number, 0 where it is absent or null. */
export function readOptionalNumber(record: object, name: string, faults: Faults): number {
  const value = own(record, name) ?? 0
  if (typeof value === 'number' && Number.isFinite(value)) return value
  faults.at(name).add('a finite number', value)
  return 0
}

/** The member as a list of objects, each read by `readItem`. */
export function readList<T>(
  record: object,
  name: string,
  faults: Faults,
  readItem: (item: object, faults: Faults) => T,
): T[] {
  const value = own(record, name)
  if (!Array.isArray(value)) {
    faults.at(name).add('a list', value)
    return []
  }
  return value.flatMap((item: unknown, index) => {
    if (isRecord(item)) return [readItem(item, faults.at(name, index))]
    faults.at(name, index).add('an object', item)
    return []
  })
}

/** The same; absent or null is an empty list. */
export function readOptionalList<T>(
  record: object,
  name: string,
  faults: Faults,
  readItem: (item: object, faults: Faults) => T,
): T[] {
  return (own(record, name) ?? null) === null ? [] : readList(record, name, faults, readItem)
}

/** The member as a list of texts. Absent and null are empty lists, members that are null are left out. */
export function readTexts(record: object, name: string, faults: Faults): string[] {
  const value = own(record, name) ?? []
  if (!Array.isArray(value)) {
    faults.at(name).add('a list of texts', value)
    return []
  }
  return value.flatMap((item: unknown, index) => {
    if (typeof item === 'string') return [item]
    if (item !== null) faults.at(name, index).add('text', item)
    return []
  })
}
