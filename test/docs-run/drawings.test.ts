/** Drawings in the documentation, as far as they can be read without a browser: kind, brackets, and nodes that arrows lead to. */
import { describe, expect, it } from 'vitest'
import { blocksOf } from './blocks.js'
import { runBy } from './runners.js'

describe('drawings', () => {
  it.each(runBy('drawing', blocksOf()))('$place is a flow chart or a sequence whose labels are closed', ({ text }) => {
    expect(text).toMatch(/^(flowchart (LR|TB|TD)|sequenceDiagram|stateDiagram-v2)\n/)
    const unquoted = text.replaceAll(/\(?"[^"\n]*"\)?/g, 'label')
    expect(unquoted).not.toContain('"')
    // Mermaid takes these for syntax of its own outside of quotes.
    const labels = [...unquoted.matchAll(/\[([^\]\n]*)\]/g)].map(([, label]) => label)
    expect(labels.filter((label) => /[()[{}]/.test(label ?? ''))).toEqual([])
    const opened = text.split('\n').filter((line) => /^\s*subgraph\b/.test(line)).length
    expect(text.split('\n').filter((line) => /^\s*end$/.test(line)).length).toBeGreaterThanOrEqual(opened)
  })
})
