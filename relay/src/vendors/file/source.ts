/** An upstream that is a file: read at the start and whenever it changes. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { RelayError } from '../../relay-error.js'
import type { Source, SourceSink } from '../source.js'
import { describeProblem, parseDocument, type DocumentFormat } from './parse.js'
import { markFile, readFileBounded } from './read.js'
import { FileWatch } from '../file-watch.js'

export interface FileSourceOptions {
  readonly path: string
  /** How often the file is looked at where its changes are not announced. */
  readonly pollIntervalMs: number
  /** Decides instead of the file's name. */
  readonly format?: DocumentFormat
  /** The clock of the file system, epoch milliseconds. */
  readonly now: () => number
}

/**
 * A file that changed within this time may change again without looking different, because file systems count time in steps.
 * (git calls such files racily clean.)
 */
const settledMs = 2_500

/** Creates the source of a flag file. A missing file is an attempt that failed: it is read once it is there. */
export function createFileSource(options: FileSourceOptions): Source {
  return {
    description: `file ${options.path}`,
    run: async (sink, signal) => {
      const watch = new FileWatch(options.path)
      const look = new Look(options, sink, signal)
      try {
        while (!signal.aborted) {
          await look.take()
          await watch.next(options.pollIntervalMs, signal)
        }
      } finally {
        watch.close()
      }
    },
  }
}

/** Looks at the file and remembers what it saw the time before. */
class Look {
  readonly #options: FileSourceOptions
  readonly #sink: SourceSink
  readonly #signal: AbortSignal
  /** How the file looked when it was last read, null where it has to be read again. */
  #seen: string | null = null
  /** Digest of what was last delivered. */
  #delivered: string | null = null
  /** What is wrong with the file now, told once: a digest of its content, or why it cannot be read. */
  #reported: string | null = null

  constructor(options: FileSourceOptions, sink: SourceSink, signal: AbortSignal) {
    this.#options = options
    this.#sink = sink
    this.#signal = signal
  }

  async take(): Promise<void> {
    try {
      const { mark } = await markFile(this.#options.path)
      if (this.#signal.aborted) return
      if (mark !== this.#seen) await this.#read(mark)
      else if (this.#reported === null) this.#sink.unchanged()
    } catch (cause) {
      this.#seen = null
      const error = cause instanceof RelayError ? cause : unexpected(this.#options.path, cause)
      this.#fail(error, error.message)
    }
  }

  async #read(mark: string): Promise<void> {
    const { path, format, now } = this.#options
    const bytes = await readFileBounded(path)
    const after = await markFile(path)
    // Somebody is writing: what has been read may be half a file.
    if (this.#signal.aborted || after.mark !== mark) return
    this.#seen = now() - after.changedAtMs > settledMs ? mark : null
    const digest = createHash('sha256').update(bytes).digest('base64')
    if (digest === this.#delivered) {
      this.#reported = null
      return this.#sink.unchanged()
    }
    const parsed = await parseDocument(bytes, basename(path), format)
    if (!parsed.ok) {
      const message = describeProblem(path, parsed.problem)
      return this.#fail(new RelayError('FILE_MALFORMED', message, { retryable: true }), digest)
    }
    if (this.#signal.aborted) return
    this.#delivered = digest
    this.#reported = null
    this.#sink.document(parsed.document, { changedAtMs: after.changedAtMs, diagnostics: parsed.diagnostics })
  }

  #fail(error: RelayError, about: string): void {
    if (this.#signal.aborted || about === this.#reported) return
    this.#reported = about
    this.#sink.failed(error)
  }
}

function unexpected(path: string, cause: unknown): RelayError {
  const message = `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`
  return new RelayError('FILE_UNREADABLE', message, { retryable: true, cause })
}
