/** The management plane's server: the probes at once, everything else when somebody asks for it. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { hostGuard } from './guards.js'
import { createProbes } from './probes.js'
import type { ManagementOptions } from './app.js'

/**
 * Creates the server, not listening yet. Its framework is loaded at the first request that is no probe, so that neither the
 * start nor an idle relay's memory pays for it.
 */
export function createManagementServer(options: ManagementOptions): Server {
  const isAllowed = hostGuard(options)
  const probes = createProbes(options.status)
  let app: Promise<RequestListener> | null = null
  const load = async (): Promise<RequestListener> => {
    const { createManagementApp } = await import('./app.js')
    return createManagementApp(options)
  }
  return createServer((request, response) => {
    if (!isAllowed(request, response) || probes(request, response)) return
    app ??= load()
    void app.then((answer) => answer(request, response))
  })
}
