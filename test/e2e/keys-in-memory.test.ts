/**
 * What of its keys is in the memory of a relay, and of its workers: a heap snapshot of each process is searched for their text. V8 writes
 * no more than the first thousand characters of a string, so the configuration is short, and begins with the keys.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { binPath } from '../../relay/test/cli/run-command.js'

let folder: string
let child: ChildProcess
let printed = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-memory-'))
  printed = ''
})
afterEach(async () => {
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await ended
  rmSync(folder, { recursive: true })
})

const secrets = {
  'a server key': 'plain-server-key-0123456789',
  'a server key with a date': 'dated-server-key-0123456789',
  'a server key from a file': 'filed-server-key-0123456789',
  'a client key': 'plain-client-key-0123456789',
  'the management token': 'management-token-0123456789',
  'the secret of streams': 'stream-secret-of-replicas-0123456789',
} as const

/** Not a secret, and kept: what a search must find. */
const kept = 'a-name-that-is-kept'

function configure(workers: number): void {
  const environment = {
    serverKeys: [
      secrets['a server key'],
      { key: secrets['a server key with a date'], validUntil: '2999-01-01T00:00:00Z' },
      { fromFile: 'key' },
    ],
    clientKeys: [secrets['a client key']],
    // A text that V8 may keep as a part of the file's.
    cors: { origins: ['https://an-origin-that-is-long.example'] },
    upstream: { type: 'file', path: 'flags.json' },
  }
  const configuration = {
    environments: { [kept]: environment },
    server: { host: '127.0.0.1', port: 0, streamSecret: secrets['the secret of streams'] },
    management: { port: 0, token: secrets['the management token'] },
    workers,
  }
  writeFileSync(join(folder, 'key'), secrets['a server key from a file'])
  writeFileSync(join(folder, 'switchyard.yaml'), stringify(configuration))
  const flag = { state: 'ENABLED', variants: { it: true }, defaultVariant: 'it' }
  writeFileSync(join(folder, 'flags.json'), JSON.stringify({ flags: { a: flag } }))
}

async function start(): Promise<{ readonly dataUrl: string; readonly managementUrl: string }> {
  const options = ['--heapsnapshot-signal=SIGUSR2', binPath, 'serve', '--config', join(folder, 'switchyard.yaml')]
  child = spawn(process.execPath, options, { cwd: folder, env: { PATH: process.env['PATH'] } })
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (printed += part))
  for (;;) {
    const line = printed.split('\n').find((each) => each.includes('the relay listens'))
    if (line !== undefined) return JSON.parse(line) as { dataUrl: string; managementUrl: string }
    if (child.exitCode !== null) throw new Error(`the relay ended: ${printed}`)
    await new Promise(setImmediate)
  }
}

/** The strings on the heap of a process. */
async function stringsOf(pid: number): Promise<readonly string[]> {
  process.kill(pid, 'SIGUSR2')
  for (;;) {
    const name = readdirSync(folder).find((each) => each.endsWith('.heapsnapshot') && each.includes(`.${pid}.`))
    const text = name === undefined ? '' : readFileSync(join(folder, name), 'utf8')
    // It is complete when it ends as it began.
    if (text.trimEnd().endsWith(']}')) return (JSON.parse(text) as { strings: string[] }).strings
    await new Promise(setImmediate)
  }
}

function foundIn(strings: readonly string[]): string[] {
  expect(strings.some((text) => text.includes(kept))).toBe(true)
  return Object.entries(secrets).flatMap(([name, secret]) =>
    strings.some((text) => text.includes(secret)) ? [name] : [],
  )
}

async function ask(dataUrl: string, key: string): Promise<number> {
  const answer = await fetch(`${dataUrl}/ofrep/v1/evaluate/flags`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: '{"context":{"targetingKey":"u"}}',
  })
  await answer.arrayBuffer()
  return answer.status
}

async function status(managementUrl: string): Promise<{ readonly workers?: readonly { readonly pid: number }[] }> {
  const headers = { authorization: `Bearer ${secrets['the management token']}` }
  return (await (await fetch(`${managementUrl}/status`, { headers })).json()) as {
    workers?: readonly { pid: number }[]
  }
}

describe('the memory of a relay', () => {
  it('holds none of its keys after the start, nor after a reload', async () => {
    configure(1)
    await start()
    expect(foundIn(await stringsOf(child.pid ?? 0))).toEqual([])
    rmSync(join(folder, readdirSync(folder).find((name) => name.endsWith('.heapsnapshot')) ?? ''))
    child.kill('SIGHUP')
    while (!printed.includes('read again')) await new Promise(setImmediate)
    expect(foundIn(await stringsOf(child.pid ?? 0))).toEqual([])
  })

  it('holds of the keys that were sent none but that of the last request on a connection that is open', async () => {
    configure(1)
    const { dataUrl, managementUrl } = await start()
    while ((await ask(dataUrl, secrets['a server key'])) === 503);
    for (const key of [secrets['a server key with a date'], secrets['a server key'], secrets['a client key']]) {
      expect(await ask(dataUrl, key)).toBe(200)
    }
    await status(managementUrl)
    const found = foundIn(await stringsOf(child.pid ?? 0))
    const mayBeThere = ['a client key', 'the management token']
    expect(found.filter((name) => !mayBeThere.includes(name))).toEqual([])
  })

  it('holds none of them in its workers either', async () => {
    configure(2)
    const { managementUrl } = await start()
    const { workers = [] } = await status(managementUrl)
    expect(workers).toHaveLength(2)
    for (const { pid } of workers) expect(foundIn(await stringsOf(pid))).toEqual([])
  })
})
