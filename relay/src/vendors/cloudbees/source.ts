/**
 * Where environments of CloudBees come from: the configuration by polling, and at once when the event stream says that it
 * changed.
 */
import { createHttpClient } from '../http/client.js'
import { listen } from '../http/event-stream.js'
import { createPoller } from '../http/poll.js'
import type { DocumentOrigin, Source, SourceSink } from '../source.js'
import { createDownload, type Download, type DownloadOptions } from './download.js'
import { openEnvelope, type Envelope } from './envelope.js'

export interface CloudBeesSourceOptions extends DownloadOptions {
  /** `0 <= random() < 1` */
  readonly random: () => number
}

/** Whether the stream says anything between changes is not known. A new connection now and then is cheap. */
const streamIdleTimeoutMs = 300_000

export function createCloudBeesSource(options: CloudBeesSourceOptions): Source {
  const { cdn, baseUrl, apiUrl, realtime, random } = options
  return {
    // Not the whole address: the key is part of it.
    description: cdn ? baseUrl : apiUrl,
    async run(sink, signal) {
      const download = createDownload(options)
      const line = new ConfigurationLine(options, download, sink)
      const poller = createPoller({
        intervalMs: options.pollIntervalMs,
        attempt: (until) => line.look(until),
        failed: (error) => sink.failed(error),
        random,
      })
      try {
        await Promise.all([
          poller.run(signal),
          realtime ? listenForChanges(options, () => poller.wake(), signal) : undefined,
        ])
      } finally {
        await download.close()
      }
    },
  }
}

/** What is remembered between looks. */
class ConfigurationLine {
  readonly #options: CloudBeesSourceOptions
  readonly #download: Download
  readonly #sink: SourceSink
  /** Of what was delivered last. */
  #data: string | null = null
  #validator: string | undefined

  constructor(options: CloudBeesSourceOptions, download: Download, sink: SourceSink) {
    this.#options = options
    this.#download = download
    this.#sink = sink
  }

  async look(signal: AbortSignal): Promise<void> {
    const downloaded = await this.#download.fetch(this.#validator, signal)
    if (signal.aborted) return
    if (downloaded === 'unchanged') return this.#sink.unchanged()
    const { document, validator } = downloaded
    const envelope = openEnvelope(document, this.#options)
    this.#validator = validator
    if (envelope.data === this.#data) return this.#sink.unchanged()
    this.#data = envelope.data
    this.#sink.document(document, originOf(envelope))
  }
}

function originOf({ signedDate }: Envelope): DocumentOrigin {
  if (signedDate === undefined) return {}
  const isDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(signedDate)
  const changedAtMs = isDate ? Date.parse(signedDate) : Number.NaN
  return { version: signedDate, ...(Number.isNaN(changedAtMs) ? {} : { changedAtMs }) }
}

async function listenForChanges(options: CloudBeesSourceOptions, look: () => void, signal: AbortSignal): Promise<void> {
  const { realtimeUrl, environmentKey, random } = options
  const client = createHttpClient(options)
  try {
    await listen(
      {
        client,
        url: new URL(`${realtimeUrl}/sse/${environmentKey}`),
        headers: () => ({}),
        message: ({ event }) => {
          if (event === 'changed') look()
        },
        opened: () => undefined,
        failed: () => undefined,
        idleTimeoutMs: streamIdleTimeoutMs,
        random,
      },
      signal,
    )
  } finally {
    await client.close()
  }
}
