/** Runs a scenario: each step is what the one definition says whose pattern fits it. */
import type { Scenario, ScenarioStep, Table } from './scenarios.js'
import type { World } from './world.js'

export interface StepDefinition {
  readonly pattern: RegExp
  readonly run: (world: World, captures: readonly string[], table: Table) => unknown
}

/** @param pattern fits the whole text of the step; its groups are the captures */
export function step(pattern: RegExp, run: StepDefinition['run']): StepDefinition {
  return { pattern: new RegExp(`^${pattern.source}$`, pattern.flags), run }
}

/** @throws StepFailure at the first step that fails, or that not exactly one definition fits */
export async function runScenario(
  { steps }: Scenario,
  definitions: readonly StepDefinition[],
  world: World,
): Promise<void> {
  for (const each of steps) {
    try {
      await runStep(each, definitions, world)
    } catch (error) {
      throw new StepFailure(each.text, error)
    }
  }
}

/** Says at which step a scenario has failed. */
export class StepFailure extends Error {
  readonly step: string

  constructor(step: string, cause: unknown) {
    super(`${step}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.step = step
  }
}

async function runStep({ text, table }: ScenarioStep, definitions: readonly StepDefinition[], world: World) {
  const fitting = definitions.filter(({ pattern }) => pattern.test(text))
  const [definition] = fitting
  if (definition === undefined || fitting.length > 1) throw new Error(`${fitting.length} definitions fit`)
  const [, ...captures] = definition.pattern.exec(text) ?? []
  await definition.run(world, captures, table)
}
