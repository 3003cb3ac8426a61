/**
 * `docs/fidelity.md`: how many answers were compared, and how many were the same. Each suite holds its line of the page to what
 * it finds; with `UPDATE_FIDELITY=1` it writes the line instead:
 * `UPDATE_FIDELITY=1 npx vitest run --no-file-parallelism test/fidelity test/differential`. The README has the sums of each vendor.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** What a suite found. The answers that are not equal are those that the suite lists, each with its reason. */
export interface Count {
  readonly compared: number
  readonly equal: number
}

interface Suite {
  readonly vendor: string
  readonly what: string
  /** The files that list the answers that differ. */
  readonly listedIn: readonly string[]
  /** Recordings that are not in the repository: see `docs/evidence.md`. */
  readonly isElsewhere?: true
}

const flagd = 'engine/test/vendors/flagd/recorded.test.ts'
const flagsmith = (name: string): string => `engine/test/vendors/flagsmith/${name}.test.ts`
const featbit = 'engine/test/vendors/featbit/recorded.test.ts'
const flagbase = 'engine/test/vendors/flagbase/recorded.test.ts'
/** Where what is expected is not what was recorded, the recording says both. */
const roxAnswers = 'test/fixtures/cloudbees/README.md'
const cloudbees = (name: string): string => `engine/test/vendors/cloudbees/${name}.test.ts`

const suites = {
  cloudbeesDocuments: {
    vendor: 'CloudBees',
    what: 'typed answers of the C SDK 5.0.0 for two documents',
    listedIn: [roxAnswers, cloudbees('documents')],
  },
  cloudbeesExpressions: {
    vendor: 'CloudBees',
    what: 'results of expressions in the C SDK 5.0.0',
    listedIn: [roxAnswers],
  },
  cloudbeesBuckets: { vendor: 'CloudBees', what: 'buckets of the C SDK 5.0.0', listedIn: [cloudbees('bucket')] },
  featbitUnanimous: {
    vendor: 'FeatBit',
    what: 'answers on which all of its implementations agree',
    listedIn: [featbit],
  },
  featbitDivergent: {
    vendor: 'FeatBit',
    what: 'answers of the model of its evaluation server, where the implementations differ',
    listedIn: [featbit],
  },
  featbitSdk: {
    vendor: 'FeatBit',
    what: 'environments made at random, in its Node SDK',
    listedIn: ['test/differential/featbit.test.ts'],
  },
  flagbaseEvaluations: { vendor: 'Flagbase', what: 'variations and reasons of its server', listedIn: [flagbase] },
  flagbaseMatches: { vendor: 'Flagbase', what: 'rules and traits in its evaluator', listedIn: [flagbase] },
  flagbaseBuckets: { vendor: 'Flagbase', what: 'buckets of its evaluator', listedIn: [flagbase] },
  flagdOperators: {
    vendor: 'flagd',
    what: 'flags with `fractional`, `sem_ver`, `starts_with` and `ends_with` in flagd core 0.16.1',
    listedIn: [flagd],
  },
  flagdRules: { vendor: 'flagd', what: "JSONLogic rules in the daemon's library", listedIn: [flagd] },
  flagdDocument: {
    vendor: 'flagd',
    what: 'answers for one document with many flags',
    listedIn: ['engine/test/vendors/flagd/differences.ts'],
  },
  flagdCore: {
    vendor: 'flagd',
    what: 'documents made at random, in `@openfeature/flagd-core` 4.0.1',
    listedIn: ['test/differential/flagd-differences.ts'],
  },
  flagsmithGoldens: {
    vendor: 'Flagsmith',
    what: 'flags of identities in the Python engine 10.2.0',
    listedIn: [flagsmith('golden')],
  },
  flagsmithOperators: {
    vendor: 'Flagsmith',
    what: 'traits and conditions in the Python engine 10.2.0',
    listedIn: [flagsmith('operator-matrix')],
  },
  flagsmithEngineCases: {
    vendor: 'Flagsmith',
    what: "flags of the cases of the vendor's engines",
    listedIn: [flagsmith('engine-cases')],
    isElsewhere: true,
  },
  flagsmithIdentities: {
    vendor: 'Flagsmith',
    what: 'flags of the identities recorded with engine 1.0.0',
    listedIn: [flagsmith('legacy-identities')],
    isElsewhere: true,
  },
  flagsmithSdk: {
    vendor: 'Flagsmith',
    what: 'documents made at random, in its Node SDK 8.1.2',
    listedIn: ['test/differential/flagsmith.test.ts'],
  },
} as const satisfies Record<string, Suite>

export type SuiteName = keyof typeof suites

const pagePath = fileURLToPath(new URL('../../docs/fidelity.md', import.meta.url))
const readmePath = fileURLToPath(new URL('../../README.md', import.meta.url))
const [begin, end] = ['<!-- fidelity: written by the suites of docs/fidelity.md -->', '<!-- end of fidelity -->']

