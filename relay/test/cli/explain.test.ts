import { createServer, type Server } from 'node:http'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.js'
import { startRelay, type RunningRelay } from '../../src/main.js'
import { loadConfiguration } from '../../src/config/load-configuration.js'
import type { Finished } from './run-command.js'

const nowMs = Date.UTC(2026, 0, 31, 12)

const document = {
  flags: {
    banner: {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: { if: [{ ends_with: [{ var: 'email' }, '@corp.example'] }, 'on', 'off'] },
    },
    later: {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: { if: [{ '>=': [{ var: '$flagd.timestamp' }, 1_800_000_000] }, 'on', 'off'] },
    },
    broken: { state: 'ENABLED', variants: { on: true }, defaultVariant: 'maybe' },
  },
}
const context = { targetingKey: 'user-1', email: 'ada@corp.example' }
const bannerText = `banner = true, variant on, reason TARGETING_MATCH
  Rule 1 matches:
    yes  email ends with "@corp.example" (email: "ada@corp.example")
    Answer: variant on.
`

let folder: string
let file: string
let relay: RunningRelay
const token = 'sesame-open-sesame'
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-explain-'))
  file = join(folder, 'flags.json')
  await writeFile(file, JSON.stringify(document))
  const loaded = await loadConfiguration({
    env: {
      SWITCHYARD_SERVER__PORT: '0',
      SWITCHYARD_MANAGEMENT__PORT: '0',
      SWITCHYARD_MANAGEMENT__TOKEN: token,
      SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
      SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__PATH: file,
    },
    readFile: (path) => readFile(path, 'utf8'),
  })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  let announce = (): void => {}
  const served = new Promise<void>((resolve) => {
    announce = resolve
  })
  const write = (line: string): void => {
    if (line.includes('a new revision is served')) announce()
  }
  relay = await startRelay(loaded.configuration, { version: '0.0.0', now: Date.now, log: { write } })
  await served
})
afterAll(async () => {
  await relay.close()
  await rm(folder, { recursive: true })
})

/** Runs the command in this process, with that standard input. */
async function explain(
  args: readonly string[],
  input: string | Buffer = JSON.stringify(context),
  env = {},
): Promise<Finished> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const printed = Promise.all([text(stdout), text(stderr)])
  const code = await main(['explain', ...args], {
    stdin: Readable.from([Buffer.from(input)]),
    stdout,
    stderr,
    env,
    now: () => nowMs,
    onStopSignal: () => {},
    onReloadSignal: () => {},
    exitNow: () => {},
  })
  stdout.end()
  stderr.end()
  const [out, err] = await printed
  return { code, stdout: out, stderr: err }
}

/** With the findings about the document left out. */
async function explainFile(...args: string[]): Promise<Finished> {
  const { stderr, ...finished } = await explain(['--document', file, ...args])
  return { ...finished, stderr: stderr.replaceAll(/^(error|warning) .*\n/gm, '') }
}

