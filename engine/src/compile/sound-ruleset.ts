import type { DiagnosticSink } from '../ruleset/diagnostic.js'
import { fromEntries, isRecord } from '../ruleset/json.js'
import type { Ruleset } from '../ruleset/types.js'

const tables = ['flags', 'segments', 'lists', 'targets', 'metadata', 'info'] as const

/**
 * The ruleset with objects where objects belong: what is something else is left out and reported. Parts inside the tables are
 * judged one by one where they are compiled.
 *
 * @returns the ruleset itself where nothing is wrong
 */
export function soundRuleset(ruleset: Ruleset, sink: DiagnosticSink): Ruleset {
  const given: unknown = ruleset
  if (!isRecord(given)) {
    sink.error('INVALID_DOCUMENT', [], 'the ruleset is not an object: it has no flags')
    return { ruleset: 1, dialects: [], flags: {} }
  }
  const wrong = tables.filter((name) => !isRecord(given[name]) && (given[name] !== undefined || name === 'flags'))
  if (wrong.length === 0) return ruleset
  for (const name of wrong) sink.error('INVALID_DOCUMENT', [name], 'expected an object: it is left out')
  const sound = Object.entries(given).filter(([name]) => !wrong.some((other) => other === name))
  return { ...(fromEntries(sound) as unknown as Ruleset), ...(wrong.includes('flags') ? { flags: {} } : {}) }
}
