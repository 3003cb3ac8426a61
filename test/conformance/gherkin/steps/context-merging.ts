/**
 * Steps about the levels of a context. A flag of the relay answers with what it finds in the context, so a scenario sees what
 * has arrived there, and not what was sent.
 */
import { expect } from 'vitest'
import { contextLevels, contextProbe, type ContextLevel } from '../flag-sets.js'
import { step, type StepDefinition } from '../run-scenario.js'
import type { World } from '../world.js'

function add(world: World, level: ContextLevel, entry: readonly [name: string, value: string]): void {
  world.levels.set(level, { ...world.levels.get(level), ...Object.fromEntries([entry]) })
}

export const contextMergingSteps: readonly StepDefinition[] = [
  step(/A context entry with key "(.+)" and value "(.+)" is added to the "(.+)" level/, (world, captures) => {
    const [name = '', value = '', level = ''] = captures
    add(world, level as ContextLevel, [name, value])
  }),
  step(/A table with levels of increasing precedence/, (world, _, rows) => {
    const named = rows.map(([level]) => level)
    expect(contextLevels.filter((level) => named.includes(level))).toEqual(named)
    world.remembered = named
  }),
  step(
    /Context entries for each level from API level down to the "(.+)" level, with key "(.+)" and value "(.+)"/,
    (world, [last = '', name = '']) => {
      const named = world.remembered as ContextLevel[]
      for (const level of named.slice(0, named.indexOf(last as ContextLevel) + 1)) add(world, level, [name, level])
    },
  ),
  step(/Some flag was evaluated/, (world) => expect(world.application.evaluateWithLevels).toBeTypeOf('function')),
  step(/The merged context contains an entry with key "(.+)" and value "(.+)"/, async (world, [name = '', value]) =>
    expect(await world.application.evaluateWithLevels?.(contextProbe(name), world.levels)).toBe(value),
  ),
]
