/** What the README shows first does what it says: the request, and the application. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestRelay, type TestRelay } from '../e2e/relay-process.js'
import { blocksOf } from './blocks.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const blocks = blocksOf(['README.md'])

let relay: TestRelay

beforeAll(async () => {
  relay = await startTestRelay({
    ENVIRONMENTS__DEMO__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__DEMO__UPSTREAM__PATH: fileURLToPath(new URL('../../relay/bin/demo/flags.json', import.meta.url)),
  })
  await vi.waitFor(async () => expect((await relay.status()).state).toBe('fresh'), { timeout: 10_000 })
})

afterAll(() => relay.close())

/** The one block that holds the text, with the test's relay in place of the one that the reader has started. */
function blockWith(text: string): string {
  const [found, ...others] = blocks.filter((block) => block.text.includes(text))
  expect(others).toEqual([])
  return (found?.text ?? '').replaceAll(/(http:\/\/)?localhost:8080/g, relay.dataUrl)
}

describe('the first example of the README', () => {
  it('asks for all flags of one user', async () => {
    const { stdout } = await run('sh', ['-c', blockWith('curl')], { cwd: root })
    expect(JSON.parse(stdout)).toMatchObject({
      flags: expect.arrayContaining([expect.objectContaining({ key: 'new-checkout', value: false })]),
    })
  })

  it('is an application that prints a flag and ends', async () => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', blockWith('SwitchyardProvider')], {
      cwd: root,
    })
    expect(stdout).toBe('false\n')
  })
})
