/** The page of the management plane as people use it: by keyboard, with a password, while flags change. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { brokenContexts } from './broken-contexts.js'
import { hasChromium } from './chromium.js'
import { startPageSite, tabTo, type Look, type OpenPage, type PageSite } from './management-page.js'

const heading = async (page: Page, name: string): Promise<void> => {
  const title = page.getByRole('heading', { level: 1, name, exact: true })
  await title.waitFor()
  await expect.poll(() => title.evaluate((element) => element === document.activeElement)).toBe(true)
}

/** What a fact of an environment says, such as `Flags`. */
const factOf = (page: Page, name: string): Promise<string | null> =>
  page
    .locator('dl > div')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd')
    .textContent()

describe.runIf(hasChromium)('the page in Chromium, in use', () => {
  let site: PageSite
  let opened: OpenPage[] = []
  const open = async (address: string, look?: Look): Promise<Page> => {
    const each = await site.open(address, look)
    opened.push(each)
    return each.page
  }
  beforeAll(async () => {
    site = await startPageSite({ MANAGEMENT__ALLOW_CHANGES: 'true' })
  })
  afterEach(async () => {
    for (const { complaints, close } of opened) {
      await close()
      expect(complaints).toEqual([])
    }
    opened = []
  })
  afterAll(() => site?.close())

  it('leads by keyboard alone to every view, and there to its title', async () => {
    const page = await open('#/')
    const follow = async (link: string, title: string): Promise<void> => {
      await tabTo(page, 'link', link)
      await page.keyboard.press('Enter')
      await heading(page, title)
    }
    await follow('shop', 'Flags of shop')
    await follow('color', 'color')
    await follow('Try a context in the playground', 'Playground of shop')
    await follow('Diagnostics', 'Diagnostics of shop')
    await follow('Snapshots', 'Snapshots of shop')
    await follow('Environments', 'Environments')
    await follow('diagnostics of shop', 'Diagnostics of shop')
    await page.goBack()
    await heading(page, 'Environments')
  })

  it('has a way past the navigation', async () => {
    const page = await open('#/shop/flags')
    await tabTo(page, 'button', 'To the content')
    await page.keyboard.press('Enter')
    await heading(page, 'Flags of shop')
  })

  it('explains kindly what is wrong with a context, then why each of two gets what it gets, by keyboard', async () => {
    const page = await open('#/shop/playground')
    const type = async (name: string, text: string): Promise<void> => {
      await tabTo(page, 'textbox', name)
      await page.keyboard.press('Control+A')
      await page.keyboard.type(text)
    }
    const press = async (name: string): Promise<void> => {
      await tabTo(page, 'button', name)
      await page.keyboard.press('Enter')
    }
    await type('Context', '{targetingKey: 1}')
    await press('Explain')
    const alert = page.getByRole('alert')
    expect(await alert.textContent()).toContain(
      'This is not JSON yet: look at line 1, column 2, where a name in double quotes belongs',
    )
    await type('Context', '{"targetingKey": 1}')
    await alert.filter({ hasText: 'Context' }).waitFor({ state: 'detached' })
    await press('Explain')
    await alert.filter({ hasText: /targetingKey is not/i }).waitFor()

    await type('Context', '{"targetingKey": "user-1"}')
    await press('Compare with a second context')
    await type('Second context', '{"targetingKey": "user-1", "email": "ada@corp.example"}')
    await press('Explain')
    await page.getByText('3 flags of revision').waitFor()
    await page.getByText('; 1 differ').waitFor()
    const color = page.locator('details').filter({ hasText: 'color' })
    await color.locator('summary').focus()
    await page.keyboard.press('Enter')
    await color.getByText('email ends with "@corp.example" (email: not set)').waitFor()
    await color.getByText('email ends with "@corp.example" (email: "ada@corp.example")').waitFor()
    expect(await color.locator('summary').textContent()).toMatch(
      /differs.*"red" it, TARGETING_MATCH.*"gold" staff.*TARGETING_MATCH/,
    )
    const half = page.locator('details').filter({ hasText: 'half' })
    await half.locator('summary').focus()
    await page.keyboard.press('Enter')
    await half.getByText('MurmurHash3 of "halfuser-1"').first().waitFor()
    await half.getByText('ranges: 0 to 50 is on (true), 50 to 100 is off (false)').first().waitFor()
    expect(await half.locator('.scale').first().locator('.taken').textContent()).toBe('on')

    // What was typed stays while somebody looks at something else.
    await page.getByRole('link', { name: 'Diagnostics', exact: true }).click()
    await page.getByRole('link', { name: 'Playground', exact: true }).click()
    expect(await page.getByRole('textbox', { name: 'Second context' }).inputValue()).toContain('ada@corp.example')
  })

  it.each(brokenContexts)('tells where a context is mistyped: $text', async ({ text, line, column, says }) => {
    const page = await open('#/shop/playground')
    await page.getByRole('textbox', { name: 'Context', exact: true }).fill(text)
    await page.getByRole('button', { name: 'Explain' }).click()
    const told = await page.getByRole('alert').textContent()
    expect(told).toContain(`This is not JSON yet: look at line ${line}, column ${column}, where `)
    expect(told).toContain(says)
  })

  it('shows a flip, and how often each variant was answered, without being loaded anew', async () => {
    const page = await open('#/shop/flags/color')
    const loads: string[] = []
    page.on('load', () => loads.push(page.url()))
    const gold = page.locator('.shares > li').filter({ hasText: 'gold' }).locator('.count')
    const before = Number((await gold.textContent())?.split(' ')[0])
    await site.relay.flags({ targetingKey: 'a', email: 'ada@corp.example' })
    await expect.poll(() => gold.textContent(), { timeout: 10_000 }).toMatch(new RegExp(`^${before + 1} \\(`))
    await site.serve('blue')
    await page.getByText('"blue"').first().waitFor()
    await page.getByText('Otherwise: variant it ("blue")').waitFor()
    expect(loads).toEqual([])
  })

  it('tells how each environment is, and how often it is asked', async () => {
    const page = await open('#/')
    const { counts } = (await (await fetch(`${site.relay.managementUrl}/status`)).json()).environments[0]
    for (let asked = 0; asked < 3; asked += 1) await site.relay.flags({ targetingKey: 'a' })
    await expect.poll(() => factOf(page, 'Requests')).toContain(`; ${counts.requests + 3} since the start`)
    await expect.poll(() => factOf(page, 'Requests')).toMatch(/^0\.[1-9]\/s/)
    expect(await factOf(page, 'State')).toMatch(/^fresh \(for \d/)
    expect(await factOf(page, 'Revision')).toMatch(/^[\da-f]{16}, served for \d/)
    expect(await factOf(page, 'Flags')).toBe('3')
    expect(await factOf(page, 'Findings')).toBe('1 finding')
    expect(await factOf(page, 'Last error')).toBe('none')
  })

  it('finds flags by a part of their key', async () => {
    const page = await open('#/shop/flags')
    await tabTo(page, 'searchbox', 'Search by key')
    await page.keyboard.type('HAL')
    await page.getByText('1 flag', { exact: true }).waitFor()
    expect(await page.locator('.rows .key').allTextContents()).toEqual(['half'])
  })

  it('goes back to a snapshot and forward again, by keyboard, only when it is told so twice', async () => {
    await site.serve('violet')
    await site.serve('orange')
    const page = await open('#/shop/snapshots')
    const { snapshots } = await (await fetch(`${site.relay.managementUrl}/snapshots`)).json()
    const { id } = snapshots[1]
    const press = async (name: string): Promise<void> => {
      await tabTo(page, 'button', name)
      await page.keyboard.press('Enter')
    }
    await press(`Go back to this ${id}`)
    await press('Leave it')
    expect(await site.relay.flags({})).toMatchObject({ color: 'orange' })
    await press(`Go back to this ${id}`)
    await press('Yes, change what applications get')
    await page.getByText(`Somebody has gone back to ${id}`).waitFor()
    await site.serves('violet')
    await press('Let the upstream decide again')
    await press('Yes, change what applications get')
    await page.getByText('Somebody has gone back').waitFor({ state: 'detached' })
    await site.serves('orange')
  })

  it('says that the relay does not answer, and finds it again', async () => {
    const { page, close } = await site.open('#/')
    await page.context().setOffline(true)
    await page.getByRole('alert').filter({ hasText: 'The relay does not answer' }).waitFor()
    await page.getByRole('heading', { name: 'shop' }).waitFor()
    await page.context().setOffline(false)
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await close()
  })
})

describe.runIf(hasChromium)('the page in Chromium, with a token and without changes', () => {
  const token = 'a-token-that-nobody-guesses'
  let site: PageSite
  beforeAll(async () => {
    site = await startPageSite({ MANAGEMENT__TOKEN: token })
  })
  afterAll(() => site?.close())

  it('is for who types the token into the question for a password, and for nobody else', async () => {
    const answerTo = async (more: object): Promise<number | undefined> => {
      const context = await site.browser.newContext(more)
      const page = await context.newPage()
      try {
        return (await page.goto(`${site.relay.managementUrl}/`))?.status()
      } finally {
        await context.close()
      }
    }
    // What Chromium says of a question for a password that nobody answers.
    await expect(answerTo({})).rejects.toThrow('ERR_INVALID_AUTH_CREDENTIALS')
    expect(await answerTo({ httpCredentials: { username: 'ada', password: 'wrong' } })).toBe(401)
    const { page, complaints, close } = await site.open('#/shop/playground', { password: token })
    await page.getByRole('button', { name: 'Explain' }).click()
    await page.getByText('3 flags of revision').waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  it('changes nothing unless management.allowChanges is set, and says so', async () => {
    const { page, close } = await site.open('#/shop/snapshots', { password: token })
    await page.getByText('Nothing can be changed here: management.allowChanges is not set.').waitFor()
    await page.locator('.rows > li').first().waitFor()
    expect(await page.getByRole('button', { name: /Go back|Serve|upstream/ }).count()).toBe(0)
    await close()
  })
})
