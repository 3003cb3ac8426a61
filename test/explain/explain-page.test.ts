import { readFileSync } from 'node:fs'
import { compile, explain, renderExplanation, vendors } from '@switchyard/engine'
import { describe, expect, it } from 'vitest'
import { textOf } from '../repository/files.js'

const page = textOf('docs/explain.md')

/** The blocks of code in one language. */
function blocksOf(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block ?? '')
}

const flagd = vendors.get('flagd')
const demo: unknown = JSON.parse(readFileSync(new URL('../../relay/bin/demo/flags.json', import.meta.url), 'utf8'))

describe('docs/explain.md', () => {
  const decoded = flagd?.decode(demo)
  if (flagd === undefined || decoded?.ok !== true) throw new Error('the demonstration flags cannot be read')
  const { snapshot } = compile(flagd.translate(decoded.document).ruleset)
  const why = (flagKey: string) =>
    explain(snapshot, flagKey, { targetingKey: 'user-1', plan: 'gold' }, { nowMs: 0, random: () => 0 })

  it('shows what the command prints', () => {
    const [shown = ''] = blocksOf('text')
    const [, ...explanations] = shown.split('\n\n')
    expect(explanations.map((text) => `${text.trimEnd()}\n`)).toEqual(
      ['max-items', 'banner-color'].map((flagKey) => renderExplanation(why(flagKey)!)),
    )
  })

  it('shows what the management plane answers', () => {
    const [shown = ''] = blocksOf('json')
    const { explanations } = JSON.parse(shown) as { explanations: unknown[] }
    expect(explanations).toEqual([why('max-items')])
  })
})
