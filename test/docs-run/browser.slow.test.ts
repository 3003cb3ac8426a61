/** Programs of the documentation that belong into a page, in Chromium, against a relay that lets pages of other origins read. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hasChromium, launchChromium } from '../browser/chromium.js'
import { startTestRelay, type TestRelay } from '../e2e/relay-process.js'
import { blocksOf } from './blocks.js'
import { programSource } from './program-source.js'
import { runBy } from './runners.js'
import { surroundingsOf } from './surroundings.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const demo = fileURLToPath(new URL('../../relay/bin/demo/flags.json', import.meta.url))

let relay: TestRelay
let browser: Browser
let site: Server

describe.skipIf(!hasChromium)('in a page', () => {
  beforeAll(async () => {
    relay = await startTestRelay({
      ENVIRONMENTS__DEMO__UPSTREAM__TYPE: 'file',
      ENVIRONMENTS__DEMO__UPSTREAM__PATH: demo,
      ENVIRONMENTS__DEMO__CLIENT_KEYS__0: 'a-client-key',
      ENVIRONMENTS__DEMO__CORS__ORIGINS__0: '*',
    })
    await vi.waitFor(async () => expect((await relay.status()).state).toBe('fresh'), { timeout: 10_000 })
    browser = await launchChromium()
    site = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'))
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  })

  afterAll(async () => {
    site.close()
    site.closeAllConnections()
    await browser.close()
    await relay.close()
  })

  it.each(runBy('browser', blocksOf()))('$place does what it says', async (block) => {
    const source = await programSource(block)
    const page = await browser.newPage()
    const printed: string[] = []
    page.on('console', (message) => printed.push(message.text()))
    page.on('pageerror', (error) => printed.push(error.message))
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`)
    const content = await bundled(
      source.replaceAll(/http:\/\/localhost:8080|https:\/\/flags\.example\.com/g, relay.dataUrl),
    )
    await page.evaluate(`import('data:text/javascript;base64,${Buffer.from(content).toString('base64')}')`)
    await expect.poll(() => printed.map((line) => `${line}\n`).join('')).toBe(surroundingsOf(block).prints)
    await page.close()
  })
})

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: here },
    bundle: true,
    format: 'esm',
    target: 'es2023',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}
