/** What a row plays on: relays in processes of their own, a vendor with scripted faults, lines between them, and steady clients. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { flagsmithDocument } from '../e2e/flagsmith-document.js'
import { startFakeFlagsmith, type FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import { startRedis, type RedisServer } from '../upstreams/redis-server.js'
import { startTcpLine, type TcpLine } from '../upstreams/tcp-line.js'
import { startSteadyClient, type SteadyClient, type Story, type Truth } from './steady-client.js'

export interface EnvironmentView {
  readonly state: string
  readonly lastError: { readonly code: string } | null
  readonly confirmedAt: string | null
  readonly held: { readonly reason: string } | null
  readonly replica?: { readonly role: string }
  readonly stores: readonly {
    readonly name: string
    readonly state: string
    /** Identifier of the snapshot that is there. */
    readonly written: string | null
    readonly lastError: { readonly code: string } | null
  }[]
}

interface StatusPage {
  readonly uptimeSeconds: number
  readonly environments: readonly EnvironmentView[]
}

export interface Relay {
  readonly dataUrl: string
  readonly child: ChildProcess
  /** The environment in `/status`. */
  status(): Promise<EnvironmentView>
  /** Seconds that it has run for, by its own clock. */
  uptimeSeconds(): Promise<number>
  /** Ends it in order, or as a crash does. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** @returns the document of the vendor for a revision, and what users have to see of it */
function revision(name: string): { readonly document: object; readonly truth: Truth } {
  const gold = `${name} for gold`
  return { document: flagsmithDocument([{ name: 'banner', value: name }], gold), truth: { plain: name, gold } }
}

/** Asks until the answer is yes. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<number> {
  const startedAt = performance.now()
  while (!(await isSo())) {
    if (performance.now() - startedAt > timeoutMs) throw new Error(`after ${timeoutMs} ms not yet: ${what}`)
    await new Promise((done) => setTimeout(done, 5))
  }
  return performance.now() - startedAt
}

/** Everything that a row starts, and its end. */
export class Stage {
  readonly story: Story = { revisions: [] }
  readonly clients: SteadyClient[] = []
  readonly #closing: (() => unknown)[] = []

  /** A vendor that has the revision `first`. */
  async vendor(): Promise<FakeFlagsmith> {
    const { document, truth } = revision('first')
    this.story.revisions.push(truth)
    const fake = await startFakeFlagsmith(document)
    this.#closing.push(() => fake.close())
    return fake
  }

  /** The vendor has another revision from now on. */
  publish(fake: FakeFlagsmith, name: string): void {
    const { document, truth } = revision(name)
    this.story.revisions.push(truth)
    fake.publish(document)
    fake.announce()
  }

  async line(target: () => number, port?: number): Promise<TcpLine> {
    const line = await startTcpLine(target, port)
    this.#closing.push(() => line.close())
    return line
  }

  async redis(port?: number): Promise<RedisServer> {
    const server = await startRedis([], port)
    this.#closing.push(() => server.close())
    return server
  }

  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-chaos-'))
    this.#closing.push(() => rm(folder, { recursive: true, force: true }))
    return folder
  }

  /** @param settings what follows `SWITCHYARD_`; `env` goes to the process as it is */
  async relay(settings: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}): Promise<Relay> {
    const variables = { SERVER__PORT: '0', SERVER__STREAMS__PACING: '0ms', MANAGEMENT__PORT: '0', ...settings }
    const child = spawn(process.execPath, [resolve('relay/bin/switchyard.js'), 'serve'], {
      env: {
        PATH: process.env.PATH,
        ...env,
        ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [`SWITCHYARD_${name}`, value])),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#closing.push(() => end(child, 'SIGKILL'))
    const { dataUrl, managementUrl } = await addresses(child)
    const read = async (): Promise<StatusPage> => (await (await fetch(`${managementUrl}/status`)).json()) as StatusPage
    return {
      dataUrl,
      child,
      async status() {
        const [first] = (await read()).environments
        if (first === undefined) throw new Error('no environment in /status')
        return first
      },
      uptimeSeconds: async () => (await read()).uptimeSeconds,
      stop: (signal = 'SIGTERM') => end(child, signal),
    }
  }

  client(...relays: readonly Relay[]): SteadyClient {
    return this.#client(relays, 0)
  }

  /** A client for whom every revision but the newest is wrong from the beginning. */
  settledClient(...relays: readonly Relay[]): SteadyClient {
    return this.#client(relays, this.story.revisions.length - 1)
  }

  #client(relays: readonly Relay[], oldestRight: number): SteadyClient {
    const urls = relays.map(({ dataUrl }) => dataUrl)
    const client = startSteadyClient(urls, this.story, oldestRight)
    this.clients.push(client)
    return client
  }

  /** At the end of the row, whatever happens before. */
  atEnd(close: () => unknown): void {
    this.#closing.push(close)
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.stop()))
    for (const close of this.#closing.toReversed()) await close()
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill(signal)
  await ended
}

function addresses(child: ChildProcess): Promise<{ readonly dataUrl: string; readonly managementUrl: string }> {
  return new Promise((done, failed) => {
    let said = ''
    const look = (chunk: Buffer): void => {
      said += chunk.toString()
      const found = /"dataUrl":"([^"]+)".*"managementUrl":"([^"]+)"/.exec(said)
      if (found?.[1] !== undefined && found[2] !== undefined) done({ dataUrl: found[1], managementUrl: found[2] })
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('error', failed)
    child.once('exit', () => failed(new Error(`the relay ended: ${said}`)))
  })
}
