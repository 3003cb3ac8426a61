/** The management plane: whether the relay lives, whether it is ready, what it counts, and how its environments are. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import type { Logger } from '../telemetry/logger.js'
import type { Metrics } from '../telemetry/metrics.js'
import { errorBody } from './error-body.js'
import { hostGuard, tokenGuard, type Guards } from './guards.js'
import { readReadiness, readStatus, type StatusOptions } from './status.js'

export interface ManagementOptions extends Guards {
  readonly status: StatusOptions
  readonly metrics: Metrics
  readonly logger: Logger
}

/** Creates the Express application. Everything is JSON but the metrics, and nothing may be cached. */
export function createManagementApp(options: ManagementOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(hardened)
  app.use(hostGuard(options))
  answer(app, '/livez', (_request, response) => {
    response.json({ status: 'alive' })
  })
  answer(app, '/readyz', (_request, response) => {
    const readiness = readReadiness(options.status)
    response.status(readiness.status === 'ready' ? 200 : 503).json(readiness)
  })
  answer(app, '/metrics', async (_request, response) => {
    const page = await options.metrics.render()
    response.set('content-type', options.metrics.contentType).send(page)
  })
  app.use(tokenGuard(options))
  answer(app, '/status', (_request, response) => {
    response.json(readStatus(options.status))
  })
  app.use((request, response) => {
    response
      .status(404)
      .json(errorBody('NOT_FOUND', `there is no ${request.path} here: try /livez, /readyz, /metrics or /status`))
  })
  app.use(failed(options.logger))
  return app
}

/** Registers what answers GET and HEAD under a path; other methods are 405. */
function answer(app: Express, path: string, handler: RequestHandler): void {
  app
    .route(path)
    .get(handler)
    .all((request, response) => {
      const message = `${path} answers GET and HEAD, not ${request.method}`
      response.status(405).set('allow', 'GET, HEAD').json(errorBody('METHOD_NOT_ALLOWED', message))
    })
}

const hardened: RequestHandler = (_request, response, next) => {
  response.set({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
  })
  next()
}

function failed(logger: Logger): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error)
    // Express itself throws for addresses that are not percent-encoded text.
    if (error instanceof URIError) {
      response.status(400).json(errorBody('BAD_REQUEST', 'the address is not valid'))
      return
    }
    logger.error({ error }, 'a management request failed because of a mistake in Switchyard')
    response.status(500).json(errorBody('INTERNAL', 'this request failed because of a mistake in Switchyard'))
  }
}
