/** A site that serves the application to browsers, at an origin of its own. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { PageSettings } from './page.js'

export interface Site {
  readonly origin: string
  /** What the next page that is loaded is told. */
  settings: PageSettings
  close(): Promise<void>
}

/**
 * @param script the application, beside this file
 * @param alias packages that are to be taken for others
 */
export async function startSite(script = 'page.ts', alias: Record<string, string> = {}): Promise<Site> {
  const bundle = await bundlePage(script, alias)
  let settings: PageSettings | null = null
  const server = createServer((request, response) => {
    if (request.url === '/page.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(bundle)
      return
    }
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(`<!doctype html><title>${request.url}</title><main></main>
      <script>window.settings = ${JSON.stringify(settings).replaceAll('<', String.raw`\u003c`)}</script>
      <script type="module" src="/page.js"></script>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get settings() {
      if (settings === null) throw new Error('no page was described')
      return settings
    },
    set settings(next) {
      settings = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The page with the packages as they are published. */
async function bundlePage(script: string, alias: Record<string, string>): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(script, import.meta.url))],
    bundle: true,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"production"' },
    alias,
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}
