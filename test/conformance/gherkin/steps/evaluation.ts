/** Steps about one flag, what it is asked for, and what comes of it. */
import type { JsonValue } from '@openfeature/core'
import { expect } from 'vitest'
import { step, type StepDefinition } from '../run-scenario.js'
import { flagTypeOf, valueOf } from '../values.js'
import type { World } from '../world.js'

async function evaluate(world: World): Promise<void> {
  await world.attempt(async () => {
    await world.application.useContext(world.context)
    world.details = await world.inTime(world.application.evaluate(world.flag))
  })
}

const requests: readonly StepDefinition[] = [
  step(
    /an? (\w+)-flag with key "(.*)" and a (?:default|fallback) value "(.*)"/,
    (world, [word = '', key = '', text = '']) => {
      const type = flagTypeOf(word)
      world.flag = { key, type, defaultValue: valueOf(type, text) }
    },
  ),
  step(/a context containing a targeting key with value "(.*)"/, (world, [value = '']) =>
    world.addToContext('targetingKey', value),
  ),
  step(
    /a context containing a key "(.*)", with type "(.*)" and with value "(.*)"/,
    (world, [name = '', type = '', text = '']) => world.addToContext(name, valueOf(flagTypeOf(type), text)),
  ),
  step(/a context containing a key "(.*)" with null value/, (world, [name = '']) => world.addToContext(name, null)),
  step(/the flag was evaluated with details/, evaluate),
]

const answers: readonly StepDefinition[] = [
  step(/the resolved details value should be "(.*)"/, (world, [text = '']) =>
    expect(world.details.value).toEqual(valueOf(world.flag.type, text)),
  ),
  step(/the resolved object value should contain/, (world, _, [, ...rows]) => {
    const fields = rows.map(([name = '', type = '', text = '']) => [name, valueOf(flagTypeOf(type), text)])
    expect(world.details.value).toMatchObject(Object.fromEntries(fields) as Record<string, JsonValue>)
  }),
  step(/the error-code should be "(.*)"/, (world, [code]) => expect(world.details.errorCode ?? '').toBe(code)),
  step(/the error message should be empty/, (world) => expect(world.details.errorMessage ?? '').toBe('')),
  step(/the reason should be "(.*)"/, (world, [reason]) => expect(world.details.reason).toBe(reason)),
  step(/the variant should be "([^"]*)"/, (world, [variant]) => expect(world.details.variant).toBe(variant)),
  step(/the flag key should be "(.*)"/, (world, [key]) => expect(world.details.flagKey).toBe(key)),
  step(/no exception should have been thrown/, (world) => expect(world.thrown).toEqual([])),
  step(/the resolved value is remembered/, (world) => {
    world.remembered = world.details.value
  }),
  step(/the resolved details value should have changed/, (world) =>
    expect(world.details.value).not.toEqual(world.remembered),
  ),
  step(/the resolved metadata should contain/, (world, _, [, ...rows]) => {
    const entries = rows.map(([name = '', type = '', text = '']) => [name, valueOf(flagTypeOf(type), text)])
    expect(world.details.flagMetadata).toMatchObject(Object.fromEntries(entries) as Record<string, JsonValue>)
  }),
  step(/the resolved metadata is empty/, (world) => expect(world.details.flagMetadata).toEqual({})),
]

export const evaluationSteps: readonly StepDefinition[] = [...requests, ...answers]
