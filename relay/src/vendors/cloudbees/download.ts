/** The way to a configuration: a file in CloudBees' CDN, or its API, which makes the file when it is not there. */
import { RelayError } from '../../relay-error.js'
import { createHttpClient, type HttpAnswer } from '../http/client.js'
import { parseJsonObject } from '../http/json-body.js'
import { buidOf } from './buid.js'
import type { CloudBeesOptions } from './options.js'

export interface Download {
  /**
   * @param validator of the configuration that is held, undefined where there is none
   * @returns 'unchanged' only where a validator was given
   * @throws RelayError where neither the CDN nor the API delivers
   */
  fetch(validator: string | undefined, signal: AbortSignal): Promise<Downloaded | 'unchanged'>
  close(): Promise<void>
}

export interface Downloaded {
  readonly document: Readonly<Record<string, unknown>>
  /** To ask for changes with; the API gives none. */
  readonly validator?: string
}

export interface DownloadOptions extends CloudBeesOptions {
  /** By which CloudBees counts who asks: one for each relay. */
  readonly distinctId: string
}

export function createDownload(options: DownloadOptions): Download {
  const { baseUrl, apiUrl, environmentKey, distinctId } = options
  const path = `${environmentKey}/${buidOf(options)}`
  const cdn = createHttpClient({ ...options, readRefusal: readAbsence })
  const api = createHttpClient(options)
  const fileUrl = new URL(`${baseUrl}/${path}?distinct_id=${encodeURIComponent(distinctId)}`)
  const madeUrl = new URL(`${apiUrl}/device/get_configuration/${path}`)

  async function fetchFile(validator: string | undefined, signal: AbortSignal): ReturnType<Download['fetch']> {
    const answer = await cdn.get(fileUrl, validator === undefined ? {} : { 'if-none-match': validator }, signal)
    if (answer.status === 304 && validator !== undefined) return 'unchanged'
    const etag = answer.header('etag')
    return { document: readDocument(answer), ...(etag === undefined ? {} : { validator: etag }) }
  }

  return {
    async fetch(validator, signal) {
      try {
        if (options.cdn) return await fetchFile(validator, signal)
      } catch (error) {
        if (!(error instanceof RelayError && error.code === 'UPSTREAM_NOT_FOUND')) throw error
      }
      return { document: readDocument(await api.post(madeUrl, describeSdk(options, path), signal)) }
    },
    async close() {
      await Promise.all([cdn.close(), api.close()])
    },
  }
}

/** The CDN's two ways to say that there is no such file. Its other refusals say nothing about that. */
function readAbsence(status: number): RelayError | undefined {
  return status === 403 || status === 404 ? absent(`the CDN has no such configuration (status ${status})`) : undefined
}

/** @throws RelayError UPSTREAM_NOT_FOUND for the third way, with status 200 */
function readDocument(answer: HttpAnswer): Record<string, unknown> {
  if (answer.status === 304) {
    const message = 'the configuration is said to be unchanged, though nobody asked for changes'
    throw new RelayError('UPSTREAM_MALFORMED', message, { retryable: true })
  }
  const document = parseJsonObject(answer.body)
  const { result } = document
  if (result === 404 || result === '404') {
    throw absent('the upstream has no configuration for the key (result 404): check the key and `platform`')
  }
  return document
}

function absent(message: string): RelayError {
  return new RelayError('UPSTREAM_NOT_FOUND', message, { retryable: true })
}

/** Who asks, as CloudBees' SDKs say it; what only an application would know has the SDKs' defaults. */
function describeSdk(options: DownloadOptions, path: string): Readonly<Record<string, string>> {
  const { environmentKey, platform, sdkVersion, apiVersion, distinctId } = options
  return {
    app_key: environmentKey,
    platform,
    lib_version: sdkVersion,
    api_version: apiVersion,
    buid: buidOf(options),
    cache_miss_relative_url: path,
    distinct_id: distinctId,
    app_release: '0.0',
    devModeSecret: 'stam',
  }
}
