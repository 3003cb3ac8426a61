/** What the management plane answers besides the probes: what the relay counts, how its environments are, and a page to see it on. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import type { Logger } from '../telemetry/logger.js'
import type { Metrics } from '../telemetry/metrics.js'
import { explainHandlers } from './explain.js'
import { flagHandler, flagsHandler } from './flags.js'
import { originGuard, tokenGuard, type Guards } from './guards.js'
import { pageHandler } from './page.js'
import { refuseMethod, sendError, sendJson, sendText } from './send.js'
import { activateHandlers, confirmHandlers, listHandlers } from './snapshots.js'
import { readStatus, type StatusOptions } from './status.js'

export interface ManagementOptions extends Guards {
  readonly status: StatusOptions
  /** Called at the first scrape. */
  readonly metrics: () => Promise<Metrics>
  /** Brings up to date what other processes count; absent: there are none. */
  readonly refresh?: () => Promise<void>
  readonly logger: Logger
}

/** Creates the Express application. */
export function createManagementApp(options: ManagementOptions): Express {
  const isAllowed = tokenGuard(options)
  const app = express()
  app.disable('x-powered-by')
  app.use(['/metrics', '/status', '/flags', '/flag'], async (_request, _response, next) => {
    await options.refresh?.()
    next()
  })
  answer(app, '/metrics', async (_request, response) => {
    const metrics = await options.metrics()
    sendText(response, metrics.contentType, await metrics.render())
  })
  app.use((request, response, next) => {
    if (isAllowed(request, response) && originGuard(request, response)) next()
  })
  answer(app, '/', pageHandler())
  answer(app, '/openapi.json', async (_request, response) => {
    const { managementDescription } = await import('../openapi/management-plane.js')
    sendText(response, 'application/json; charset=utf-8', managementDescription)
  })
  answer(app, '/status', (_request, response) => sendJson(response, 200, readStatus(options.status)))
  answer(app, '/flags', flagsHandler(options.status))
  answer(app, '/flag', flagHandler(options.status))
  app.all('/explain', ...explainHandlers(options.status))
  app.all('/snapshots', ...listHandlers(options.status))
  app.all('/snapshots/activate', ...activateHandlers(options.status))
  app.all('/snapshots/confirm', ...confirmHandlers(options.status))
  app.use((request, response) => {
    const message = `there is no ${request.path} here: try /livez, /readyz, /metrics, /status, /flags, /explain, /snapshots or /openapi.json`
    sendError(response, 404, { code: 'NOT_FOUND', message })
  })
  app.use(failed(options.logger))
  return app
}

/** Registers what answers GET and HEAD under a path; other methods are 405. */
function answer(app: Express, path: string, handler: RequestHandler): void {
  app.all(path, (request, response, next) => {
    if (!refuseMethod(path, request.method, response)) return handler(request, response, next)
  })
}

function failed(logger: Logger): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error)
    logger.error({ error }, 'a management request failed because of a mistake in Switchyard')
    sendError(response, 500, {
      code: 'INTERNAL',
      message: 'this request failed because of a mistake in Switchyard',
    })
  }
}
