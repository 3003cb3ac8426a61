import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand, startCommand, type Started } from './run-command.js'

const flags = '{"flags": {"a": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"}}}'
const anyPort = { SWITCHYARD_SERVER__PORT: '0', SWITCHYARD_MANAGEMENT__PORT: '0' }

let folder: string
const started: Started[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-serve-'))
})
afterEach(async () => {
  for (const { child, finished } of started.splice(0)) {
    child.kill('SIGKILL')
    await finished
  }
  await rm(folder, { recursive: true })
})

/** Starts a relay over a file with one flag, and gives its addresses once it listens. */
async function serve(env: Record<string, string> = {}) {
  const path = join(folder, 'flags.json')
  await writeFile(path, flags)
  const relay = startCommand(['serve'], {
    ...anyPort,
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__PATH: path,
    ...env,
  })
  started.push(relay)
  const printed = await relay.printed('the relay listens')
  const line = printed.split('\n').find((each) => each.includes('the relay listens')) ?? ''
  const { dataUrl, managementUrl } = JSON.parse(line) as { dataUrl: string; managementUrl: string }
  await untilReady(managementUrl)
  return { ...relay, path, dataUrl, managementUrl }
}

async function untilReady(managementUrl: string): Promise<void> {
  while ((await fetch(`${managementUrl}/readyz`)).status !== 200);
}

async function untilDraining(managementUrl: string): Promise<unknown> {
  for (;;) {
    const readiness = await fetch(`${managementUrl}/readyz`)
    if (readiness.status === 503) return readiness.json()
  }
}

const body = '{"context":{"targetingKey":"u"}}'

/** Sends the headers of a bulk request and waits until the relay asks for the body. */
async function beginRequest(dataUrl: string): Promise<Socket> {
  const socket = connect(Number(new URL(dataUrl).port), '127.0.0.1').setEncoding('utf8')
  socket.on('error', () => {})
  socket.write(
    'POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
      `content-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n`,
  )
  expect(await once(socket, 'data')).toEqual(['HTTP/1.1 100 Continue\r\n\r\n'])
  return socket
}

describe('switchyard serve', () => {
  it('answers over OFREP what the flag file says, and logs one JSON object a line', async () => {
    const { dataUrl, managementUrl, child, finished } = await serve()
    const response = await fetch(`${dataUrl}/ofrep/v1/evaluate/flags/a`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"context":{"targetingKey":"u"}}',
    })
    expect([response.status, await response.json()]).toEqual([
      200,
      { key: 'a', value: true, reason: 'STATIC', variant: 'on', metadata: { flagSetId: 'shop' } },
    ])
    const metrics = await (await fetch(`${managementUrl}/metrics`)).text()
    expect(metrics).toContain(
      'switchyard_evaluations_total{environment="shop",flag="a",variant="on",reason="STATIC",mode="remote"} 1\n',
    )
    expect(metrics).toMatch(
      /switchyard_http_request_duration_seconds_count\{route="\/ofrep\/v1\/evaluate\/flags\/\{key\}",method="POST",status="200"\} 1\n/,
    )
    child.kill('SIGTERM')
    const { stdout } = await finished
    for (const line of stdout.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), message: expect.any(String) })
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('stops at %s and exits with 0', async (signal) => {
    const { child, finished } = await serve()
    child.kill(signal)
    expect(await finished).toMatchObject({ code: 0, stderr: '' })
  })

  it('answers requests under way before it stops, and is not ready meanwhile', async () => {
    const { child, finished, dataUrl, managementUrl } = await serve()
    const socket = await beginRequest(dataUrl)
    child.kill('SIGTERM')
    expect(await untilDraining(managementUrl)).toMatchObject({ status: 'draining' })
    socket.write(body)
    const [answer] = (await once(socket, 'data')) as [string]
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(await finished).toMatchObject({ code: 0 })
  })

  it('ends what is under way when the drain timeout is over', async () => {
    const { child, finished, dataUrl } = await serve({ SWITCHYARD_SERVER__DRAIN_TIMEOUT: '100ms' })
    await beginRequest(dataUrl)
    child.kill('SIGTERM')
    expect(await finished).toMatchObject({ code: 0 })
  })

  it('exits at once at the second signal', async () => {
    const { child, finished, dataUrl, managementUrl } = await serve({ SWITCHYARD_SERVER__DRAIN_TIMEOUT: '10m' })
    await beginRequest(dataUrl)
    child.kill('SIGTERM')
    await untilDraining(managementUrl)
    child.kill('SIGTERM')
    expect(await finished).toMatchObject({ code: 1 })
  })

  it('waits for a flag file that is not there yet', async () => {
    const path = join(folder, 'later.json')
    const relay = startCommand(['serve'], {
      ...anyPort,
      SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
      SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__PATH: path,
    })
    started.push(relay)
    const line =
      (await relay.printed('the relay listens')).split('\n').find((each) => each.includes('the relay listens')) ?? ''
    const { managementUrl } = JSON.parse(line) as { managementUrl: string }
    expect((await fetch(`${managementUrl}/readyz`)).status).toBe(503)
    await writeFile(path, flags)
    await untilReady(managementUrl)
  })

  it.each([
    ['SWITCHYARD_SERVER__PORT', 'server.port'],
    ['SWITCHYARD_MANAGEMENT__PORT', 'management.port'],
  ])('says which port is in use and what to do, for %s', async (variable, setting) => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await once(blocker, 'listening')
    const { port } = blocker.address() as { port: number }
    const result = await runCommand(['serve', '--demo'], '', { ...anyPort, [variable]: String(port) })
    blocker.close()
    expect(result).toEqual({
      code: 69,
      stdout: '',
      stderr: `switchyard serve: port ${port} on 127.0.0.1 is in use: stop the program that has it; to use another port, set ${setting} or ${variable}\n`,
    })
  })

  it('starts nothing with a wrong configuration, tells all problems and exits with 78', async () => {
    const result = await runCommand(['serve'], '', { SWITCHYARD_SERVER__PORT: 'x' })
    expect([result.code, result.stdout]).toEqual([78, ''])
    expect(result.stderr).toContain('2 problems')
    expect(result.stderr).toContain('npx @switchyard/relay serve --demo')
  })

  it('exits with 78 when the configuration file is not there', async () => {
    expect((await runCommand(['serve', '--config', join(folder, 'nope.yaml')])).code).toBe(78)
  })

  it('serves without being told to', async () => {
    expect((await runCommand([], '', anyPort)).stderr).toContain('npx @switchyard/relay serve --demo')
  })

  it('exits with 64 when demonstration and configuration are asked for together', async () => {
    expect((await runCommand(['serve', '--demo', '--config', 'x'])).code).toBe(64)
  })

  it('demonstrates itself, with a command to paste that works', async () => {
    const demo = startCommand(['--demo'], anyPort)
    started.push(demo)
    const printed = await demo.printed('Ctrl+C')
    const [, url = '', context = ''] = /curl -s (\S+) -H '[^']+' -d '([^']+)'/.exec(printed) ?? []
    const [, managementUrl = ''] = /A page +(http:\S+)\/ /.exec(printed) ?? []
    await untilReady(managementUrl)
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: context,
    })
    expect(await response.json()).toMatchObject({
      flags: expect.arrayContaining([expect.objectContaining({ key: 'new-checkout', value: true })]),
    })
    expect(printed).not.toContain('npx switchyard')
    demo.child.kill('SIGINT')
    expect(await demo.finished).toMatchObject({ code: 0, stderr: '' })
  })
})
