import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluate as evaluateCommand } from '../../src/cli/evaluate.js'
import { runCommand, startCommand } from './run-command.js'

const document = {
  metadata: { flagSetId: 'test' },
  flags: {
    banner: {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: { if: [{ '==': [{ var: 'plan' }, 'gold'] }, 'on', null] },
    },
    disabled: { state: 'DISABLED', variants: { on: true }, defaultVariant: 'on' },
    broken: { state: 'ENABLED', variants: { on: true }, defaultVariant: 'on', targeting: { nonsense: [1] } },
    open: { state: 'ENABLED', variants: { a: { deep: [1, null] } }, defaultVariant: null },
    '2': { state: 'ENABLED', variants: { a: 2 }, defaultVariant: 'a' },
    '10': { state: 'ENABLED', variants: { a: 10 }, defaultVariant: 'a' },
  },
}

let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-evaluate-'))
  path = join(folder, 'flags.json')
  const text = JSON.stringify(document).replace(
    '"open"',
    '"__proto__":{"state":"ENABLED","variants":{"a":1},"defaultVariant":"a"},"open"',
  )
  await writeFile(path, text)
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs `evaluate` over that document and gives its lines as they are. */
async function evaluate(input: string, ...options: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runCommand(
    ['evaluate', '--vendor', 'flagd', '--document', path, ...options],
    input,
  )
  expect({ code, stderr: stderr.replaceAll(/^(error|warning) .*\n/gm, '') }).toEqual({ code: 0, stderr: '' })
  expect(stdout === '' || stdout.endsWith('\n')).toBe(true)
  return stdout.split('\n').slice(0, -1)
}

const metadata = { flagSetId: 'test' }

