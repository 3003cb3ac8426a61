/** The page of the management plane in a real browser: every view and state of it, narrow and wide, light and dark. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium } from './chromium.js'
import { startPageSite, type PageSite } from './management-page.js'

const axe = createRequire(import.meta.url).resolve('axe-core')

/** What axe finds. The script is given by the browser's own tools, so the page's policy stays as it is. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axe, 'utf8'))
  return page.evaluate(async () => {
    interface Violation {
      readonly id: string
      readonly nodes: readonly { readonly html: string }[]
    }
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: readonly Violation[] }> } }
    return (await axe.run()).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  })
}

const explain = async (page: Page): Promise<void> => page.getByRole('button', { name: 'Explain' }).click()
const contextOf = (page: Page, name = 'Context') => page.getByRole('textbox', { name, exact: true })

interface State {
  readonly name: string
  readonly address: string
  /** Brings the view into the state. */
  readonly reach?: (page: Page) => Promise<unknown>
}

const states: readonly State[] = [
  { name: 'environments', address: '#/' },
  { name: 'flags', address: '#/shop/flags' },
  {
    name: 'flags without a match',
    address: '#/shop/flags',
    reach: async (page) => {
      await page.getByRole('searchbox').fill('nothing like it')
      await page.getByText('0 flags').waitFor()
    },
  },
  { name: 'a flag with a rule', address: '#/shop/flags/color' },
  { name: 'a flag that cannot be read', address: '#/shop/flags/odd' },
  { name: 'a flag that does not exist', address: '#/shop/flags/nothing' },
  { name: 'an environment that does not exist', address: '#/nothing/flags' },
  { name: 'playground', address: '#/shop/playground' },
  {
    name: 'two contexts, explained',
    address: '#/shop/playground',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Compare with a second context' }).click()
      await contextOf(page, 'Second context').fill('{"targetingKey": "user-2", "email": "ada@corp.example"}')
      await explain(page)
      await page.getByText('3 flags of revision').waitFor()
      for (const summary of await page.locator('summary').all()) await summary.click()
      await page.getByText('email ends with').first().waitFor()
    },
  },
  {
    name: 'a context that is none',
    address: '#/shop/playground',
    reach: async (page) => {
      await contextOf(page).fill("{'targetingKey': 1}")
      await explain(page)
      await page.getByRole('alert').waitFor()
    },
  },
  { name: 'diagnostics', address: '#/shop/diagnostics' },
  { name: 'snapshots', address: '#/shop/snapshots' },
  {
    name: 'snapshots, about to go back',
    address: '#/shop/snapshots',
    reach: (page) =>
      page
        .getByRole('button', { name: /^Go back to this/ })
        .first()
        .click(),
  },
]

describe.runIf(hasChromium)('the page in Chromium', () => {
  let site: PageSite
  beforeAll(async () => {
    site = await startPageSite({ MANAGEMENT__ALLOW_CHANGES: 'true' })
    // So that there is something to go back to.
    await site.serve('green')
  })
  afterAll(() => site?.close())

  it.each(states)(
    'has no violation that axe finds, no sideways scrolling and nobody else to ask: $name',
    async ({ name, address, reach }) => {
      for (const width of [360, 1280]) {
        for (const scheme of ['light', 'dark'] as const) {
          const { page, complaints, origins, close } = await site.open(address, { width, scheme })
          await reach?.(page)
          expect(await violationsOf(page)).toEqual([])
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
          expect([...origins]).toEqual([new URL(site.relay.managementUrl).origin])
          expect(complaints).toEqual([])
          const shots = process.env['SWITCHYARD_PAGE_SHOTS']
          const file = `${name.replace(/\W+/g, '-')}-${width}-${scheme}.png`
          if (shots !== undefined) await page.screenshot({ path: join(shots, file), fullPage: true })
          await close()
        }
      }
    },
  )

  it('is dark where the device is', async () => {
    const groundOf = async (scheme: 'light' | 'dark'): Promise<string> => {
      const { page, close } = await site.open('#/', { scheme })
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      await close()
      return ground
    }
    expect(await groundOf('light')).toBe('rgb(255, 255, 255)')
    expect(await groundOf('dark')).toBe('rgb(20, 23, 28)')
  })
})
