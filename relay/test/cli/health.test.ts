import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from './run-command.js'

let server: Server
let port: number
let answer: { status: number; body: string } | null

beforeAll(async () => {
  server = createServer((request, response) => {
    if (answer === null) return
    response.writeHead(answer.status)
    response.end(`${request.url} ${answer.body}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const oneEnvironment = {
  SWITCHYARD_ENVIRONMENTS__A__UPSTREAM__TYPE: 'file',
  SWITCHYARD_ENVIRONMENTS__A__UPSTREAM__PATH: '/a.json',
}

describe('switchyard health', () => {
  it('exits with 0 when the relay is ready', async () => {
    answer = { status: 200, body: 'fine' }
    expect(await runCommand(['health', '--url', `http://127.0.0.1:${port}`])).toEqual({
      code: 0,
      stdout: '/readyz fine\n',
      stderr: '',
    })
  })

  it('asks whether it lives', async () => {
    answer = { status: 200, body: 'fine' }
    expect((await runCommand(['health', '--live', '--url', `http://127.0.0.1:${port}`])).stdout).toBe('/livez fine\n')
  })

  it('finds the management plane by the configuration', async () => {
    answer = { status: 200, body: 'fine' }
    const env = { ...oneEnvironment, SWITCHYARD_MANAGEMENT__PORT: String(port) }
    expect(await runCommand(['health'], '', env)).toMatchObject({ code: 0 })
    const exposed = { ...env, SWITCHYARD_MANAGEMENT__HOST: '0.0.0.0', SWITCHYARD_MANAGEMENT__TOKEN: 'sesame' }
    expect(await runCommand(['health'], '', exposed)).toMatchObject({ code: 0 })
  })

  it('exits with 1 and what the relay says when it is not ready', async () => {
    answer = { status: 503, body: 'waiting' }
    const url = `http://127.0.0.1:${port}`
    expect(await runCommand(['health', '--url', url])).toEqual({
      code: 1,
      stdout: '',
      stderr: `${url}/readyz: 503 /readyz waiting\n`,
    })
  })

  it('exits with 1 when nobody answers, or not in time', async () => {
    answer = null
    const slow = await runCommand(['health', '--timeout', '100', '--url', `http://127.0.0.1:${port}`])
    expect([slow.code, slow.stderr]).toEqual([1, `http://127.0.0.1:${port}/readyz: no answer within 100 ms\n`])
    const nobody = await runCommand(['health', '--url', 'http://127.0.0.1:1'])
    expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED')])
  })

  it.each([
    ['64 for an address that is none', ['--url', 'x'], {}, 64],
    ['64 for a timeout that is none', ['--timeout', '1s'], {}, 64],
    ['64 where the port is chosen at the start', [], { ...oneEnvironment, SWITCHYARD_MANAGEMENT__PORT: '0' }, 64],
    ['78 for a wrong configuration', [], { SWITCHYARD_MANAGEMENT__PORT: 'x' }, 78],
  ])('exits with %s', async (_name, options, env, code) => {
    expect((await runCommand(['health', ...options], '', env)).code).toBe(code)
  })
})
