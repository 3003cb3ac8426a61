/** Steps about hooks: what runs when, and what it is told. */
import { expect } from 'vitest'
import type { WatchingHook } from '../application.js'
import { step, type StepDefinition } from '../run-scenario.js'
import type { Table } from '../scenarios.js'
import { flagTypeOf, valueOf } from '../values.js'
import type { HookCall, World } from '../world.js'

/** A hook that writes down what it sees. */
function watching({ hookCalls }: World, hook: string): WatchingHook {
  return {
    before: () => void hookCalls.push({ hook, stage: 'before' }),
    after: (_context, details) => void hookCalls.push({ hook, stage: 'after', details }),
    error: () => void hookCalls.push({ hook, stage: 'error' }),
    finally: (_context, details) => void hookCalls.push({ hook, stage: 'finally', details }),
  }
}

const members = {
  flag_key: 'flagKey',
  value: 'value',
  variant: 'variant',
  reason: 'reason',
  error_code: 'errorCode',
} as const

/** What a table of details asks for, by the SDK's names. */
function expectedDetails([, ...rows]: Table): Record<string, unknown> {
  const entries = rows.map(([type = '', name = '', text = '']) => {
    const member = members[name as keyof typeof members]
    return [member, text === 'null' ? undefined : valueOf(flagTypeOf(type), text)]
  })
  return Object.fromEntries(entries) as Record<string, unknown>
}

function callsIn(world: World, stage = ''): HookCall[] {
  return world.hookCalls.filter((call) => call.stage === stage)
}

export const hookSteps: readonly StepDefinition[] = [
  step(/a client with added hook/, (world) => world.application.addHook(watching(world, 'added'))),
  step(/the "(\w+)" hook should have been executed/, (world, [stage]) => expect(callsIn(world, stage)).toHaveLength(1)),
  step(/the "(.+)" hooks should be called with evaluation details/, (world, [stages = ''], table) => {
    for (const stage of stages.split(', ')) {
      const [call] = callsIn(world, stage)
      const { flagKey, value, variant, reason, errorCode } = call?.details ?? {}
      expect({ flagKey, value, variant, reason, errorCode }, stage).toEqual(expectedDetails(table))
    }
  }),
  step(/evaluation options containing specific hooks/, (world) => {
    world.hooks = [watching(world, 'first'), watching(world, 'second')]
  }),
  step(/the flag was evaluated with details using the evaluation options/, (world) =>
    world.attempt(async () => {
      world.details = await world.application.evaluate(world.flag, world.hooks)
    }),
  ),
  step(/the specified hooks should execute during evaluation/, (world) =>
    expect(new Set(world.hookCalls.map(({ hook }) => hook))).toEqual(new Set(['first', 'second'])),
  ),
  step(/the hook order should be maintained/, (world) =>
    expect(world.hookCalls.map(({ hook, stage }) => `${stage} ${hook}`)).toEqual([
      'before first',
      'before second',
      'after second',
      'after first',
      'finally second',
      'finally first',
    ]),
  ),
]
