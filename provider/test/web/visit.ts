/** What surrounds the provider on a page, as far as it looks at it. */
import {
  OpenFeature,
  type Client,
  type EvaluationContext,
  type EventDetails,
  ProviderEvents,
} from '@openfeature/web-sdk'
import { onTestFinished, vi } from 'vitest'
import { SwitchyardWebProvider, type FlagStorage, type SwitchyardWebProviderOptions } from '../../src/web/index.js'
import { NodeEventSource } from './node-event-source.js'
import { startScriptedRelay, type ScriptedRelay } from './scripted-relay.js'

/** A relay that ends with the test. */
export async function relayForTest(): Promise<ScriptedRelay> {
  const relay = await startScriptedRelay()
  onTestFinished(() => relay.close())
  return relay
}

export interface MemoryStorage extends FlagStorage {
  readonly entries: Map<string, string>
}

export function memoryStorage(): MemoryStorage {
  const entries = new Map<string, string>()
  return {
    entries,
    getItem: (name) => entries.get(name) ?? null,
    setItem: (name, value) => void entries.set(name, value),
    removeItem: (name) => void entries.delete(name),
  }
}

/** The page's document: shown until it is hidden. */
export class FakeDocument extends EventTarget {
  hidden = false
  baseURI = 'http://127.0.0.1/'

  show(isShown: boolean): void {
    this.hidden = !isShown
    this.dispatchEvent(new Event('visibilitychange'))
  }
}

/** Gives the test a document. */
export function documentForTest(): FakeDocument {
  const document = new FakeDocument()
  vi.stubGlobal('document', document)
  onTestFinished(() => void vi.unstubAllGlobals())
  return document
}

export interface Visit {
  readonly client: Client
  readonly provider: SwitchyardWebProvider
  /** Events in the order they came: the name without its prefix, what changed, the code and the message. */
  readonly events: SeenEvent[]
  /** The names of the events. */
  names(): string[]
  /** What the start was rejected with, null where it was not. */
  readonly startError: (Error & { readonly code?: string }) | null
  setContext(context: EvaluationContext): Promise<void>
  /** Leaves the page. */
  leave(): Promise<void>
}

export interface SeenEvent {
  readonly name: string
  readonly flagsChanged?: string[]
  readonly message?: string
  readonly errorCode?: string
  /** What `client.providerStatus` was. */
  readonly status: string
}

let visits = 0

/** Opens a page for a user: sets the provider for a domain of its own and waits for the start. */
export async function visit(
  options: SwitchyardWebProviderOptions,
  context: EvaluationContext = { targetingKey: 'ann' },
  domain = `visit-${visits++}`,
): Promise<Visit> {
  const client = OpenFeature.getClient(domain)
  const events: SeenEvent[] = []
  const handlers = new AbortController()
  for (const event of Object.values(ProviderEvents)) {
    const name = event.replace('PROVIDER_', '')
    client.addHandler(
      event,
      (details?: EventDetails) => {
        const { flagsChanged, message, errorCode } = (details ?? {}) as Omit<SeenEvent, 'name' | 'status'>
        const seen = { flagsChanged, message, errorCode, status: client.providerStatus }
        events.push({ name, ...JSON.parse(JSON.stringify(seen)) })
      },
      { signal: handlers.signal },
    )
  }
  const provider = new SwitchyardWebProvider({
    storage: memoryStorage(),
    eventSource: (url) => new NodeEventSource(url),
    ...options,
  })
  let startError: Visit['startError'] = null
  await OpenFeature.setProviderAndWait(domain, provider, context).catch((error: Error) => (startError = error))
  const leave = async (): Promise<void> => {
    handlers.abort()
    await provider.onClose()
  }
  onTestFinished(leave)
  return {
    client,
    provider,
    events,
    names: () => events.map(({ name }) => name),
    startError,
    setContext: (next) => OpenFeature.setContext(domain, next),
    leave,
  }
}
