import { describe, expect, it } from 'vitest'
import { differences } from './differences.js'
import { answerOf, clock, decoded, snapshotOf } from './evaluate.js'
import { compile } from '../../../src/index.js'
import { flagd } from '../../../src/vendors/flagd/index.js'

describe('differences from the daemon', () => {
  it.each(differences)('$name: $why', ({ document, context = {}, daemon, ours }) => {
    const { snapshot } = compile(flagd.translate(decoded(document)).ruleset)
    expect(answerOf(snapshot.evaluate('f', context, clock))).toEqual(ours)
    expect(ours).not.toEqual(daemon)
  })

  it('leave the other flags of the document alone', () => {
    for (const { document, context = {} } of differences) {
      const flags = { ...(document['flags'] as object), good: { variants: { on: true }, defaultVariant: 'on' } }
      const outcome = snapshotOf({ ...document, flags }).evaluate('good', context, clock)
      expect(answerOf(outcome)).toEqual({ reason: 'STATIC', variant: 'on', value: true })
    }
  })
})
