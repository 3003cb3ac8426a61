/** `/snapshots`: what an environment has served and could serve again, and the two ways to decide about it. */
import express, { type Request, type RequestHandler, type Response } from 'express'
import type { ListedSnapshot } from '../environments/keep-snapshots.js'
import { findEnvironment } from './find-environment.js'
import { refuseMethod, sendError, sendJson } from './send.js'
import { reportDecisions, type Decisions, type ReportedEnvironment, type StatusOptions } from './status.js'

/** What is answered, to changes too: how things are then. */
export interface SnapshotsAnswer extends Decisions {
  readonly environment: string
  /** The latest first. */
  readonly snapshots: readonly ListedSnapshot[]
}

type Change = (
  entry: ReportedEnvironment,
  body: Readonly<Record<string, unknown>>,
  response: Response,
) => Promise<boolean>

/** The handlers of `GET /snapshots`, in order. */
export function listHandlers(options: StatusOptions): RequestHandler[] {
  return [
    async (request, response) => {
      if (refuseMethod('/snapshots', request.method, response)) return
      const found = findEnvironment(request.query['environment'], options)
      if (found.ok) await answer(found.entry, response)
      else sendError(response, found.status, found.error)
    },
  ]
}

/** The handlers of `POST /snapshots/activate`: `{"environment", "snapshot"}`, where `latest` lets the upstream decide again. */
export function activateHandlers(options: StatusOptions): RequestHandler[] {
  return changeHandlers('/snapshots/activate', options, async ({ environment, keeper }, { snapshot }, response) => {
    if (typeof snapshot !== 'string') return refuse(response, 400, 'INVALID_REQUEST', 'snapshot is not a text')
    if (snapshot === 'latest') {
      keeper.release()
      return true
    }
    const activation = await keeper.activate(snapshot)
    if (activation.ok) return true
    const name = JSON.stringify(snapshot)
    return activation.reason === 'missing'
      ? refuse(response, 404, 'SNAPSHOT_NOT_FOUND', `${environment.name} has no good snapshot ${name}`)
      : refuse(response, 409, 'SNAPSHOT_UNUSABLE', `the snapshot ${name} cannot be used: the log says why`)
  })
}

/** The handlers of `POST /snapshots/confirm`: `{"environment", "revision"}` serves what is held back, if it is still that. */
export function confirmHandlers(options: StatusOptions): RequestHandler[] {
  return changeHandlers('/snapshots/confirm', options, async ({ environment, keeper }, { revision }, response) => {
    if (typeof revision !== 'string') return refuse(response, 400, 'INVALID_REQUEST', 'revision is not a text')
    const { held } = environment.status()
    if (held?.revision !== revision) {
      const now = held === null ? 'nothing is held back' : `${held.revision} is held back`
      return refuse(response, 409, 'NOT_HELD', `${now} in ${environment.name}, not ${JSON.stringify(revision)}`)
    }
    keeper.confirm()
    return true
  })
}

/**
 * A change has to be allowed by the configuration, and comes as JSON, which no page of another origin can send: browsers would ask
 * first, and are never told yes.
 */
function changeHandlers(path: string, options: StatusOptions, change: Change): RequestHandler[] {
  const parse = express.json({ limit: 4_096, inflate: false })
  return [
    (request, response, next) => {
      if (refuseMethod(path, request.method, response, ['POST'])) return
      const message = 'nothing can be changed here: set management.allowChanges to true to allow it'
      if (options.allowsChanges) next()
      else refuse(response, 403, 'CHANGES_NOT_ALLOWED', message)
    },
    (request, response, next) => {
      if (!request.is('application/json')) refuseBody(response)
      else parse(request, response, (error?: unknown) => (error === undefined ? next() : refuseBody(response)))
    },
    async (request: Request, response: Response) => {
      const body = request.body as Readonly<Record<string, unknown>>
      const found = findEnvironment(body['environment'], options)
      if (!found.ok) sendError(response, found.status, found.error)
      else if (await change(found.entry, body, response)) await answer(found.entry, response)
    },
  ]
}

function refuseBody(response: Response): void {
  refuse(response, 400, 'INVALID_REQUEST', 'the body must be a JSON object, as application/json, of 4096 bytes at most')
}

async function answer({ environment, keeper }: ReportedEnvironment, response: Response): Promise<void> {
  const snapshots = await keeper.list()
  const body: SnapshotsAnswer = { environment: environment.name, ...reportDecisions(environment.status()), snapshots }
  sendJson(response, 200, body)
}

function refuse(response: Response, status: number, code: string, message: string): false {
  sendError(response, status, { code, message })
  return false
}
