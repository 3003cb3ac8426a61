/** `npm run audit` tells "none is known" from "nobody could be asked". */
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { verdictOf } from '../tools/audit.mjs'
import { root } from '../tools/run.mjs'

/** Runs it against a registry that answers everything like that. */
async function auditBy(
  status: number,
  body: object,
  env: Record<string, string> = {},
): Promise<[number | null, string]> {
  const registry = createServer((request, response) => {
    request
      .resume()
      .on('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)))
  })
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void registry.close())
  const npm_config_registry = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`
  const child = spawn(process.execPath, [join(root, 'tools/audit.mjs')], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      npm_config_registry,
      npm_config_fetch_retries: '0',
      ...env,
    },
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return [code, text]
}

describe('the audit', () => {
  it('ends with 0 when a registry was asked and knows of nothing', async () => {
    const [code, text] = await auditBy(200, {})
    expect([code, text]).toEqual([0, 'audit: the registry knows of no vulnerability in what is shipped\n'])
  })

  it.each([405, 404, 500])(
    'ends with 3, and says that it was not run, when the registry answers %d',
    async (status) => {
      const [code, text] = await auditBy(status, {})
      expect(code).toBe(3)
      expect(text).toMatch(/^audit: NOT RUN \(.*\): nothing is known of vulnerabilities; run it where/)
    },
  )

  it('does not take for good news what npm says without a network', async () => {
    const [code, text] = await auditBy(200, {}, { npm_config_offline: 'true' })
    expect([code, text.slice(0, 52)]).toEqual([3, 'audit: NOT RUN (npm is configured to be offline): no'])
  })

  it('ends with 1 and names what is vulnerable', () => {
    const vulnerabilities = { express: { severity: 'high', range: '<5.0.1' } }
    expect(verdictOf(JSON.stringify({ auditReportVersion: 2, vulnerabilities }))).toEqual({
      code: 1,
      text: 'audit: 1 packages that are shipped are vulnerable\n  high: express <5.0.1',
    })
  })
})