describe('switchyard explain, by a document', () => {
  it('prints why a flag answers what it answers', async () => {
    const { code, stdout, stderr } = await explainFile('--vendor', 'flagd', '--flag', 'banner')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.replace(/revision [0-9a-f]{16}/, 'revision ...')).toBe(`${file}, revision ...\n\n${bannerText}`)
  })

  it('recognises the vendor, and prints findings of the document beside the answer', async () => {
    const { code, stderr } = await explain(['--document', file, '--flag', 'broken'])
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^error INVALID_FLAG flags\.broken: .*\n$/)])
  })

  it('explains all flags where none is named, otherwise those that are, in that order', async () => {
    const flagsIn = ({ stdout }: Finished) => [...stdout.matchAll(/^(\w+) (?:=|fails)/gm)].map(([, key]) => key)
    expect(flagsIn(await explainFile())).toEqual(['banner', 'broken', 'later'])
    expect(flagsIn(await explainFile('--flag', 'later', '--flag', 'banner', '--flag', 'later'))).toEqual([
      'later',
      'banner',
    ])
  })

  it('reads the clock that it is given, or its own', async () => {
    expect((await explainFile('--flag', 'later')).stdout).toContain('the time: 2026-01-31T12:00:00.000Z')
    const { stdout } = await explainFile('--flag', 'later', '--now', '2027-06-01T00:00:00Z')
    expect(stdout).toContain('later = true')
  })

  it('leaves out the values of the context when it is told to', async () => {
    const { stdout } = await explainFile('--flag', 'banner', '--redact')
    expect(stdout).toContain('yes  email ends with "@corp.example" (email: <string>)')
  })

  it('prints the trace as JSON', async () => {
    const { stdout } = await explainFile('--flag', 'banner', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      revision: expect.stringMatching(/^[0-9a-f]{16}$/),
      explanations: [{ flagKey: 'banner', decision: { step: 'rules' } }],
    })
    expect(stdout.endsWith('}\n')).toBe(true)
  })

  it('takes the context as an option, and an empty input for an empty context', async () => {
    const asked = JSON.stringify({ email: 'bob@corp.example' })
    const given = await explain(['--document', file, '--flag', 'banner', '--context', asked], 'nothing of this is read')
    expect(given.stdout).toContain('(email: "bob@corp.example")')
    const empty = await explain(['--document', file, '--flag', 'banner'], '\n')
    expect(empty.stdout).toContain('(email: not set)')
  })

  it('reads a context that is spread over several lines', async () => {
    const { stdout } = await explain(['--document', file, '--flag', 'banner'], JSON.stringify(context, null, 2))
    expect(stdout).toContain(bannerText)
  })

  it.each([
    ['1 for a flag that does not exist', ['--flag', 'nope'], '{}', 1, 'flag "nope" not found'],
    ['1 for a flag named after what objects have', ['--flag', 'toString'], '{}', 1, 'flag "toString" not found'],
    ['65 for a context that is no JSON', [], '{"a":', 65, 'the context is not JSON, character 6: expected'],
    ['65 for a context that is a list', [], '[]', 65, 'the context is not a JSON object'],
    ['65 for a context that is not UTF-8', [], Buffer.from([0xff]), 65, 'the context is not UTF-8'],
  ])('exits with %s', async (_name, args, input, code, message) => {
    const finished = await explain(['--document', file, ...args], input)
    expect([finished.code, finished.stdout]).toEqual([code, ''])
    expect(finished.stderr).toContain(`switchyard explain: ${message}`)
  })

  it('exits with 65 for a document that cannot be used', async () => {
    const gone = await explain(['--document', join(folder, 'gone.json')])
    expect([gone.code, gone.stderr]).toEqual([65, expect.stringContaining('gone.json')])
  })

  it.each([
    ['without a document', [], '--document or --url is missing'],
    ['with a document and a relay', ['--document', 'x', '--url', 'http://127.0.0.1:1'], 'do not go together'],
    [
      'with a vendor for a relay',
      ['--vendor', 'flagd', '--url', 'http://127.0.0.1:1'],
      '--vendor goes with --document',
    ],
    ['with an environment for a document', ['--document', 'x', '--environment', 'a'], '--environment goes with --url'],
    ['with a vendor that nobody knows', ['--document', 'x', '--vendor', 'acme'], '--vendor acme: it has to be one of'],
    ['with an address that is none', ['--url', 'relay:8081'], '--url relay:8081: it has to be an address'],
    ['at a time without a zone', ['--document', 'x', '--now', '2026-01-31T12:00:00'], '--now 2026-01-31T12:00:00'],
  ])('exits with 64 and its help when run %s', async (_name, args, message) => {
    const { code, stdout, stderr } = await explain(args)
    expect([code, stdout]).toEqual([64, ''])
    expect(stderr).toContain(message)
    expect(stderr).toContain('Usage: npx @switchyard/relay explain')
  })
})

describe('switchyard explain, by a running relay', () => {
  const env = { SWITCHYARD_MANAGEMENT__TOKEN: token }

  it('prints what the relay says', async () => {
    const args = ['--url', relay.managementUrl, '--environment', 'shop', '--flag', 'banner']
    const { code, stdout, stderr } = await explain(args, JSON.stringify(context), env)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.replace(/revision [0-9a-f]{16}/, 'revision ...')).toBe(
      `environment shop, revision ...\n\n${bannerText.replace('\n', '\n  metadata: flagSetId "shop"\n')}`,
    )
  })

  it('passes on the clock, and that values are left out', async () => {
    const args = ['--url', relay.managementUrl, '--now', '2027-06-01T00:00:00Z', '--redact', '--json']
    const { stdout } = await explain(args, JSON.stringify(context), env)
    const { environment, explanations } = JSON.parse(stdout) as {
      environment: string
      explanations: { outcome: object }[]
    }
    expect(environment).toBe('shop')
    expect(explanations[2]?.outcome).toMatchObject({ value: true })
    expect(stdout).not.toContain('ada@corp.example')
  })

  it.each([
    ['the token is missing', ['--flag', 'banner'], {}, '401 UNAUTHORIZED'],
    [
      'the environment does not exist',
      ['--environment', 'x'],
      env,
      '404 ENVIRONMENT_NOT_FOUND there is no environment "x": there are shop',
    ],
    ['the flag does not exist', ['--flag', 'nope'], env, '404 FLAG_NOT_FOUND flag "nope" not found'],
  ])('exits with 1 and what the relay says when %s', async (_name, args, given, message) => {
    const { code, stdout, stderr } = await explain(['--url', relay.managementUrl, ...args], '{}', given)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(`/explain: ${message}`)
  })

  it('exits with 69 when nobody answers', async () => {
    const { code, stderr } = await explain(['--url', 'http://127.0.0.1:1'], '{}')
    expect([code, stderr]).toEqual([69, expect.stringContaining('http://127.0.0.1:1/explain: ')])
  })

  it('exits with 1 when another server answers, and follows it nowhere', async () => {
    const asked: string[] = []
    const server: Server = createServer((request, response) => {
      asked.push(request.url ?? '')
      if (asked.length === 1) response.end('<html>hello</html>')
      else response.writeHead(307, { location: '/elsewhere' }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const page = await explain(['--url', url], '{}', env)
      expect([page.code, page.stderr]).toEqual([1, expect.stringContaining('200 <html>hello</html>')])
      expect((await explain(['--url', url], '{}', env)).code).toBe(69)
      expect(asked).toEqual(['/explain', '/explain'])
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })
})
