/** The commands that install: in a copy of the repository as somebody else gets it, with nothing installed or built. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasRegistry } from '../packages/registry.js'
import { filesIn, textOf } from '../repository/files.js'
import { blocksOf } from './blocks.js'
import { inlineCommandsIn } from './inline-commands.js'
import { programSource } from './program-source.js'
import { Reader } from './reader.js'
import { surroundingsOf } from './surroundings.js'
import { startServing, stopGroup, type Serving } from './serving.js'
import { runBy, runnerOf } from './runners.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What several pages tell alike is run once. */
const commands = runBy('clone', blocksOf()).filter(
  ({ text }, at, all) => all.findIndex((one) => one.text === text) === at,
)

/** A command that a sentence of the page has a reader type. */
function sentenceCommand(page: string, text: string): string {
  expect(inlineCommandsIn(page, textOf(page))).toContainEqual({ page, text })
  return text
}

describe.skipIf(!hasRegistry)('in a clone', () => {
  let clone: string
  let relay: Serving | undefined

  beforeAll(async () => {
    clone = await mkdtemp(join(tmpdir(), 'switchyard-clone-'))
    await Promise.all(filesIn('.').map((path) => cp(join(root, path), join(clone, path))))
  })

  afterAll(async () => {
    await stopGroup(relay?.process)
    await rm(clone, { recursive: true })
  })

  it.each(commands)('$place starts a relay that answers', async ({ text }) => {
    await stopGroup(relay?.process)
    relay = await startServing(text, { cwd: clone })
    const answer = await fetch(`${relay.dataUrl}/ofrep/v1/evaluate/flags`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"context": {"targetingKey": "user-1"}}',
    })
    expect(await answer.json()).toMatchObject({
      flags: expect.arrayContaining([expect.objectContaining({ key: 'new-checkout', value: false })]),
    })
    await stopGroup(relay.process)
  })

  it('the rest of the quick start works with what its commands have built, and nothing else', async () => {
    const page = 'docs/quick-start.md'
    const reader = new Reader(clone)
    let printed = ''
    try {
      for (const block of blocksOf([page]).filter((each) => runnerOf(each) !== 'clone')) {
        reader.save(block)
        const runner = runnerOf(block)
        if (runner === 'shell') printed = await reader.runShell(block)
        if (runner === 'output') expect(printed).toBe(block.text)
        if (runner === 'node') {
          await reader.runShell({ ...block, text: sentenceCommand(page, 'npm run build') })
          expect(await reader.runProgram(await programSource(block))).toBe(surroundingsOf(block).prints)
        }
      }
    } finally {
      await reader.close()
    }
  })
})
