/** What an application gets does not depend on who evaluates: the engine in its process, or the relay by OFREP. */
import { readFileSync } from 'node:fs'
import { compile, resolveAs, seal, vendors, type EvaluatedOutcome } from '@switchyard/engine'
import { describe, expect, it } from 'vitest'
import { resolve, type Json, type ValueType } from '../../src/ofrep/index.js'
import { readFlag } from '../../src/ofrep/read-answer.js'

const types: readonly ValueType[] = ['boolean', 'string', 'number', 'object']
const codeDefault = 'the code default'

const { values } = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/featbit/typed-values.json', import.meta.url), 'utf8'),
) as { readonly values: readonly { readonly raw: string }[] }

/** FeatBit declares types and lets each be asked for as another one: the richest of all vendors in typed views. */
function outcomeOf(text: string, variationType: string): EvaluatedOutcome {
  const vendor = vendors.get('featbit')
  const flag = {
    id: 'f',
    key: 'f',
    variationType,
    variations: [{ id: 'v', name: 'v', value: text }],
    isEnabled: true,
    disabledVariationId: 'v',
    fallthrough: { includedInExpt: true, variations: [{ id: 'v', rollout: [0, 1], exptRollout: 1 }] },
  }
  const decoded = vendor?.decode({ eventType: 'full', featureFlags: [flag], segments: [] })
  if (vendor === undefined || decoded?.ok !== true) throw new Error(JSON.stringify(decoded))
  const { snapshot } = compile(seal(vendor.translate(decoded.document).ruleset))
  return snapshot.evaluate('f', { targetingKey: 'u' }, { nowMs: 0, random: () => 0 })
}

function inProcess(outcome: EvaluatedOutcome, type: ValueType): unknown {
  const resolved = resolveAs(outcome, type)
  if (resolved.kind === 'error') return resolved.errorCode
  return { value: resolved.kind === 'value' ? resolved.value : codeDefault }
}

function remote(outcome: EvaluatedOutcome, type: ValueType): unknown {
  const flag = readFlag(JSON.parse(outcome.ofrep('server')))
  if (flag === null) throw new Error('the item is no answer')
  const { errorCode, value } = resolve<Json>(flag, type, codeDefault)
  return errorCode ?? { value }
}

describe.each(values)('a variation with the text $raw', ({ raw }) => {
  it.each(['boolean', 'number', 'string', 'json'])('of a %s flag is the same from both', (declared) => {
    const outcome = outcomeOf(raw, declared)
    for (const type of types) expect(remote(outcome, type)).toEqual(inProcess(outcome, type))
  })
})
