/** Steps of the specification's first feature about evaluation, which its authors have put another one beside. */
import type { EvaluationContext } from '@openfeature/core'
import { expect } from 'vitest'
import { step, type StepDefinition } from '../run-scenario.js'
import { flagTypeOf, valueOf } from '../values.js'
import type { World } from '../world.js'

/** @param defaultText as it stands in the step, without quotes */
async function evaluate(world: World, word: string, key: string, defaultText: string): Promise<void> {
  const type = flagTypeOf(word)
  world.flag = { key, type, defaultValue: type === 'Object' ? null : valueOf(type, defaultText) }
  await world.application.useContext(world.context)
  world.details = await world.application.evaluate(world.flag)
}

function expectValue({ details, flag }: World, text: string): void {
  expect(details.value).toEqual(valueOf(flag.type, text))
}

/** The context of the one rule of the feature: four names, then four values. */
function contextOf([fn = '', ln = '', age = '', customer = '']: readonly string[]): EvaluationContext {
  return { fn, ln, age: Number(age), customer: customer === 'true' }
}

const requests: readonly StepDefinition[] = [
  step(
    /an? (\w+) flag with key "(.+)" is evaluated (?:with details and|with) (?:a )?default value "?([^"]*)"?/,
    (world, [word = '', key = '', text = '']) => evaluate(world, word, key, text),
  ),
  step(/an object flag with key "(.+)" is evaluated with (?:details and )?a null default value/, (world, [key = '']) =>
    evaluate(world, 'Object', key, ''),
  ),
  step(
    /context contains keys "fn", "ln", "age", "customer" with values "(.+)", "(.+)", (\d+), "(.+)"/,
    (world, captures) => {
      world.context = contextOf(captures)
    },
  ),
  step(/a flag with key "(.+)" is evaluated with default value "(.+)"/, (world, [key = '', text = '']) =>
    evaluate(world, 'String', key, text),
  ),
  step(
    /a non-existent string flag with key "(.+)" is evaluated with details and a fallback value "(.+)"/,
    (world, [key = '', text = '']) => evaluate(world, 'String', key, text),
  ),
  step(
    /a string flag with key "(.+)" is evaluated as an integer, with details and a fallback value (\d+)/,
    (world, [key = '', text = '']) => evaluate(world, 'Integer', key, text),
  ),
]

const answers: readonly StepDefinition[] = [
  step(/the resolved (?:boolean|string|integer|float) value should be "?([^"]*)"?/, (world, [text = '']) =>
    expectValue(world, text),
  ),
  step(
    /the resolved (?:boolean|string|integer|float) details value should be "?([^",]*)"?, the variant should be "(.+)", and the reason should be "(.+)"/,
    (world, [text = '', variant, reason]) => {
      expectValue(world, text)
      expect(world.details).toMatchObject({ variant, reason })
    },
  ),
  step(
    /the resolved object (?:details )?value should be contain fields "(.+)", "(.+)", and "(.+)", with values "(.+)", "(.+)" and (\d+), respectively/,
    (world, captures) => {
      const [first = '', second = '', third = '', isShown, title, perPage] = captures
      const expected = { [first]: isShown === 'true', [second]: title, [third]: Number(perPage) }
      expect(world.details.value).toEqual(expected)
    },
  ),
  step(/the variant should be "(.+)", and the reason should be "(.+)"/, (world, [variant, reason]) =>
    expect(world.details).toMatchObject({ variant, reason }),
  ),
  step(/the resolved string response should be "(.+)"/, (world, [text = '']) => expectValue(world, text)),
  step(/the resolved flag value is "(.+)" when the context is empty/, async (world, [text = '']) => {
    world.context = {}
    await evaluate(world, 'String', world.flag.key, 'default')
    expectValue(world, text)
  }),
  step(/the default (?:string|integer) value should be returned/, (world) =>
    expect(world.details.value).toBe(world.flag.defaultValue),
  ),
  step(
    /the reason should indicate an error and the error code should indicate (?:a missing flag|a type mismatch) with "(.+)"/,
    (world, [errorCode]) => expect(world.details).toMatchObject({ reason: 'ERROR', errorCode }),
  ),
]

export const deprecatedEvaluationSteps: readonly StepDefinition[] = [...requests, ...answers]
