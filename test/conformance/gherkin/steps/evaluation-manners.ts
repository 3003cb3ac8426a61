/** Steps about the manners of an evaluation: that it does not block, and changes nothing it was given. */
import { expect } from 'vitest'
import { step, type StepDefinition } from '../run-scenario.js'

export const mannersSteps: readonly StepDefinition[] = [
  step(/the flag was evaluated with details asynchronously/, (world) => {
    world.evaluation = world.application.evaluate(world.flag)
  }),
  step(/the evaluation should complete without blocking/, async (world) => {
    expect(world.evaluation).toBeInstanceOf(Promise)
    if (world.evaluation !== null) world.details = await world.evaluation
  }),
  step(/an evaluation context with modifiable data/, (world) => {
    world.context = { targetingKey: 'user-1', nested: { list: [1, { deep: true }] } }
    world.remembered = structuredClone(world.context)
  }),
  step(/the original evaluation context should remain unmodified/, (world) =>
    expect(world.context).toEqual(world.remembered),
  ),
  step(/the evaluation details should be immutable/, (world) => {
    expect(Object.isFrozen(world.details)).toBe(true)
    expect(Object.isFrozen(world.details.flagMetadata)).toBe(true)
  }),
]