const introduction = `# Fidelity

How often Switchyard answers what the vendor's own software answers: recorded once and kept in \`test/fixtures\`, or running beside
it in the same test. Nothing is left out of a count because it differs. Where the answers differ, the tests named in the last
column list which ones do, and why; an answer that differs and is not listed there fails them. Documents made at random keep to
what both sides are known to do alike, and each known difference is one more answer that was compared.

The numbers are written by the tests themselves, and they fail where the page says something else. Those marked with * are of
recordings that may be read but not copied, and are compared only where \`SWITCHYARD_VECTORS\` names the folder that holds them.

`

/** The page with these counts, in the order of the suites. */
export function pageOf(counts: ReadonlyMap<string, Count>): string {
  const header = ['vendor', 'compared with', 'compared', 'equal', 'differ', 'listed in']
  const lines = Object.entries<Suite>(suites).flatMap(([name, { vendor, what, listedIn, isElsewhere }]) => {
    const { compared, equal } = counts.get(name) ?? { compared: 0, equal: 0 }
    const mark = isElsewhere === true ? ' \\*' : ''
    return [
      [
        vendor,
        `${what}${mark}`,
        String(compared),
        String(equal),
        String(compared - equal),
        listedIn.map((path) => `\`${path}\``).join(', '),
      ],
    ]
  })
  return `${introduction}${tableOf([header, ...lines])}`
}

/** With what its suites compare, in few words. */
const software: Readonly<Record<string, string>> = {
  CloudBees: 'recordings of its C SDK 5.0.0',
  FeatBit: 'recordings of its implementations and of a model of its server; its Node SDK beside ours',
  Flagbase: 'recordings of its server and its evaluator',
  flagd: "recordings of flagd 0.16.1 and the daemon's JSONLogic; `@openfeature/flagd-core` 4.0.1 beside ours",
  Flagsmith: 'recordings of its Python engines 10.2.0 and 1.0.0; its Node SDK 8.1.2 beside ours',
}

/** The table in the README: a line for each vendor, with what all of its suites compared. */
function summaryOf(counts: ReadonlyMap<string, Count>): string {
  const vendors = [...new Set(Object.values<Suite>(suites).map(({ vendor }) => vendor))]
  const lines = vendors.map((vendor) => {
    const own = Object.entries<Suite>(suites).filter(([, suite]) => suite.vendor === vendor)
    const found = own.map(([name]) => counts.get(name) ?? { compared: 0, equal: 0 })
    const compared = found.reduce((sum, count) => sum + count.compared, 0)
    const equal = found.reduce((sum, count) => sum + count.equal, 0)
    return [vendor, software[vendor] ?? '', String(compared), String(equal), String(compared - equal)]
  })
  return tableOf([['vendor', 'compared with', 'compared', 'equal', 'differ, each listed'], ...lines])
}

/** The README with that table between its marks. */
export function withSummary(readme: string, counts: ReadonlyMap<string, Count>): string {
  const [before, after] = readme.split(begin)
  const rest = after?.split(end)[1]
  if (before === undefined || rest === undefined) throw new TypeError(`the page has no lines ${begin} and ${end}`)
  return `${before}${begin}\n\n${summaryOf(counts)}\n${end}${rest}`
}

/** A Markdown table as Prettier lays it out, numbers to the right. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const [header = []] = rows
  const isNumeric = (column: number): boolean => column >= 2 && column <= 4
  const widths = header.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const lineOf = (row: readonly string[]): string => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return isNumeric(column) ? cell.padStart(width) : cell.padEnd(width)
    })
    return `| ${cells.join(' | ')} |\n`
  }
  const rule = widths.map((width, column) => (isNumeric(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  return [lineOf(header), lineOf(rule), ...rows.slice(1).map(lineOf)].join('')
}

/** The counts that the page says. */
export function countsOf(page: string): Map<string, Count> {
  const lines = page.split('\n').filter((line) => /^\| (?!vendor|-)/.test(line))
  const names = Object.keys(suites)
  return new Map(
    lines.map((line, index) => {
      const [, , , compared = '', equal = ''] = line.split('|')
      return [names[index] ?? line, { compared: Number(compared), equal: Number(equal) }]
    }),
  )
}

export function readPage(): string {
  return existsSync(pagePath) ? readFileSync(pagePath, 'utf8') : pageOf(new Map())
}

/** Holds the suite's line of the page to what the suite has found. */
export function expectOnPage(name: SuiteName, count: Count): void {
  const counts = countsOf(readPage())
  if (process.env['UPDATE_FIDELITY'] === '1') {
    writeFileSync(pagePath, pageOf(counts.set(name, count)))
    writeFileSync(readmePath, withSummary(readFileSync(readmePath, 'utf8'), counts))
  } else expect(counts.get(name), suites[name].what).toEqual(count)
}
