import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { textOf } from './repository/files.js'

interface Rule {
  readonly alert: string
  readonly annotations: { readonly summary: string; readonly runbook: string }
  readonly labels: { readonly severity: string }
}

const { groups }: { readonly groups: readonly { readonly rules: readonly Rule[] }[] } = parse(
  textOf('helm/switchyard/rules/switchyard.yaml'),
)
const rules = groups.flatMap((group) => group.rules)
const sections = textOf('docs/runbook.md')
  .split('\n')
  .filter((line) => line.startsWith('## '))
  .map((line) => line.slice(3))

describe('the runbook', () => {
  it('has one section for each alert, in the same order, and no other', () => {
    expect(sections).toEqual(rules.map(({ alert }) => alert))
  })

  it.each(rules)('is where $alert leads', ({ alert, annotations, labels }) => {
    expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`)
    expect(annotations.summary).not.toBe('')
    expect(['critical', 'warning']).toContain(labels.severity)
  })
})
