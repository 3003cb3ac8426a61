import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from './run-command.js'

const good = '{"flags": {"a": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"}}}'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-check-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function write(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

const configOf = (...files: string[]): string =>
  JSON.stringify({
    environments: Object.fromEntries(
      files.map((path, index) => [`e${index}`, { upstream: { type: 'file', path }, serverKeys: [`key-${index}`] }]),
    ),
  })

describe('switchyard check', () => {
  it('finds nothing wrong with a good configuration and its documents', async () => {
    await write('good.json', good)
    const config = await write('switchyard.json', configOf('good.json'))
    expect(await runCommand(['check', '--config', config])).toEqual({
      code: 0,
      stdout:
        'configuration: 1 environment, requests need a key\ne0: a flagd document with 1 flag, 0 errors, 0 warnings\n',
      stderr: '',
    })
  })

  it('reads the configuration that SWITCHYARD_CONFIG names', async () => {
    await write('good.json', good)
    const config = await write('switchyard.json', configOf('good.json'))
    expect(await runCommand(['check'], '', { SWITCHYARD_CONFIG: config })).toMatchObject({ code: 0 })
  })

  it('exits with 78 and all problems of a wrong configuration', async () => {
    const config = await write('wrong.yaml', 'server: {port: x}\nenvironments: {}\n')
    const { code, stdout, stderr } = await runCommand(['check', '--config', config])
    expect([code, stdout]).toEqual([78, ''])
    expect(stderr).toContain('The configuration has 2 problems')
    expect(stderr).toContain(`${config}:1:`)
  })

  it('checks every document, and exits with 65 when one has errors', async () => {
    await write('good.json', good)
    await write('broken.json', '{"flags": {')
    const config = await write('switchyard.json', configOf('broken.json', 'missing.json', 'good.json'))
    const { code, stdout, stderr } = await runCommand(['check', '--config', config])
    expect(code).toBe(65)
    expect(stderr).toContain(
      `e0: ${join(folder, 'broken.json')}, line 1, column 12: expected a name in double quotes, found the end`,
    )
    expect(stderr).toContain(`e1: ${join(folder, 'missing.json')} does not exist`)
    expect(stdout).toContain('e2: a flagd document with 1 flag,')
  })

  it('exits with 65 when a document works but one of its flags does not', async () => {
    const path = await write(
      'flag.json',
      '{"flags": {"a": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "nope"}}}',
    )
    const { code, stderr } = await runCommand(['check', '--document', path])
    expect(code).toBe(65)
    expect(stderr).toMatch(/^error \w+ flags\.a/)
  })

  it.each([
    ['is not there', 'nowhere.json', null, /^switchyard check: \S+nowhere\.json does not exist\n$/],
    ['is empty', 'empty.json', '', /^switchyard check: \S+empty\.json: the file is empty\n$/],
    ["is nobody's", 'other.json', '{}', /^switchyard check: this is no document of a vendor that Switchyard knows/],
  ])('says why a document that %s cannot be used', async (_row, name, text, expected) => {
    const path = text === null ? join(folder, name) : await write(name, text)
    const { code, stdout, stderr } = await runCommand(['check', '--document', path])
    expect([code, stdout]).toEqual([65, ''])
    expect(stderr).toMatch(expected)
  })

  it('passes a document that only has warnings', async () => {
    const path = await write('warning.json', good.replace('"on": true', '"on": true, "on": true'))
    const { code, stdout, stderr } = await runCommand(['check', '--document', path, '--vendor', 'flagd'])
    expect(code).toBe(0)
    expect(stdout).toContain('with 1 flag, 0 errors, 1 warning\n')
    expect(stderr).toContain('warning DUPLICATE_KEY flags.a.variants.on: line 1, column')
  })

  it.each([
    ['--config', 'a', '--document', 'b'],
    ['--vendor', 'flagd'],
    ['--vendor', 'acme', '--document', 'b'],
  ])('exits with 64 for %s %s %s', async (...options) => {
    expect((await runCommand(['check', ...options.filter(Boolean)])).code).toBe(64)
  })
})
