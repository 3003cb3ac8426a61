import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { binPath, runCommand } from './run-command.js'

describe('switchyard', () => {
  it.each(['--help', '-h', 'help'])('lists its commands for %s', async (option) => {
    const { code, stdout } = await runCommand([option])
    expect(code).toBe(0)
    for (const command of ['serve', 'check', 'evaluate', 'explain', 'health'])
      expect(stdout).toContain(`\n  ${command}`)
  })

  it.each(['serve', 'check', 'evaluate', 'explain', 'health'])(
    'explains %s, with examples that name the package',
    async (command) => {
      const { code, stdout } = await runCommand([command, '--help'])
      expect(code).toBe(0)
      expect(stdout).toContain(`Usage: npx @switchyard/relay ${command}`)
      expect(stdout).not.toContain('npx switchyard')
    },
  )

  it('prints its version', async () => {
    expect(await runCommand(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })

  it('exits with 64 for a command that it does not have', async () => {
    const { code, stderr } = await runCommand(['surve'])
    expect(code).toBe(64)
    expect(stderr).toContain('there is no command "surve"')
    expect(stderr).toContain('serve')
  })

  it('says what to do where it has not been built', () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-bin-'))
    mkdirSync(join(folder, 'bin'))
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    copyFileSync(binPath, join(folder, 'bin', 'switchyard.js'))
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin', 'switchyard.js')], { encoding: 'utf8' })
    rmSync(folder, { recursive: true })
    expect(status).toBe(69)
    expect(stderr).toContain('npm ci && npm run build')
  })
})
