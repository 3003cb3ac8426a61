/** Ruleset in, snapshot out: everything that can be decided once per revision is decided here. */
import { createDiagnosticSink, type DiagnosticSink } from '../ruleset/diagnostic.js'
import { type Dialect, OperatorFailure } from '../ruleset/dialect.js'
import { isRecord } from '../ruleset/json.js'
import type { Json, Ruleset, Segment } from '../ruleset/types.js'
import { compileFlag, type PartScope, spoiledFlag } from './compile-flag.js'
import type { CompiledFlag } from './compiled-flag.js'
import type { CompiledSegment } from './compiled-segment.js'
import { CompiledSnapshot } from './compiled-snapshot.js'
import { core } from './core.js'
import { compileExpression } from './expression.js'
import { asSpoiledPart, SpoiledPart } from './spoiled-part.js'
import { listMembers } from './forms.js'
import { createHost } from './host.js'
import { exceedsLimits } from './limits.js'
import { noReferences } from './references.js'
import { nodesOnCycles } from './cycles.js'
import { chainLengths, type Edges, edgesOf, spread } from './graph.js'
import { soundRuleset } from './sound-ruleset.js'
import { createSlots, slotOf, type Slots } from './slots.js'
import type { Compilation, Snapshot } from './snapshot.js'
import type { Tables } from './state.js'

export interface CompileOptions {
  /** Dialects by name; `core` is always there. */
  readonly dialects: readonly Dialect[]
  /** The revision before: flags and segments that did not change are taken over, not compiled again. */
  readonly previous?: Snapshot | undefined
}

/**
 * Compiles a ruleset. Never throws because of what it reads: a malformed part is reported and spoils only itself and what
 * depends on it.
 */
export function compile(given: Ruleset, options: CompileOptions): Compilation {
  const sink = createDiagnosticSink()
  const ruleset = soundRuleset(given, sink)
  const previous = options.previous as CompiledSnapshot | undefined
  const slots = previous?.slots ?? createSlots()
  const scope: PartScope = {
    dialects: dialectTable(options.dialects),
    patterns: new Map(),
    slots,
    metadata: ruleset.metadata,
    sink,
  }

  const segments = compileSegments(ruleset, scope, previous)
  const flags = compileFlags(ruleset, scope, previous)
  const edges = edgesOf(flags, segments)
  failCycles({ flags, segments, edges, sink })
  spoilDependents({ flags, segments, edges, sink }, slots)
  const snapshot = new CompiledSnapshot({
    ruleset,
    slots,
    flags,
    segments,
    tables: buildTables(ruleset, slots, flags, segments),
  })
  return { snapshot, diagnostics: sink.diagnostics }
}

function dialectTable(dialects: readonly Dialect[]): ReadonlyMap<string, Dialect> {
  return new Map([core, ...dialects].map((dialect) => [dialect.name, dialect]))
}

function compileSegments(
  ruleset: Ruleset,
  scope: PartScope,
  previous: CompiledSnapshot | undefined,
): Map<string, CompiledSegment> {
  const segments = new Map<string, CompiledSegment>()
  for (const [id, segment] of Object.entries(ruleset.segments ?? {})) {
    slotOf(scope.slots.segments, id)
    const known = previous?.segments.get(id)
    const isSame = known?.problem === null && known.segment.hash !== undefined && known.segment.hash === segment?.hash
    const compiled = isSame ? known : compileSegment(id, segment, scope)
    for (const message of compiled.unsupportedPatterns) {
      scope.sink.warning('UNSUPPORTED_PATTERN', ['segments', id], message)
    }
    segments.set(id, compiled)
  }
  return segments
}

const spoiledSegment = new OperatorFailure('malformed segment')

function failing(): never {
  throw spoiledSegment
}

function compileSegment(id: string, segment: Segment, scope: PartScope): CompiledSegment {
  const references = noReferences()
  const unsupportedPatterns = new Set<string>()
  const host = createHost(scope.patterns, (message) => unsupportedPatterns.add(message))
  try {
    if (!isRecord(segment)) throw new SpoiledPart('INVALID_SEGMENT', 'the segment is not an object')
    const excess = exceedsLimits(segment.when)
    if (excess !== null) throw new SpoiledPart('LIMIT', `the segment is not usable: ${excess}`)
    const { operand } = compileExpression(segment.when, { ...scope, host, references })
    const isUnsupported = unsupportedPatterns.size > 0
    return { segment, operand, references, isSpoiled: false, isUnsupported, unsupportedPatterns, problem: null }
  } catch (error) {
    const { code, message } = asSpoiledPart(error)
    scope.sink.error(code, ['segments', id], message)
    return {
      segment: isRecord(segment) ? segment : { when: false },
      operand: failing,
      references,
      isSpoiled: true,
      isUnsupported: code === 'UNKNOWN_OPERATOR',
      unsupportedPatterns,
      problem: message,
    }
  }
}

