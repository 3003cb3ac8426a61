/** Queries in the documentation: Prometheus can read them, and what they ask about is a metric that the page of metrics explains. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { hasPrometheus, promtool } from '../observability/prometheus.js'
import { textOf } from '../repository/files.js'
import { blocksOf } from './blocks.js'
import { runBy } from './runners.js'

/** A query in a block ends with an empty line. */
const queries = runBy('promql', blocksOf()).flatMap(({ place, text }) =>
  text.split(/\n\n+/).map((query) => ({ place, query: query.trim() })),
)
const explained = new Set([...textOf('docs/metrics.md').matchAll(/^### (switchyard_\w+)$/gm)].map(([, name]) => name))
const folder = mkdtempSync(join(tmpdir(), 'switchyard-queries-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What Prometheus finds wrong with a query; empty where it can read it. */
function problemsOf(query: string): string {
  const file = join(folder, 'rules.json')
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules: [{ record: 'a:query', expr: query }] }] }))
  const { ok, output } = promtool('check', 'rules', file)
  return ok ? '' : output
}

describe('queries in the documentation', () => {
  it.each(queries)('in $place asks about what is explained: $query', ({ query }) => {
    const names = [...query.matchAll(/\bswitchyard_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter((name) => !explained.has(name))).toEqual([])
  })

  it.skipIf(!hasPrometheus).each(queries)('in $place can be read: $query', ({ query }) => {
    expect(problemsOf(query)).toBe('')
  })

  it.skipIf(!hasPrometheus)('that cannot be read are found', () => {
    expect(problemsOf('sum by (environment (switchyard_held)')).toMatch(/could not parse expression|parse error/)
  })
})
