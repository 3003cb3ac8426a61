/** `GET /`: the page, one file without anything from elsewhere. Read at the first request for it. */
import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { RequestHandler } from 'express'
import { sendText } from './send.js'

/** Built from `relay/src/page`. The same from the sources, from the modules and from the bundle. */
const file = new URL('../../dist/page/page.html', import.meta.url)

interface Page {
  readonly html: string
  readonly policy: string
}

/** Answers with the page. */
export function pageHandler(): RequestHandler {
  let page: Promise<Page> | null = null
  return async (_request, response) => {
    page ??= readPage().catch((error: unknown) => {
      // What could not be read this time is looked for again the next time.
      page = null
      throw error
    })
    const { html, policy } = await page
    response.setHeader('referrer-policy', 'no-referrer')
    sendText(response, 'text/html; charset=utf-8', html, policy)
  }
}

async function readPage(): Promise<Page> {
  const html = await readFile(file, 'utf8')
  return { html, policy: contentPolicy(html) }
}

/** Runs the page's own script and style, named by their hashes, and nothing else; asks nobody but us. */
export function contentPolicy(html: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashesOf(html, 'script')}`,
    `style-src ${hashesOf(html, 'style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

function hashesOf(html: string, element: 'script' | 'style'): string {
  const pattern = new RegExp(`<${element}[^>]*>(.*?)</${element}>`, 'gs')
  return Array.from(html.matchAll(pattern), ([, text = '']) => `'sha256-${hash('sha256', text, 'base64')}'`).join(' ')
}
