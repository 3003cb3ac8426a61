/** Commands in sentences: what they call is there, what ends by itself is run, what cannot be is listed. Reads the build. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { filesIn, textOf } from '../repository/files.js'
import { inlineCommandsIn, problemsOf, reasonNotToRun } from './inline-commands.js'
import { readerEnvironment, startServing, stopGroup } from './serving.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

// Decisions and changes tell what was; API reports are made, and fixtures copied.
const isHistory = (page: string): boolean => /^(docs\/(api|adr)\/|test\/fixtures\/|CHANGELOG)/.test(page)
const pages = filesIn('.').filter((path) => path.endsWith('.md') && !isHistory(path))
/** The list of what is not run names these commands once more. */
const list = '## Commands in sentences that are not run\n'
const commands = pages.flatMap((page) => inlineCommandsIn(page, textOf(page).split(list)[0] ?? ''))
const checked = commands.filter(({ text }) => reasonNotToRun(text) === undefined)
/** Quick, and without anything that a reader has to fill in. */
const ended = checked.filter(({ text }) => /^(node -|echo )|--version$/.test(text) && !text.includes('<'))
const serving = checked.filter(({ text }) => / serve --config \S+$/.test(text) && !text.includes('<'))

describe('commands in sentences', () => {
  it.each(checked)('$page: what $text calls is there', async (command) => {
    expect(await problemsOf(command)).toEqual([])
  })

  it.each(ended)('$page: $text succeeds', async ({ text }) => {
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', text], { cwd: root, env: readerEnvironment })
    if (!text.includes('node -e')) expect(stdout.trim()).not.toBe('')
  })

  it.each(serving)('$page: $text serves', async ({ text }) => {
    const relay = await startServing(text, { cwd: root })
    await stopGroup(relay.process)
  })

  it('are listed as not run exactly where they are', () => {
    const [, section = ''] = textOf('docs/evidence.md').split(list)
    const listed = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('- '))
    const notRun = commands.flatMap(({ page, text }) => {
      const reason = reasonNotToRun(text)
      return reason === undefined ? [] : [`- ${page}: \`${text.replaceAll('|', '\\|')}\`: ${reason}`]
    })
    expect(listed).toEqual(notRun)
  })

  it.each([
    ['npm run nothing', 'package.json has no script nothing'],
    ['npm ci && npm run nothing', 'package.json has no script nothing'],
    ['npx vitest run test/nothing.test.ts', 'test/nothing.test.ts has no test to run'],
    ['npx vitest run --mode slow test/links.test.ts', 'test/links.test.ts has no test to run'],
    ['npx --no-install switchyard fly', 'there is no command fly'],
    ['switchyard check --colour', 'check has no --colour'],
    ['npx @switchyard/relay serve --config docs/examples/nothing.yaml', 'there is no docs/examples/nothing.yaml'],
    ['A_VARIABLE=1 node test/nothing.mjs', 'there is no test/nothing.mjs'],
    ['npx no-such-tool', 'npx finds no no-such-tool'],
    ['git push', 'nobody knows how to check git'],
  ])('that call what is not there are found: %s', async (text, problem) => {
    const [found] = inlineCommandsIn('README.md', `Type \`${text.replace(' ', '\n')}\`.`)
    expect(found && (await problemsOf(found))).toEqual([problem])
  })
})
