import { describe, expect, it } from 'vitest'
import { core } from '../../src/compile/core.js'
import { isForm } from '../../src/compile/forms.js'
import { coreWords } from '../../src/explain/core-words.js'
import { dialects } from '../../src/registry.js'

describe('plain words', () => {
  it.each(dialects.map((dialect) => ({ dialect, name: dialect.name })))(
    'are there for every operator of $name, and for no other',
    ({ dialect: { operators, words } }) => {
      expect([...(words?.keys() ?? [])].toSorted()).toEqual([...operators.keys()].toSorted())
    },
  )

  it('are there for every operator of the core, and for no other', () => {
    const forms = [...coreWords.keys()].filter(isForm)
    expect([...coreWords.keys()].toSorted()).toEqual([...core.operators.keys(), ...forms].toSorted())
    expect(forms.toSorted()).toEqual(['and', 'first', 'flag', 'if', 'in', 'or', 'segment'])
  })
})
