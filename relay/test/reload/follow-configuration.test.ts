import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { loadConfiguration, type LoadedConfiguration } from '../../src/config/load-configuration.js'
import { followConfiguration } from '../../src/reload/follow-configuration.js'
import { createReadFiles } from '../../src/reload/read-files.js'

const environment = (key: string): string => `{ upstream: { type: file, path: /f.json }, serverKeys: [${key}] }`
/** Half of it is a configuration too. */
const [first, second] = [
  `environments:\n  shop: ${environment('one')}\n`,
  `environments:\n  shop: ${environment('one')}\n  blog: ${environment('two')}\n`,
]

async function follow() {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-follow-'))
  const file = join(folder, 'switchyard.yaml')
  await writeFile(file, first)
  const files = createReadFiles((path) => readFile(path, 'utf8'))
  const state = { loads: 0, onLoad: async (_load: number): Promise<void> => {} }
  const taken: { readonly trigger: string; readonly names: readonly string[] | null }[] = []
  const namesOf = (loaded: LoadedConfiguration): string[] | null =>
    loaded.ok ? loaded.configuration.environments.map(({ name }) => name) : null
  await loadConfiguration({ file, env: {}, readFile: files.readFile })
  const following = followConfiguration({
    files,
    watchesFiles: true,
    async load() {
      const loaded = await loadConfiguration({ file, env: {}, readFile: files.readFile })
      await state.onLoad((state.loads += 1))
      return loaded
    },
    async take(loaded, trigger) {
      taken.push({ trigger, names: namesOf(loaded) })
    },
  })
  onTestFinished(async () => {
    await following.close()
    await rm(folder, { recursive: true })
  })
  return { file, state, taken, following }
}

describe('a configuration file that is caught while it is written', () => {
  it.each([
    ['wrong', 'environments:\n  shop: { upstr'],
    ['right, and lacks an environment', first.replace('one', 'three')],
    ['empty', ''],
  ])('is read again until it rests, where half of it is %s: no alarm, nothing removed', async (_what, half) => {
    const { file, state, taken } = await follow()
    state.onLoad = async (load) => {
      if (load <= 2) await writeFile(file, load === 1 ? `${half}#` : second)
    }
    await writeFile(file, half)
    await vi.waitFor(() => expect(taken).not.toEqual([]), 20_000)
    expect(taken).toEqual([{ trigger: 'file', names: ['shop', 'blog'] }])
    expect(state.loads).toBe(3)
  })

  it('is refused once when it stays wrong, and taken when it has been put right', async () => {
    const { file, taken } = await follow()
    await writeFile(file, 'environments: {')
    await vi.waitFor(() => expect(taken).toEqual([{ trigger: 'file', names: null }]), 20_000)
    await writeFile(file, second)
    await vi.waitFor(() => expect(taken[1]).toEqual({ trigger: 'file', names: ['shop', 'blog'] }), 20_000)
  })

  it('counts as it is when a signal says so', async () => {
    const { file, state, taken, following } = await follow()
    state.onLoad = async (load) => {
      if (load === 1) following.signal()
    }
    await writeFile(file, second)
    await vi.waitFor(() => expect(taken).toHaveLength(2), 20_000)
    expect(taken.map(({ trigger }) => trigger)).toEqual(['file', 'signal'])
  })
})
