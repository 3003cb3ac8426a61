import { describe, expect, it } from 'vitest'
import { runScenario, step, StepFailure, type StepDefinition } from './run-scenario.js'
import { scenariosOf } from './scenarios.js'
import { World } from './world.js'

const feature = `
@life
Feature: counting

  Background:
    Given a start

  @outline
  Scenario Outline: adding
    When <count> are added
    Then the table holds
      | name | count   |
      | all  | <count> |

    Examples:
      | count |
      | 2     |
      | 3     |

  Scenario: nothing
    Then all is over
`

const scenarios = scenariosOf(feature, 'counting')

/** No step here looks at anything outside. */
const world = new World({
  gate: { url: '', set: () => undefined, close: async () => undefined },
  open: () => {
    throw new Error('no application')
  },
  flipFlag: async () => undefined,
  patienceMs: 1_000,
})

async function run(index: number, definitions: readonly StepDefinition[]): Promise<unknown> {
  const scenario = scenarios[index]
  if (scenario === undefined) throw new Error(`no scenario ${index}`)
  return runScenario(scenario, definitions, world).catch((error: unknown) => error)
}

describe('a feature', () => {
  it('is read with its outlines expanded, its background in front and its tags inherited', () => {
    expect(scenarios.map(({ title }) => title)).toEqual([
      'counting: adding (2)',
      'counting: adding (3)',
      'counting: nothing',
    ])
    expect(scenarios[1]).toEqual({
      title: 'counting: adding (3)',
      tags: ['@life', '@outline'],
      steps: [
        { text: 'a start', table: [] },
        { text: '3 are added', table: [] },
        {
          text: 'the table holds',
          table: [
            ['name', 'count'],
            ['all', '3'],
          ],
        },
      ],
    })
  })
})

describe('a scenario', () => {
  const seen: unknown[] = []
  const start = step(/a start/, () => seen.push('start'))
  const add = step(/(\d+) are added/, (_world, captures) => seen.push(captures))
  const table = step(/the table holds/, async (_world, _captures, rows) => seen.push(rows))

  it('runs its steps in order, with what the patterns capture and the tables', async () => {
    expect(await run(0, [table, add, start])).toBeUndefined()
    expect(seen).toEqual([
      'start',
      ['2'],
      [
        ['name', 'count'],
        ['all', '2'],
      ],
    ])
  })

  it.each([
    ['that nobody has defined', [], '0 definitions fit'],
    ['that two definitions fit', [step(/all is over/, () => null), step(/all .*/, () => null)], '2 definitions fit'],
    ['of which a definition fits only a part', [step(/all is/, () => null)], '0 definitions fit'],
    ['that throws', [step(/all is over/, () => expect(1).toBe(2))], 'expected 1 to be 2'],
    ['that rejects', [step(/all is over/, async () => expect(1).toBe(2))], 'expected 1 to be 2'],
  ])('fails at a step %s', async (_row, definitions, message) => {
    const failure = await run(2, [start, ...definitions])
    expect(failure).toBeInstanceOf(StepFailure)
    expect(failure).toMatchObject({ step: 'all is over' })
    expect(String(failure)).toContain(message)
  })
})
