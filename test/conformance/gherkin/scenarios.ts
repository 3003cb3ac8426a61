/** Gherkin features as plain data: outlines expanded, backgrounds in front, tags inherited. */
import { AstBuilder, compile, GherkinClassicTokenMatcher, Parser } from '@cucumber/gherkin'
import { IdGenerator, type Pickle, type PickleTable } from '@cucumber/messages'
import { textOf } from '../../repository/files.js'

/** Rows of cells; the first row names the columns, where there are names. */
export type Table = readonly (readonly string[])[]

export interface Scenario {
  /** Unique within a suite: feature, scenario, and the row of examples that it is. */
  readonly title: string
  readonly tags: readonly string[]
  readonly steps: readonly ScenarioStep[]
}

export interface ScenarioStep {
  readonly text: string
  readonly table: Table
}

/** Reads features of `test/fixtures/openfeature`, in the order of the names. */
export function readScenarios(folder: 'provider-tck' | 'spec', names: readonly string[]): Scenario[] {
  return names.flatMap((name) => {
    const path = `test/fixtures/openfeature/${folder}/${name}.feature`
    return scenariosOf(textOf(path), name)
  })
}

/** @throws Error where the text is no Gherkin */
export function scenariosOf(text: string, feature: string): Scenario[] {
  const newId = IdGenerator.incrementing()
  const document = new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher()).parse(text)
  const rows = new Map<string, string>()
  for (const { scenario } of document.feature?.children ?? []) {
    for (const { tableBody } of scenario?.examples ?? []) {
      for (const { id, cells } of tableBody) rows.set(id, cells.map(({ value }) => value).join(', '))
    }
  }
  return compile(document, feature, newId).map((pickle) => scenarioOf(pickle, feature, rows))
}

function scenarioOf(pickle: Pickle, feature: string, rows: ReadonlyMap<string, string>): Scenario {
  const row = rows.get(pickle.astNodeIds.at(-1) ?? '')
  return {
    title: `${feature}: ${pickle.name}${row === undefined ? '' : ` (${row})`}`,
    tags: pickle.tags.map(({ name }) => name),
    steps: pickle.steps.map(({ text, argument }) => ({ text, table: tableOf(argument?.dataTable) })),
  }
}

function tableOf(table: PickleTable | undefined): Table {
  return (table?.rows ?? []).map(({ cells }) => cells.map(({ value }) => value))
}
