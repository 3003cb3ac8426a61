/** A relay on a flag file, and a browser that looks at its page. Reads the build. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import { startTestRelay, type TestRelay } from '../e2e/relay-process.js'
import { launchChromium } from './chromium.js'

export interface Look {
  readonly width?: number
  readonly scheme?: 'light' | 'dark'
  /** What a person types into the browser's question for a password. */
  readonly password?: string
}

export interface PageSite {
  readonly relay: TestRelay
  readonly browser: Browser
  /** Opens an address of the page, such as `#/shop/flags`, when its first view is there. */
  open(address: string, look?: Look): Promise<OpenPage>
  /** Changes the color in the flag file; done when the relay serves it. */
  serve(color: string): Promise<void>
  /** Waits until the relay serves that color. */
  serves(color: string): Promise<void>
  close(): Promise<void>
}

export interface OpenPage {
  readonly page: Page
  /** What the browser complained of: errors of scripts, refused resources, violations of the policy. */
  readonly complaints: readonly string[]
  /** Origins that were asked for anything. */
  readonly origins: ReadonlySet<string>
  close(): Promise<void>
}

/** Every construct that a view has to show: a rule, a split, a flag that cannot be read. */
const flagsOf = (color: string): string =>
  JSON.stringify({
    flags: {
      color: {
        state: 'ENABLED',
        variants: { it: color, staff: 'gold' },
        defaultVariant: 'it',
        targeting: { if: [{ ends_with: [{ var: 'email' }, '@corp.example'] }, 'staff', 'it'] },
      },
      half: {
        state: 'ENABLED',
        variants: { on: true, off: false },
        defaultVariant: 'off',
        targeting: {
          fractional: [
            ['on', 50],
            ['off', 50],
          ],
        },
      },
      odd: { state: 'ENABLED', variants: { on: true }, defaultVariant: 'missing' },
    },
  })

/** @param settings what follows `SWITCHYARD_` */
export async function startPageSite(settings: Readonly<Record<string, string>> = {}): Promise<PageSite> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-page-'))
  const write = async (color: string): Promise<void> => {
    await writeFile(join(folder, 'next.json'), flagsOf(color))
    await rename(join(folder, 'next.json'), join(folder, 'flags.json'))
  }
  await write('red')
  const relay = await startTestRelay({
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__SHOP__UPSTREAM__PATH: join(folder, 'flags.json'),
    SNAPSHOTS__DIRECTORY: join(folder, 'snapshots'),
    ...settings,
  })
  const serves = (color: string): Promise<void> =>
    vi.waitFor(async () => expect(await relay.flags({})).toMatchObject({ color }), { timeout: 10_000 })
  await serves('red')
  const browser = await launchChromium()
  return {
    relay,
    browser,
    async serve(color) {
      await write(color)
      await serves(color)
    },
    serves,
    open: (address, look) => openPage(browser, `${relay.managementUrl}/${address}`, look),
    async close() {
      await browser.close()
      await relay.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function openPage(browser: Browser, url: string, look: Look = {}): Promise<OpenPage> {
  const { width = 1280, scheme = 'light', password } = look
  const credentials = password === undefined ? {} : { httpCredentials: { username: 'anybody', password } }
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme, ...credentials })
  const page = await context.newPage()
  const complaints: string[] = []
  const origins = new Set<string>()
  page.on('console', (message) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning'
    // Chromium notes every refusal, also of what somebody asked for on purpose.
    if (isComplaint && !message.text().includes('the server responded with a status of 4'))
      complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) origins.add(new URL(request.url()).origin)
  })
  await page.goto(url)
  await page.waitForSelector('h1')
  await page.getByText('One moment').waitFor({ state: 'detached' })
  return { page, complaints, origins, close: () => context.close() }
}

/** Presses the tab key until the focus is on what has that role and that name: what a person without a mouse has to do. */
export async function tabTo(
  page: Page,
  role: 'link' | 'button' | 'textbox' | 'searchbox',
  name: string,
): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true })
  await wanted.waitFor()
  for (let presses = 0; presses < 60; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`60 presses of the tab key do not reach the ${role} "${name}"`)
}