function compileFlags(
  ruleset: Ruleset,
  scope: PartScope,
  previous: CompiledSnapshot | undefined,
): Map<string, CompiledFlag> {
  const sameMetadata =
    previous !== undefined && JSON.stringify(previous.ruleset.metadata) === JSON.stringify(ruleset.metadata)
  const flags = new Map<string, CompiledFlag>()
  for (const [key, flag] of Object.entries(ruleset.flags)) {
    const known = sameMetadata ? previous.flags.get(key) : undefined
    const isSame = known !== undefined && !known.isSpoiled && known.hash !== undefined && known.hash === flag?.hash
    const compiled = isSame ? known : compileFlag(key, flag, scope)
    for (const message of compiled.unsupportedPatterns) {
      scope.sink.warning('UNSUPPORTED_PATTERN', ['flags', key], message)
    }
    flags.set(key, compiled)
  }
  return flags
}

/** What is found out about the parts together, once each of them is compiled. */
interface PartsTogether {
  readonly flags: Map<string, CompiledFlag>
  readonly segments: Map<string, CompiledSegment>
  readonly edges: Map<string, readonly string[]>
  readonly sink: DiagnosticSink
}

/** A flag on a cycle answers with an error, a segment on one fails; those outside read on (rule X8). */
function failCycles({ flags, segments, edges, sink }: PartsTogether): void {
  for (const node of nodesOnCycles(edges)) {
    const [kind, ...rest] = node.split(' ')
    const name = rest.join(' ')
    const message = `the ${kind} depends on itself`
    sink.error('CYCLE', [`${kind}s`, name], message)
    edges.set(node, [])
    const flag = kind === 'flag' ? flags.get(name) : undefined
    const segment = kind === 'segment' ? segments.get(name) : undefined
    if (flag !== undefined) flags.set(name, spoiledFlag(flag, { errorCode: 'PARSE_ERROR', message }))
    if (segment !== undefined) segments.set(name, { ...segment, operand: failing, problem: message })
  }
}

/** Longer chains of flags and segments are not followed. */
const maxChain = 64

function spoilDependents({ flags, segments, edges, sink }: PartsTogether, slots: Slots): void {
  const bySegment = spoiledSegments(segments, edges)
  const lengths = chainLengths(edges)
  for (const [key, flag] of flags) {
    if (flag.isSpoiled) continue
    const bad = [...flag.references.segments].find((id) => bySegment.has(`segment ${id}`))
    const reason =
      bad !== undefined
        ? `depends on the malformed segment "${bad}"`
        : (lengths.get(`flag ${key}`) ?? 0) > maxChain
          ? 'depends on too long a chain'
          : null
    if (reason !== null) {
      sink.error(bad === undefined ? 'LIMIT' : 'INVALID_SEGMENT', ['flags', key], reason)
      const errorCode = bySegment.get(`segment ${bad}`) === true ? 'GENERAL' : 'PARSE_ERROR'
      flags.set(key, spoiledFlag(flag, { errorCode, message: reason }))
    }
    for (const id of flag.references.segments) {
      if (!segments.has(id))
        sink.warning('UNKNOWN_REFERENCE', ['flags', key], `there is no segment "${id}"; it never matches`)
    }
    for (const id of flag.references.lists) slotOf(slots.lists, id)
  }
}

/**
 * Segments that are malformed or reach a malformed segment through others.
 *
 * @returns by node, whether what spoils the segment may be known to a later version
 */
function spoiledSegments(segments: ReadonlyMap<string, CompiledSegment>, edges: Edges): ReadonlyMap<string, boolean> {
  const spoiled = new Map<string, boolean>()
  for (const [id, { isSpoiled, isUnsupported }] of segments) if (isSpoiled) spoiled.set(`segment ${id}`, isUnsupported)
  if (spoiled.size > 0) spread(spoiled, new Map([...edges].filter(([node]) => node.startsWith('segment '))))
  return spoiled
}

function buildTables(
  ruleset: Ruleset,
  slots: Slots,
  flags: ReadonlyMap<string, CompiledFlag>,
  segments: ReadonlyMap<string, CompiledSegment>,
): Tables {
  for (const id of Object.keys(ruleset.lists ?? {})) slotOf(slots.lists, id)
  return {
    segments: inSlots(slots.segments, (id) => segments.get(id)?.operand ?? null),
    flags: inSlots(slots.flags, (key) => flags.get(key) ?? null),
    lists: inSlots(slots.lists, (id) => listOf(ruleset, id)),
    targets: ruleset.targets,
  }
}

function listOf(ruleset: Ruleset, id: string): ReadonlySet<Json> | null {
  const lists = ruleset.lists
  const items = lists !== undefined && Object.hasOwn(lists, id) ? lists[id]?.items : undefined
  return Array.isArray(items) ? listMembers(items as readonly Json[]) : null
}

function inSlots<T>(slots: ReadonlyMap<string, number>, at: (name: string) => T): T[] {
  const table: T[] = []
  for (const [name, slot] of slots) table[slot] = at(name)
  return table
}
