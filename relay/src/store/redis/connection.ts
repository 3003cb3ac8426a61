/**
 * A connection to Redis or Valkey, whichever way it is deployed: every command has a deadline, none waits for a connection, and
 * failures are the relay's own. It reconnects by itself.
 */
import { RelayError } from '../../relay-error.js'
import type { Client } from './create-client.js'
import type { RedisOptions } from './redis-options.js'

export interface RedisConnection {
  /** Without credentials. */
  readonly description: string
  readonly isConnected: boolean
  /** Commands that failed; never falls. */
  readonly errors: number
  /**
   * Runs a Lua script.
   *
   * @param keys all in one slot
   * @returns what it returns, texts as buffers
   * @throws RelayError STORE_UNREACHABLE, or STORE_FAILED for what the server refuses
   */
  run(script: string, keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<unknown>
  /** Calls back at each message, and after each reconnect, as messages may have been lost. Returns the way to stop that. */
  subscribe(channel: string, listener: () => void): () => void
  close(): Promise<void>
}

/** Loads the library and begins to connect; whether that works is seen at the first command. */
export async function connectRedis(options: RedisOptions): Promise<RedisConnection> {
  const { createClient } = await import('./create-client.js')
  return new Connection(options, (isForMessages) => createClient(options, isForMessages))
}

class Connection implements RedisConnection {
  readonly description: string
  errors = 0
  readonly #commands: Client
  readonly #messages: Client
  readonly #listeners = new Map<string, Set<() => void>>()
  /** The first attempt to connect has ended, however it did. */
  readonly #begun: Promise<void>

  constructor(options: RedisOptions, create: (isForMessages: boolean) => Client) {
    const { mode, addresses, connectTimeoutMs } = options
    this.description = `${mode} ${addresses.join(', ')}`
    this.#commands = create(false)
    this.#messages = create(true)
    this.#begun = new Promise((resolve) => {
      const timer = setTimeout(resolve, connectTimeoutMs)
      for (const event of ['ready', 'close'] as const) {
        this.#commands.once(event, () => {
          clearTimeout(timer)
          resolve()
        })
      }
    })
    for (const client of [this.#commands, this.#messages]) {
      client.on('error', () => undefined)
      client.connect().catch(() => undefined)
    }
    this.#messages.on('message', (channel: string) => this.#tell(channel))
    this.#messages.on('ready', () => this.#resume())
  }

  get isConnected(): boolean {
    return this.#commands.status === 'ready'
  }

  async run(script: string, keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<unknown> {
    await this.#begun
    try {
      return await this.#commands.callBuffer('EVAL', script, keys.length, ...keys, ...args)
    } catch (error) {
      this.errors += 1
      const failure = failureOf(error)
      // A connection on which nothing comes back may be half open.
      if (failure.code === 'STORE_UNREACHABLE' && this.isConnected) this.#commands.disconnect(true)
      throw failure
    }
  }

  subscribe(channel: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(listener))
    if (this.#messages.status === 'ready') this.#listen([channel])
    return () => listeners.delete(listener)
  }

  close(): Promise<void> {
    this.#listeners.clear()
    for (const client of [this.#commands, this.#messages]) client.disconnect()
    return Promise.resolve()
  }

  #resume(): void {
    this.#listen([...this.#listeners.keys()])
    for (const channel of this.#listeners.keys()) this.#tell(channel)
  }

  /** Where it fails, the connection is at its end, and the next one resumes. */
  #listen(channels: readonly string[]): void {
    if (channels.length > 0) this.#messages.subscribe(...channels).catch(() => undefined)
  }

  #tell(channel: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener()
  }
}

function failureOf(error: unknown): RelayError {
  const reason = error instanceof Error ? error.message : String(error)
  const isRefusal = error instanceof Error && error.name === 'ReplyError'
  // While it loads, fails over or is set up, it answers, but not to the point.
  if (isRefusal && !/^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY)/.test(reason)) {
    return new RelayError('STORE_FAILED', `Redis refuses a command (${reason})`, { retryable: true, cause: error })
  }
  return new RelayError('STORE_UNREACHABLE', `Redis cannot be reached (${reason})`, { retryable: true, cause: error })
}
