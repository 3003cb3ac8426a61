/** Every page as a reader follows it: its commands and its programs run, and what is shown as their output is their output. */
import { afterAll, describe, expect, it } from 'vitest'
import { blocksIn, blocksOf, type Block } from './blocks.js'
import { programSource } from './program-source.js'
import { Reader } from './reader.js'
import { runBy, runnerOf } from './runners.js'
import { strayEntries, surroundingsOf } from './surroundings.js'

const blocks = blocksOf()
const followed = [...runBy('shell', blocks), ...runBy('node', blocks)]
const pages = [...new Set(followed.map(({ page }) => page))].toSorted()

describe('blocks of the documentation', () => {
  it.each(blocks.filter(({ notRun }) => notRun === undefined))('$place is run by a suite', (block) => {
    expect(runnerOf(block)).not.toBeNull()
  })

  it('that nobody runs are found', () => {
    const markdown = '```\nls\n```\n\n```ruby\nputs 1\n```\n\n```text\nan output of nothing\n```\n'
    expect([...blocksIn('page.md', markdown)].map(runnerOf)).toEqual([null, null, null])
  })

  it('have the surroundings that were written for them', () => {
    expect(strayEntries(blocks)).toEqual([])
  })
})

describe.each(pages)('%s', (page) => {
  const reader = new Reader()
  afterAll(() => reader.close())
  const ofPage = blocks.filter((block) => block.page === page && block.notRun === undefined)
  const printed = new Map<Block, string>()

  it.each(ofPage.filter((block) => block.savedAs !== undefined || runnerOf(block) !== 'data'))(
    '$place does what the page says',
    async (block) => {
      reader.save(block)
      const runner = runnerOf(block)
      if (runner === 'shell') printed.set(block, await reader.runShell(block))
      if (runner === 'output') expect(block.text).toBe(block.previous && printed.get(block.previous))
      if (runner === 'node') {
        expect(await reader.runProgram(await programSource(block))).toBe(surroundingsOf(block).prints)
      }
    },
  )

  it.each(ofPage.filter(({ language, previous }) => language === 'json' && previous?.language === 'sh'))(
    '$place is what the command before it prints',
    ({ text, previous }) => {
      expect(JSON.parse(previous === undefined ? '' : (printed.get(previous) ?? ''))).toMatchObject(JSON.parse(text))
    },
  )
})