describe('switchyard evaluate', () => {
  it('answers all flags, sorted, those that fail or are disabled included', async () => {
    const [line = ''] = await evaluate('{"plan":"gold"}\n')
    expect(JSON.parse(line)).toEqual({
      flags: {
        '10': { value: 10, variant: 'a', reason: 'STATIC', metadata },
        '2': { value: 2, variant: 'a', reason: 'STATIC', metadata },
        ['__proto__']: { value: 1, variant: 'a', reason: 'STATIC', metadata },
        banner: { value: true, variant: 'on', reason: 'TARGETING_MATCH', metadata },
        broken: { reason: 'ERROR', errorCode: 'PARSE_ERROR', errorDetails: expect.any(String), metadata },
        disabled: { reason: 'DISABLED', metadata },
        open: { reason: 'DEFAULT', metadata },
      },
    })
    const order = [...line.matchAll(/"(\w+)":\{"(?:value|reason)"/g)].map(([, key]) => key)
    expect(order).toEqual(['10', '2', '__proto__', 'banner', 'broken', 'disabled', 'open'])
  })

  it('answers the flags that were asked for, in that order, once each', async () => {
    const [line = ''] = await evaluate(
      '{}',
      '--flag',
      'nope',
      '--flag',
      '__proto__',
      '--flag=2',
      '--flag',
      'nope',
      '--flag',
      'constructor',
    )
    expect(line).toBe(
      '{"flags":{' +
        '"nope":{"reason":"ERROR","errorCode":"FLAG_NOT_FOUND","errorDetails":"flag \\"nope\\" not found","metadata":{"flagSetId":"test"}},' +
        '"__proto__":{"value":1,"variant":"a","reason":"STATIC","metadata":{"flagSetId":"test"}},' +
        '"2":{"value":2,"variant":"a","reason":"STATIC","metadata":{"flagSetId":"test"}},' +
        '"constructor":{"reason":"ERROR","errorCode":"FLAG_NOT_FOUND","errorDetails":"flag \\"constructor\\" not found","metadata":{"flagSetId":"test"}}' +
        '}}',
    )
  })

  it('answers one line for each, in the same order, also those that it cannot read', async () => {
    const lines = await evaluate('{"plan":"gold"}\nnonsense\n\n[]\nnull\n"x"\n{"plan":\n{}\n', '--flag', 'banner')
    expect(
      lines.map((line) => JSON.parse(line) as { flags?: { banner: { value: boolean } }; error?: unknown }),
    ).toMatchObject([
      { flags: { banner: { value: true } } },
      { error: { code: 'PARSE_ERROR', message: 'line 2, column 1: expected a value: not JSON' } },
      { error: { code: 'PARSE_ERROR', message: 'line 3, column 1: expected a value: not JSON' } },
      { error: { code: 'INVALID_CONTEXT', message: 'line 4: an evaluation context is a JSON object' } },
      { error: { code: 'INVALID_CONTEXT' } },
      { error: { code: 'INVALID_CONTEXT' } },
      { error: { code: 'PARSE_ERROR', message: 'line 7, column 9: expected a value: not JSON' } },
      { flags: { banner: { value: false } } },
    ])
  })

  it('answers a last line without a line feed, and nothing to a blank one at the end', async () => {
    expect(await evaluate('{}\n{}', '--flag', '2')).toHaveLength(2)
    expect(await evaluate('{}\n\n', '--flag', '2')).toHaveLength(1)
    expect(await evaluate('', '--flag', '2')).toEqual([])
  })

  it('reads the clock that it is given', async () => {
    const clock = {
      flags: {
        now: {
          state: 'ENABLED',
          variants: { old: 1, new: 2 },
          defaultVariant: 'old',
          targeting: { if: [{ '>': [{ var: '$flagd.timestamp' }, 1_700_000_000] }, 'new', 'old'] },
        },
      },
    }
    const file = join(folder, 'clock.json')
    await writeFile(file, JSON.stringify(clock))
    for (const [now, variant] of [
      ['2023-11-14T22:13:20Z', 'old'],
      ['2023-11-14T22:13:21Z', 'new'],
      ['2023-11-15T00:13:21.5+02:00', 'new'],
    ]) {
      const { stdout } = await runCommand(
        ['evaluate', '--vendor', 'flagd', '--document', file, '--now', now ?? ''],
        '{}',
      )
      expect(JSON.parse(stdout)).toMatchObject({ flags: { now: { variant } } })
    }
  })

  it('hides from a client what a client may not see', async () => {
    const flagsmith = { ...flagsmithDocument, feature_states: [serverOnly] }
    const file = join(folder, 'flagsmith.json')
    await writeFile(file, JSON.stringify(flagsmith))
    const run = async (...options: string[]): Promise<unknown> => {
      const { stdout } = await runCommand(['evaluate', '--vendor', 'flagsmith', '--document', file, ...options], '{}')
      return JSON.parse(stdout)
    }
    expect(await run()).toMatchObject({ flags: { secret: { value: 'hush' } } })
    expect(await run('--as', 'client')).toEqual({ flags: {} })
    expect(await run('--as', 'client', '--flag', 'secret')).toEqual({
      flags: {
        secret: { reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', errorDetails: 'flag "secret" not found', metadata: {} },
      },
    })
  })

  it('reads YAML, and prints what it warns of without failing', async () => {
    const yaml = join(folder, 'flags.yaml')
    await writeFile(yaml, 'flags:\n  a:\n    state: ENABLED\n    variants: {on: 1}\n    defaultVariant: on\n')
    const fromYaml = await runCommand(['evaluate', '--vendor', 'flagd', '--document', yaml], '{}\n')
    expect(JSON.parse(fromYaml.stdout)).toEqual({
      flags: { a: { value: 1, variant: 'on', reason: 'STATIC', metadata: {} } },
    })
    const twice = join(folder, 'twice.json')
    await writeFile(
      twice,
      '{"flags": {"a": {}, "a": {"state": "ENABLED", "variants": {"on": 1}, "defaultVariant": "on"}}}',
    )
    const warned = await runCommand(['evaluate', '--vendor', 'flagd', '--document', twice], '{}\n')
    expect(warned).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^warning DUPLICATE_KEY flags\.a: line 1, column 21: /),
    })
  })

  it.each([
    ['a document that is not JSON', '{"flags":\n}', /line 2, column 1: expected a value, found '}'/],
    ['a document of somebody else', '{"other": 1}', /this is no flagd document/],
    ['an empty document', '', /the file is empty/],
  ])('exits with 65 for %s, prints nothing and says why', async (_name, text, expected) => {
    const file = join(folder, 'unusable.json')
    await writeFile(file, text)
    const { code, stdout, stderr } = await runCommand(['evaluate', '--vendor', 'flagd', '--document', file], '{}\n')
    expect([code, stdout]).toEqual([65, ''])
    expect(stderr).toMatch(expected)
  })

  it('exits with 65 for a document that is not there', async () => {
    const { code, stderr } = await runCommand(
      ['evaluate', '--vendor', 'flagd', '--document', join(folder, 'nope')],
      '{}\n',
    )
    expect([code, stderr]).toEqual([65, `switchyard evaluate: ${join(folder, 'nope')} does not exist\n`])
  })

  it.each([
    ['without a vendor', ['--document', 'x'], '--vendor is missing'],
    ['without a document', ['--vendor', 'flagd'], '--document is missing'],
    ['of a vendor that nobody knows', ['--vendor', 'acme', '--document', 'x'], '--vendor acme: it has to be one of'],
    ['with an option that nobody knows', ['--verbose'], "Unknown option '--verbose'"],
    ['with an argument too many', ['x'], 'Unexpected argument'],
    [
      'for an audience that nobody is',
      ['--vendor', 'flagd', '--document', 'x', '--as', 'admin'],
      '--as admin: it has to be server or client',
    ],
    [
      'at a time without a zone',
      ['--vendor', 'flagd', '--document', 'x', '--now', '2026-01-31T12:00:00'],
      '--now 2026-01-31T12:00:00: it has to be',
    ],
    [
      'on the 30th of February',
      ['--vendor', 'flagd', '--document', 'x', '--now', '2026-02-30T12:00:00Z'],
      '--now 2026-02-30T12:00:00Z: it has to be',
    ],
  ])('exits with 64 and its help when run %s', async (_name, options, expected) => {
    const { code, stdout, stderr } = await runCommand(['evaluate', ...options], '{}\n')
    expect([code, stdout]).toEqual([64, ''])
    expect(stderr).toContain(expected)
    expect(stderr).toContain('Usage: npx @switchyard/relay evaluate')
  })

  it('answers 20,000 lines in a few seconds', async () => {
    const startedMs = performance.now()
    const lines = await evaluate(manyLines, '--flag', 'banner')
    expect(performance.now() - startedMs).toBeLessThan(10_000)
    expect(lines).toHaveLength(20_000)
    expect(new Set(lines)).toHaveProperty('size', 1)
  })

  it('waits for a slow reader as often as it takes, and leaves nothing behind', async () => {
    let text = ''
    const stdout = new Writable({
      highWaterMark: 1,
      write: (chunk: Buffer, _encoding, done) => {
        text += chunk.toString()
        setImmediate(() => done())
      },
    })
    const listeners = (): number =>
      ['drain', 'error', 'close'].reduce((sum, name) => sum + stdout.listenerCount(name), 0)
    const before = listeners()
    const chunks = Array.from({ length: 30 }, () => '{}\n')
    const code = await evaluateCommand.run(['--vendor', 'flagd', '--document', path, '--flag', 'banner'], {
      stdin: Readable.from(chunks),
      stdout,
      stderr: new PassThrough().resume(),
      env: {},
      now: Date.now,
      onStopSignal: () => undefined,
      onReloadSignal: () => undefined,
      exitNow: () => undefined,
    })
    expect([code, text.split('\n').length - 1]).toEqual([0, chunks.length])
    // One for the whole run notices that the reader has left.
    expect(listeners() - before).toBe(1)
  })

  it('stops quietly when its reader leaves', async () => {
    const { child, finished, printed } = startCommand(['evaluate', '--vendor', 'flagd', '--document', path])
    child.stdin?.write('{}\n')
    await printed('"flags"')
    child.stdout?.destroy()
    child.stdin?.end(manyLines)
    expect(await finished).toMatchObject({ code: 0, stderr: expect.not.stringContaining('EPIPE') })
  })
})

const manyLines = Array.from({ length: 20_000 }, (_, index) => `{"targetingKey":"user-${index}","plan":"gold"}\n`).join(
  '',
)
const serverOnly = {
  feature: { id: 1, name: 'secret', type: 'STANDARD' },
  enabled: true,
  feature_state_value: 'hush',
  django_id: 1,
  featurestate_uuid: '00000000-0000-4000-8000-000000000001',
  multivariate_feature_state_values: [],
}
const flagsmithDocument = {
  api_key: 'test',
  id: 1,
  name: 'test',
  identity_overrides: [],
  project: {
    id: 1,
    name: 'test',
    organisation: { id: 1, name: 'test' },
    hide_disabled_flags: false,
    segments: [],
    server_key_only_feature_ids: [1],
  },
}
