/** A relay on loopback that streams rulesets as each test says, and providers connected to it. */
import type { ServerResponse } from 'node:http'
import { OpenFeature, ProviderEvents, type Client, type EventDetails, type Logger } from '@openfeature/server-sdk'
import { seal, type Flag, type Ruleset, type SealedRuleset } from '@switchyard/engine'
import { onTestFinished } from 'vitest'
import { SwitchyardProvider, type SwitchyardProviderOptions } from '../../src/server/index.js'
import { json, startScriptedServer, type Answer, type Received, type ScriptedServer } from './scripted-server.js'

export const flag = (value: string | boolean): Flag => ({
  outcomes: [{ value, variant: String(value), reason: 'STATIC', serverMetadata: { rule: 'r' } }],
  decide: 0,
})

export const rulesetOf = (flags: Ruleset['flags']): SealedRuleset => seal({ ruleset: 1, dialects: [], flags })

/** Each connection begins as the test says, and more can be sent. */
export class ScriptedRelay {
  server!: ScriptedServer
  readonly connections: { readonly request: Received; readonly response: ServerResponse }[] = []
  begin: (send: ScriptedRelay['send'], request: Received) => void = () => undefined
  /** The answer where the whole ruleset is asked for, as it is while there is no stream. */
  whole: Answer = json(503, {})

  /** In place of a stream. */
  instead: Answer | null = null

  async start(port = 0): Promise<this> {
    this.server = await startScriptedServer((request, response) => this.#answer(request, response), port)
    return this
  }

  #answer(request: Received, response: ServerResponse): void {
    const name = request.path.split('/').at(-1)
    if (name === 'stream' && this.instead === null) this.#open(request, response)
    else this.#answerTo(name)(request, response)
  }

  #answerTo(name: string | undefined): Answer {
    if (name === 'stream' && this.instead !== null) return this.instead
    if (name === 'ruleset') return this.whole
    return json(200, name === 'flags' ? { flags: [] } : { key: name, value: 'remote', reason: 'TARGETING_MATCH' })
  }

  get port(): number {
    return Number(new URL(this.server.url).port)
  }

  #open(request: Received, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    this.connections.push({ request, response })
    this.begin((...event) => this.send(...event), request)
  }

  send(event: string, data: unknown, id = ''): void {
    this.connections.at(-1)?.response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  /** Sends that whole ruleset to whoever connects. */
  serve(ruleset: SealedRuleset): this {
    this.begin = (send) => {
      send('state', { state: 'fresh' })
      send('ruleset', ruleset, `1-${ruleset.revision}`)
    }
    return this
  }

  cut(): void {
    this.connections.at(-1)?.response.destroy()
  }
}

/** Closed when the test ends. */
export async function startRelay(ruleset?: SealedRuleset): Promise<ScriptedRelay> {
  const relay = await new ScriptedRelay().start()
  if (ruleset !== undefined) relay.serve(ruleset)
  onTestFinished(() => relay.server.close())
  return relay
}

export interface Connected {
  readonly client: Client
  /** Names without the prefix; behind it the error code or the changed flags. */
  readonly events: string[]
  readonly provider: SwitchyardProvider
  /** What was logged as a warning. */
  readonly warnings: string[]
}

let domains = 0

/** A provider in a domain of its own; gone when the test ends. */
export async function connect(
  relay: ScriptedRelay,
  options: Partial<SwitchyardProviderOptions> = {},
): Promise<Connected> {
  const domain = `scripted-${domains++}`
  const [events, warnings]: string[][] = [[], []]
  const client = OpenFeature.getClient(domain)
  for (const event of Object.values(ProviderEvents)) {
    client.addHandler(event, (details?: EventDetails) => {
      const { flagsChanged = [], errorCode } = (details ?? {}) as { flagsChanged?: string[]; errorCode?: string }
      events?.push([event.replace('PROVIDER_', ''), ...(errorCode ? [errorCode] : []), ...flagsChanged].join(' '))
    })
  }
  const silent = (): void => undefined
  const logger: Logger = { error: silent, warn: (text) => warnings?.push(String(text)), info: silent, debug: silent }
  const provider = new SwitchyardProvider({ url: relay.server.url, apiKey: 'key', logger, ...options })
  onTestFinished(() => OpenFeature.clearProviders())
  await OpenFeature.setProviderAndWait(domain, provider).catch(() => undefined)
  return { client, events: events ?? [], provider, warnings: warnings ?? [] }
}
