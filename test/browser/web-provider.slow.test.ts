/** The web provider in a real browser: the built packages, React, the relay on a flag file. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestRelay, type TestRelay } from '../e2e/relay-process.js'
import { hasChromium, launchChromium } from './chromium.js'
import type { PageSettings } from './page.js'
import { startSite, type Site } from './site.js'

const clientKey = 'browser-client-key'

const flagFile = (color: string): string =>
  JSON.stringify({
    flags: {
      color: { state: 'ENABLED', variants: { it: color }, defaultVariant: 'it' },
      owner: {
        state: 'ENABLED',
        variants: { ann: 'ann', bob: 'bob', other: 'somebody' },
        defaultVariant: 'other',
        targeting: {
          if: [{ '===': [{ var: 'targetingKey' }, 'ann'] }, 'ann', { '===': [{ var: 'targetingKey' }, 'bob'] }, 'bob'],
        },
      },
    },
  })

let folder: string
let browser: Browser
let site: Site
let relay: TestRelay
let context: BrowserContext

/** @param port 0 for a free one */
async function startRelay(port = 0, origins = [site.origin]): Promise<TestRelay> {
  return startTestRelay({
    SERVER__PORT: String(port),
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__SHOP__UPSTREAM__PATH: join(folder, 'flags.json'),
    ENVIRONMENTS__SHOP__CLIENT_KEYS__0: clientKey,
    ...Object.fromEntries(origins.map((origin, i) => [`ENVIRONMENTS__SHOP__CORS__ORIGINS__${i}`, origin])),
  })
}

/** Changes the flag, and says when. */
async function flip(color: string): Promise<number> {
  await writeFile(join(folder, 'next.json'), flagFile(color))
  await rename(join(folder, 'next.json'), join(folder, 'flags.json'))
  return Date.now()
}

async function open(settings: Partial<PageSettings> = {}): Promise<Page> {
  const { options, ...others } = settings
  site.settings = {
    options: { url: relay.dataUrl, apiKey: clientKey, ...options },
    context: { targetingKey: 'ann' },
    ...others,
  }
  const page = await context.newPage()
  await page.goto(site.origin)
  return page
}

const color = (page: Page): Promise<string | null> => page.textContent('#color')
const owner = (page: Page): Promise<string | null> => page.textContent('#owner')
const events = (page: Page): Promise<string[]> =>
  page.evaluate(() => window.page.events.map((event) => event.split(' ')[0] ?? ''))

/** When the page first showed that. */
async function shownAt(page: Page, text: string): Promise<number> {
  await expect.poll(() => color(page)).toBe(text)
  return page.evaluate((wanted) => window.page.rendered.find((each) => each.text === wanted)?.at ?? 0, text)
}

/** How many event streams the relay has open. */
const openStreams = (): Promise<number> => relay.metric('switchyard_streams{environment="shop",kind="ofrep"}')

