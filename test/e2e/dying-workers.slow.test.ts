import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { startCommand } from '../../relay/test/cli/run-command.js'

let closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

it('a relay whose workers die as soon as they are started tries again, later each time, and then says so and ends', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-dying-'))
  closing.push(() => rm(folder, { recursive: true }))
  const [flags, death] = [join(folder, 'flags.json'), join(folder, 'death.mjs')]
  await writeFile(flags, '{"flags": {}}')
  await writeFile(death, "if (process.argv[2] === 'worker') process.exit(3)\n")
  const command = startCommand(['serve'], {
    NODE_OPTIONS: `--import=${death}`,
    SWITCHYARD_WORKERS: '2',
    SWITCHYARD_SERVER__PORT: '0',
    SWITCHYARD_MANAGEMENT__PORT: '0',
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__PATH: flags,
  })
  closing.push(() => command.child.kill('SIGKILL'))
  const { code, stdout, stderr } = await command.finished
  expect(code).toBe(69)
  expect(stderr).toMatch(/worker [12] dies as soon as it is started, 6 times in a row/)
  const lines = stdout.split('\n').filter((line) => line.includes('a worker has died'))
  const pauses = lines.map((line) => JSON.parse(line) as { worker: number; exitCode: number; pauseMs: number })
  expect(new Set(pauses.map(({ exitCode }) => exitCode))).toEqual(new Set([3]))
  for (const worker of [1, 2]) {
    const ofOne = pauses.filter((each) => each.worker === worker).map(({ pauseMs }) => pauseMs)
    expect([100, 200, 400, 800, 1_600, 3_200].slice(0, ofOne.length)).toEqual(ofOne)
    expect(ofOne.length).toBeGreaterThan(3)
  }
})
