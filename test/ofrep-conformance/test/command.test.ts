import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { main } from '../src/cli/main.js'
import { rules } from '../src/index.js'
import { modelDescription, modelKey, startModelServer, type Fault } from './model-server.js'

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface Given {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

async function command(args: readonly string[], { stdin = '', env = {} }: Given = {}): Promise<Ended> {
  const [input, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  input.end(stdin)
  const code = await main(args, { stdin: input, stdout, stderr, env })
  stdout.end()
  stderr.end()
  return { code, out: await text(stdout), err: await text(stderr) }
}

/** Runs the command against a model server that it knows all about. */
async function check(fault: Fault, args: readonly string[]): Promise<Ended & { readonly url: string }> {
  const { url } = await startModelServer(fault)
  const given = { stdin: JSON.stringify(modelDescription(url)), env: { OFREP_CONFORMANCE_KEY: modelKey } }
  return { url, ...(await command([url, '--description', '-', ...args], given)) }
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'ofrep-conformance-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

const wrongKeyEcho: Fault = {
  answer: (answered, { flagKey }) =>
    flagKey === 'on' ? { ...answered, body: { key: 'off', reason: 'STATIC', value: true } } : answered,
}
const weakTag: Fault = { answer: (answered) => ({ ...answered, headers: { ...answered.headers, etag: 'W/"a"' } }) }
const unquotedTag: Fault = { answer: (answered) => ({ ...answered, headers: { ...answered.headers, etag: 'a' } }) }

describe('the command', () => {
  it('says what was kept, by group, and counts on its last line', async () => {
    const { code, out, err, url } = await check({}, [])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(
      /^OFREP 0\.3\.0: http.*\n\nOne flag\n {2}pass {2}MUST {4}single-boolean +answers a boolean flag/,
    )
    expect(out.startsWith(`OFREP 0.3.0: ${url}/`)).toBe(true)
    expect(out.trimEnd().split('\n').at(-1)).toBe(`${rules.length} passed, 0 failed, 0 optional absent, 0 skipped`)
  })

  it('says what was broken, where, and by which rule of the protocol', async () => {
    const { code, out } = await check(wrongKeyEcho, ['--rule', 'single-key'])
    expect(code).toBe(1)
    expect(out).toMatch(/FAIL {2}MUST {4}single-key +repeats the flag key \[OFREP 0\.3\.0, evaluationSuccess\]\n/)
    expect(out).toContain('POST /ofrep/v1/evaluate/flags/on: the body: expected key to be "on", received "off"\n')
    expect(out).toMatch(/https:\/\/github\.com\/open-feature\/protocol\/\S+#L510\n/)
    expect(out).toContain('0 passed, 1 failed (1 MUST, 0 SHOULD), 0 optional absent, 0 skipped\n')
  })

  it('shows the first problems of a rule, and says how many more there are', async () => {
    const { out } = await check({ answer: (answered) => ({ ...answered, status: 204 }) }, [
      '--rule',
      'error-wrong-context',
    ])
    expect(out.match(/^ {8}POST /gm)).toHaveLength(3)
    expect(out).toContain('and 9 more (--json shows all)\n')
  })

  it('holds SHOULD against a server only when it is strict, and MAY never', async () => {
    const names = ['--rule', 'etag-quoted', '--rule', 'etag-strong', '--rule', 'bulk-flags']
    expect(await check(unquotedTag, names)).toMatchObject({
      code: 0,
      out: expect.stringContaining('FAIL  SHOULD  etag-quoted'),
    })
    expect(await check(unquotedTag, [...names, '--strict'])).toMatchObject({ code: 1 })
    const weak = await check(weakTag, [...names, '--strict'])
    expect(weak).toMatchObject({ code: 0, out: expect.stringContaining('none  MAY     etag-strong') })
    expect(weak.out).toContain('2 passed, 0 failed, 1 optional absent, 0 skipped\n')
  })

  it('checks a group of rules', async () => {
    const { out } = await check({}, ['--rule', 'auth', '--json'])
    const names = (JSON.parse(out) as { results: { rule: string }[] }).results.map(({ rule }) => rule)
    expect(names).toEqual(rules.map(({ id }) => id).filter((id) => id.startsWith('auth-')))
  })

  it('prints JSON', async () => {
    const { out, code, url } = await check(wrongKeyEcho, ['--json', '--rule', 'single-key', '--rule', 'single-reason'])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      protocol: '0.3.0',
      server: `${url}/`,
      conformant: false,
      summary: { passed: 1, failed: 1, failedMust: 1, failedShould: 0, absent: 0, skipped: 0 },
      results: [
        { rule: 'single-key', level: 'MUST', status: 'failed', problems: [expect.stringContaining('received "off"')] },
        {
          rule: 'single-reason',
          status: 'passed',
          durationMs: expect.any(Number),
          reference: { url: expect.any(String) },
        },
      ],
    })
  })

  it('writes a JUnit report beside the other one, in which only what counts is a failure', async () => {
    const file = join(await folder(), 'report.xml')
    await check(unquotedTag, ['--junit', file, '--rule', 'etag-quoted', '--rule', 'bulk-flags', '--rule', 'etag-other'])
    const lenient = await readFile(file, 'utf8')
    expect(lenient).toContain('<testsuite name="bulk" tests="1" failures="0" skipped="0">')
    expect(lenient).toContain('<skipped message="SHOULD: expected ETag &quot;...&quot; in double quotes, received a"/>')
    await check(unquotedTag, ['--junit', file, '--rule', 'etag-quoted', '--strict'])
    expect(await readFile(file, 'utf8')).toMatch(
      /<testcase [^>]*><failure message="SHOULD: RFC 9110, 8\.8\.3">expected ETag/,
    )
  })

  it('makes a flag change by a command', async () => {
    const { url } = await startModelServer()
    const description = { ...modelDescription(url), provoke: {} }
    const change = `node -e "fetch('${url}/change')"`
    const args = [url, '--description', '-', '--key', modelKey, '--rule', 'stream-refetched', '--change-command']
    expect(await command([...args, change], { stdin: JSON.stringify(description) })).toMatchObject({ code: 0 })
    const failing = await command([...args, 'echo no such flag >&2; exit 3'], { stdin: JSON.stringify(description) })
    expect(failing).toMatchObject({ code: 1, out: expect.stringContaining('ended with code 3: no such flag') })
  })

  it('asks a server below a path, by another header and with further ones', async () => {
    const { url, asked } = await startModelServer()
    await command([
      `${url}/env/a/`,
      '--key',
      'k',
      '--key-header',
      'x-api-key',
      '--header',
      'X-Tenant: b',
      '--rule',
      'bulk',
    ])
    expect(asked[0]).toMatchObject({
      path: '/env/a/ofrep/v1/evaluate/flags',
      headers: { 'x-api-key': 'k', 'x-tenant': 'b' },
    })
    expect(asked.filter(({ headers }) => 'authorization' in headers)).toEqual([])
  })

  it('checks without a description what needs no flag, and skips the rest', async () => {
    const { url } = await startModelServer()
    const { code, out } = await command([url, '--key', modelKey, '--rule', 'error-not-found', '--rule', 'single'])
    expect(code).toBe(0)
    expect(out).toContain('no flag of kind boolean is described')
    expect(out).toContain('1 passed, 0 failed, 0 optional absent, 13 skipped\n')
  })

  it('is not content with rules that are all skipped', async () => {
    const { url } = await startModelServer()
    expect(await command([url, '--key', modelKey, '--rule', 'single'])).toMatchObject({ code: 1 })
  })

  it('shows neither the key nor the address of a stream', async () => {
    const echo: Fault = {
      answer: (answered, { headers }) => ({ ...answered, status: 418, text: `${headers.authorization}` }),
      streamHead: (answered) => ({ ...answered, status: 418 }),
    }
    const leaky = await check({ ...echo }, ['--junit', join(await folder(), 'report.xml')])
    const closed = await check({ streamHead: (answered) => ({ ...answered, status: 418 }) }, ['--rule', 'stream'])
    expect(leaky.out).toContain('Bearer <key>')
    expect(closed.out).toContain('GET /events: expected status 200, received 418')
    expect(leaky.out + closed.out).not.toContain(modelKey)
    expect(leaky.out + closed.out).not.toContain('secret')
  })

  it('says where nobody answers', async () => {
    const { code, err } = await command(['http://127.0.0.1:1', '--rule', 'bulk'])
    expect({ code, err }).toEqual({
      code: 69,
      err: expect.stringMatching(/^ofrep-conformance: POST \/ofrep.*ECONNREFUSED/),
    })
  })

  it('says all that is wrong with a description', async () => {
    const file = join(await folder(), 'flags.json')
    await writeFile(file, '{"flags":{"a":{}},"x":1}')
    const { code, err } = await command(['http://127.0.0.1:1', '--description', file])
    expect(code).toBe(65)
    expect(err.split('\n')).toEqual([
      expect.stringContaining(`${file}: flags.a: `),
      expect.stringContaining(`${file}: x: `),
      '',
    ])
    expect(await command(['http://127.0.0.1:1', '--description', 'none.json'])).toMatchObject({
      code: 65,
      err: expect.stringMatching(/^none\.json: cannot be read: ENOENT/),
    })
  })

  it.each([
    [[], 'which server? Give its URL'],
    [['localhost:8080'], 'expected an http or https URL'],
    [['http://a', 'http://b'], 'one URL at a time; what is "http://b"?'],
    [['http://a/ofrep/v1'], 'a base URL ends before /ofrep'],
    [['http://a/?b=c'], 'a base URL has no query'],
    [['http://user:password@a'], 'use --key or --header'],
    [['http://a', '--rule', 'sinlge'], '--rule sinlge: there is no such rule or group'],
    [['http://a', '--key-header', 'cookie'], '--key-header cookie: expected bearer or x-api-key'],
    [['http://a', '--header', 'secret'], "--header: expected 'NAME: VALUE'"],
    [['http://a', '--timeout-ms', '0'], '--timeout-ms 0: expected a whole number from 1 to 600000'],
    [['http://a', '--colour'], "Unknown option '--colour'"],
  ])('refuses %j', async (args, message) => {
    const { code, err, out } = await command(args)
    expect({ code, out }).toEqual({ code: 64, out: '' })
    expect(err).toContain(message)
    expect(err).toContain('Usage: ofrep-conformance URL')
    expect(err).not.toContain('password@')
  })

  it('lists all rules with their places in the protocol', async () => {
    const { code, out } = await command(['--list'])
    expect(code).toBe(0)
    expect(rules.filter(({ id, reference }) => !out.includes(` ${id} `) || !out.includes(reference.url))).toEqual([])
  })

  it('tells its version and its usage', async () => {
    const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    expect(await command(['--version'])).toEqual({ code: 0, out: `${manifest.version}\n`, err: '' })
    expect(await command(['-h'])).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes') })
  })
})

describe('rules', () => {
  it('have names of their own, of their group', () => {
    const names = rules.map(({ id }) => id)
    expect(new Set(names).size).toBe(names.length)
    expect(
      names.filter((name) => !/^(single|error|key|bulk|etag|request|auth|cors|stream)-[a-z0-9-]+$/.test(name)),
    ).toEqual([])
  })

  it('have sentences in the present tense, without a full stop', () => {
    expect(rules.map(({ title }) => title).filter((title) => !/^[a-z]/.test(title) || title.endsWith('.'))).toEqual([])
  })
})