describe.skipIf(!hasChromium)('the web provider in Chromium', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-browser-'))
    ;[browser, site] = await Promise.all([launchChromium(), startSite()])
  })

  afterAll(async () => {
    await browser?.close()
    await site?.close()
    await rm(folder, { recursive: true })
  })

  beforeEach(async () => {
    await flip('red')
    relay = await startRelay()
    context = await browser.newContext()
  })

  afterEach(async () => {
    await context.close()
    await relay.close()
  })

  it('shows a flip in a React page of another origin within a second', async () => {
    const page = await open()
    await expect.poll(() => color(page)).toBe('red STATIC')
    await expect.poll(openStreams).toBe(1)
    const flippedAt = await flip('blue')
    const ms = (await shownAt(page, 'blue STATIC')) - flippedAt
    console.log(`the page showed the flip after ${ms} ms`)
    expect(ms).toBeLessThan(1_000)
    expect(await events(page)).toEqual(['READY', 'CONFIGURATION_CHANGED'])
  })

  it('shows a flip in every tab, with one event stream for all where they share it', async () => {
    for (const isShared of [false, true]) {
      const tabs = [await open({ isShared }), await open({ isShared }), await open({ isShared })]
      for (const tab of tabs) await expect.poll(() => color(tab)).toMatch(/^red/)
      await expect.poll(openStreams).toBe(isShared ? 1 : 3)
      const flippedAt = await flip('blue')
      for (const tab of tabs) expect((await shownAt(tab, 'blue STATIC')) - flippedAt).toBeLessThan(1_500)
      expect(await openStreams()).toBe(isShared ? 1 : 3)
      await flip('red')
      for (const tab of tabs) await expect.poll(() => color(tab)).toMatch(/^red/)
      for (const tab of tabs) await tab.close()
      await expect.poll(openStreams).toBe(0)
    }
  })

  it('gives a shared event stream to another tab when the one that has it is closed', async () => {
    const [first, second] = [await open({ isShared: true }), await open({ isShared: true })]
    for (const tab of [first, second]) await expect.poll(() => color(tab)).toMatch(/^red/)
    await expect.poll(openStreams).toBe(1)
    await first.close()
    await flip('blue')
    await shownAt(second, 'blue STATIC')
    await expect.poll(openStreams).toBe(1)
  })

  it('takes a shared event stream from a tab that has stopped running', async () => {
    const [first, second] = [await open({ isShared: true }), await open({ isShared: true })]
    for (const tab of [first, second]) await expect.poll(() => color(tab)).toMatch(/^red/)
    await expect.poll(openStreams).toBe(1)
    const session = await context.newCDPSession(first)
    await session.send('Debugger.enable')
    await session.send('Debugger.pause')
    // A tab looks whether the one with the stream is alive every 30 seconds, and when it is shown.
    await second.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await flip('blue')
    await expect.poll(() => color(second), { timeout: 10_000 }).toMatch(/^blue/)
    await session.send('Debugger.resume')
    await expect.poll(() => color(first), { timeout: 10_000 }).toMatch(/^blue/)
    await expect.poll(openStreams).toBe(1)
  })

  it('has more tabs than a browser has connections to a server, where they share the event stream', async () => {
    const tabs: Page[] = []
    for (let i = 0; i < 9; i += 1) tabs.push(await open({ isShared: true }))
    for (const tab of tabs) await expect.poll(() => color(tab), { timeout: 10_000 }).toMatch(/^red/)
    await flip('blue')
    for (const tab of tabs) await expect.poll(() => color(tab), { timeout: 10_000 }).toMatch(/^blue/)
    expect(await openStreams()).toBe(1)
  })

  it('lets React wait for the flags of a new user', async () => {
    const page = await open()
    await expect.poll(() => page.textContent('#patient')).toBe('ann')
    let release = (): void => undefined
    const isReleased = new Promise<void>((resolve) => (release = resolve))
    await page.route('**/ofrep/**', async (route) => {
      await isReleased
      await route.continue()
    })
    const changing = page.evaluate(() => window.page.setContext({ targetingKey: 'bob' }))
    await expect.poll(() => page.textContent('main')).toContain('one moment')
    expect(await owner(page)).toBe('nobody')
    release()
    await changing
    await expect.poll(() => page.textContent('#patient')).toBe('bob')
    expect(await owner(page)).toBe('bob')
  })

  it('starts without the relay on what was kept of the last visit, and recovers', async () => {
    const page = await open()
    await expect.poll(() => color(page)).toBe('red STATIC')
    const port = Number(new URL(relay.dataUrl).port)
    await relay.close()
    await page.reload()
    await expect.poll(() => color(page)).toBe('red CACHED')
    await expect.poll(() => events(page)).toEqual(['READY', 'STALE'])
    await flip('blue')
    relay = await startRelay(port)
    await expect.poll(() => color(page), { timeout: 30_000 }).toBe('blue STATIC')
    expect(await events(page)).toEqual(['READY', 'STALE', 'READY', 'CONFIGURATION_CHANGED'])
    expect(await page.evaluate(() => window.page.status())).toBe('READY')
  })

  it('shows nothing of one user to another while the relay answers 503', async () => {
    const page = await open()
    await expect.poll(() => owner(page)).toBe('ann')
    await page.route('**/ofrep/**', (route) =>
      route.fulfill({ status: 503, headers: { 'access-control-allow-origin': '*' } }),
    )
    await page.evaluate(() => window.page.setContext({ targetingKey: 'bob' }))
    expect(await owner(page)).toBe('nobody')
    expect(await page.evaluate(() => window.page.status())).toBe('ERROR')
    await page.unroute('**/ofrep/**')
    await expect.poll(() => owner(page), { timeout: 20_000 }).toBe('bob')
    expect(await page.evaluate(() => window.page.status())).toBe('READY')
    // STALE comes first where the event stream has just opened, and the question that follows is answered with 503, too.
    const told = (await events(page)).filter((event) => event !== 'STALE')
    expect(told.slice(0, 5)).toEqual(['READY', 'CONFIGURATION_CHANGED', 'RECONCILING', 'ERROR', 'READY'])
  })

  it('misses nothing while the relay restarts', async () => {
    const page = await open()
    await expect.poll(() => color(page)).toBe('red STATIC')
    const port = Number(new URL(relay.dataUrl).port)
    await relay.close()
    await flip('blue')
    relay = await startRelay(port)
    await expect.poll(() => color(page), { timeout: 30_000 }).toBe('blue STATIC')
  })

  it('may read answers of another origin only where the relay names the page', async () => {
    await relay.close()
    relay = await startRelay(0, ['https://shop.example'])
    const page = await open()
    await expect.poll(() => events(page)).toEqual(['ERROR'])
    expect(await color(page)).toBe('none ERROR')
  })

  it('keeps neither key, nor user, nor the address of the event stream', async () => {
    const page = await open({ context: { targetingKey: 'ann@shop.example', plan: 'platinum' } })
    await expect.poll(() => color(page)).toBe('red STATIC')
    const kept = await page.evaluate(() => JSON.stringify(localStorage))
    expect(kept).toContain('red')
    for (const secret of [clientKey, 'token', 'events', 'ann', 'platinum', relay.dataUrl])
      expect(kept).not.toContain(secret)
  })

  it('shows what the server rendered before anything was asked', async () => {
    const context = { targetingKey: 'ann' }
    const answer = await fetch(`${relay.dataUrl}/ofrep/v1/evaluate/flags`, {
      method: 'POST',
      headers: { authorization: `Bearer ${clientKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ context }),
    })
    const rendered = (await answer.json()) as object
    await flip('blue')
    await expect.poll(() => relay.status()).toMatchObject({ state: 'fresh' })
    // Nobody answers at this address, so what is shown can only be what the server rendered.
    const page = await open({
      options: { url: 'http://127.0.0.1:9', apiKey: clientKey, bootstrap: { context, answer: rendered } },
    })
    await expect.poll(() => color(page)).toMatch(/^red /)
  })
})

describe.skipIf(!hasChromium)('the web provider with the oldest SDK it is for', () => {
  it('shows a flip', async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-browser-'))
    await flip('red')
    ;[browser, site] = await Promise.all([
      launchChromium(),
      startSite('plain-page.ts', { '@openfeature/web-sdk': 'web-sdk-oldest' }),
    ])
    relay = await startRelay()
    context = await browser.newContext()
    const page = await open()
    await expect.poll(() => color(page)).toBe('red STATIC')
    await flip('blue')
    await shownAt(page, 'blue STATIC')
    await page.evaluate(() => window.page.setContext({ targetingKey: 'bob' }))
    await expect.poll(() => owner(page)).toBe('bob')
    await browser.close()
    await Promise.all([site.close(), relay.close()])
    await rm(folder, { recursive: true })
  })
})
