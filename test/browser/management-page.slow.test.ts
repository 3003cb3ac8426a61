/** The page of the management plane in a real browser, over a relay on a flag file. Reads the build. */
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestRelay, type TestRelay } from '../e2e/relay-process.js'
import { hasChromium, launchChromium } from './chromium.js'

const axe = createRequire(import.meta.url).resolve('axe-core')

const flagFile = (color: string): string =>
  JSON.stringify({
    flags: {
      color: {
        state: 'ENABLED',
        variants: { it: color, staff: 'gold' },
        defaultVariant: 'it',
        targeting: { if: [{ ends_with: [{ var: 'email' }, '@corp.example'] }, 'staff', 'it'] },
      },
    },
  })

let folder: string
let relay: TestRelay
let browser: Browser

async function flip(color: string): Promise<void> {
  await writeFile(join(folder, 'next.json'), flagFile(color))
  await rename(join(folder, 'next.json'), join(folder, 'flags.json'))
}

async function open(address: string, width = 1280, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, bypassCSP: false })
  const page = await context.newPage()
  await page.goto(`${relay.managementUrl}/${address}`)
  await page.waitForSelector('h1')
  return page
}

/** What axe finds. The script is given by the browser's own tools, so the page's policy stays as it is. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axe, 'utf8'))
  return page.evaluate(async () => {
    const run = (window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }).axe
    return (await run.run()).violations.map(({ id }) => id)
  })
}

describe.runIf(hasChromium)('the page in Chromium', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-page-'))
    await flip('red')
    relay = await startTestRelay({
      ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
      ENVIRONMENTS__SHOP__UPSTREAM__PATH: join(folder, 'flags.json'),
    })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await relay?.close()
    await rm(folder, { recursive: true })
  })

  it.each(['#/', '#/shop/flags', '#/shop/flags/color', '#/shop/playground', '#/shop/diagnostics', '#/shop/snapshots'])(
    'has no violation that axe finds at %s, narrow or wide, light or dark, and no sideways scrolling',
    async (address) => {
      for (const width of [360, 1280]) {
        for (const scheme of ['light', 'dark'] as const) {
          const page = await open(address, width, scheme)
          await page.getByText('One moment').waitFor({ state: 'detached' })
          expect(await violationsOf(page)).toEqual([])
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
          const shots = process.env['SWITCHYARD_PAGE_SHOTS']
          const name = `${address.replace(/\W+/g, '-')}${width}-${scheme}.png`
          if (shots !== undefined) await page.screenshot({ path: join(shots, name), fullPage: true })
          await page.context().close()
        }
      }
    },
  )

  it('shows a flip without being loaded anew', async () => {
    const page = await open('#/shop/flags/color')
    await page.getByText('"red"').first().waitFor()
    await flip('green')
    await page.getByText('"green"').first().waitFor()
    await page.context().close()
  })

  it('reaches the playground by keyboard, explains what is wrong, then why', async () => {
    const page = await open('#/')
    const link = page.getByRole('link', { name: 'playground of shop' })
    await link.waitFor()
    for (let presses = 0; presses < 30; presses += 1) {
      if (await link.evaluate((element) => element === document.activeElement)) break
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
    const context = page.getByRole('textbox', { name: 'Context' })
    await context.fill('{targetingKey: 1}')
    await page.getByRole('button', { name: 'Explain' }).press('Enter')
    expect(await page.getByRole('alert').textContent()).toContain('This is not JSON yet')
    await context.fill('{"email": "ada@corp.example"}')
    await page.getByRole('button', { name: 'Explain' }).press('Enter')
    await page.getByText('"gold"').first().waitFor()
    await page.locator('summary').press('Enter')
    await page.getByText('email ends with').waitFor()
    await page.context().close()
  })
})
