/** Commands that serve until they are told to stop, each with what it starts in a process group of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'

export interface Addresses {
  readonly dataUrl: string
  readonly managementUrl: string
}

export interface Serving extends Addresses {
  readonly process: ChildProcess
}

/** What examples take from the environment; no test talks to anybody whom they name. */
const variables = {
  TOKEN: 'a-token-of-a-reader',
  FLAGS_KEY: 'a-server-key',
  SWITCHYARD_SERVER__HOST: '127.0.0.1',
  SWITCHYARD_SERVER__PORT: '0',
  SWITCHYARD_MANAGEMENT__PORT: '0',
  SWITCHYARD_LOG__FORMAT: 'json',
}

/** Of a reader's shell: nothing of the one that the tests were started from. */
export const readerEnvironment = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...variables }

/** Runs the command and waits until each environment has its flags, or has found out that it cannot get them. */
export async function startServing(
  command: string,
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Serving> {
  const child = spawn('bash', ['-c', command], {
    cwd: options.cwd,
    env: { ...readerEnvironment, ...options.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const addresses = await addressesIn(child)
    while (!(await isSettled(addresses))) await setTimeout(20)
    return { process: child, ...addresses }
  } catch (error) {
    await stopGroup(child)
    throw error
  }
}

/** Ends the command and what it started: npx and npm stand between us and the relay. */
export async function stopGroup(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  process.kill(-child.pid, 'SIGTERM')
  await once(child, 'close')
}

async function isSettled({ managementUrl }: Addresses): Promise<boolean> {
  const answer = await fetch(`${managementUrl}/status`, { headers: { authorization: `Bearer ${variables.TOKEN}` } })
  const { environments } = (await answer.json()) as { environments: { state: string; lastError: unknown }[] }
  return environments.every(({ state, lastError }) => state !== 'waiting' || lastError !== null)
}

/** From the relay's log, or from what it says to people. */
function addressesIn(relay: ChildProcess): Promise<Addresses> {
  return new Promise((resolve, reject) => {
    let output = ''
    relay.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
      const dataUrl = /(?:"dataUrl":"|Flags +)(http:\/\/[\d.:]+)/.exec(output)?.[1]
      const managementUrl = /(?:"managementUrl":"|A page +)(http:\/\/[\d.:]+)/.exec(output)?.[1]
      if (dataUrl !== undefined && managementUrl !== undefined) resolve({ dataUrl, managementUrl })
    })
    relay.once('close', (code) => reject(new Error(`the relay ended with ${code} and said: ${output}`)))
  })
}
