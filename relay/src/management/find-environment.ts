/** The environment that a request to the management plane is about. */
import type { Served } from '../environments/environment.js'
import type { ManagementError } from './send.js'
import type { ReportedEnvironment, StatusOptions } from './status.js'

/** Why a request cannot be answered. */
export interface Refusal {
  readonly ok: false
  readonly status: number
  readonly error: ManagementError
}

/** An environment, with or without data. */
export interface Found {
  readonly ok: true
  readonly entry: ReportedEnvironment
}

/** An environment with data, and the revision that it serves now. */
export interface FoundServed extends Found {
  readonly served: Served
}

/** Makes a refusal. */
export function refusal(status: number, code: string, message: string): Refusal {
  return { ok: false, status, error: { code, message } }
}

/** @param wanted as it came; undefined: the only one there is */
export function findEnvironment(wanted: unknown, { environments }: StatusOptions): Found | Refusal {
  const names = environments.map(({ environment }) => environment.name).join(', ')
  if (wanted === undefined && environments.length > 1) {
    return refusal(400, 'INVALID_REQUEST', `environment is missing: there are ${names}`)
  }
  const entry =
    wanted === undefined ? environments[0] : environments.find(({ environment }) => environment.name === wanted)
  if (entry !== undefined) return { ok: true, entry }
  const message = `there is no environment ${JSON.stringify(wanted)}: there are ${names}`
  return refusal(404, 'ENVIRONMENT_NOT_FOUND', message)
}

/** The same for what needs data. */
export function findServed(wanted: string | undefined, options: StatusOptions): FoundServed | Refusal {
  const found = findEnvironment(wanted, options)
  if (!found.ok) return found
  const { name, served } = found.entry.environment
  if (served === null) return refusal(503, 'PROVIDER_NOT_READY', `the environment ${name} has no data yet`)
  return { ...found, served }
}
