/** Makes a flag change, by a command or by a request. */
import { spawn } from 'node:child_process'
import type { ChangeRequest } from './description/description.js'
import { exchange } from './http/exchange.js'

export interface ChangeOptions {
  readonly command: string | undefined
  readonly request: ChangeRequest | null
  readonly timeoutMs: number
}

/** @returns null where nobody said how; the command comes first */
export function createChange({ command, request, timeoutMs }: ChangeOptions): (() => Promise<void>) | null {
  if (command !== undefined) return () => runCommand(command, timeoutMs)
  if (request !== null) return () => send(request, timeoutMs)
  return null
}

async function send({ url, method, headers, body }: ChangeRequest, timeoutMs: number): Promise<void> {
  const asked = { method, url: new URL(url), headers, ...(body === undefined ? {} : { body }) }
  const { status, asked: name } = await exchange(asked, timeoutMs)
  if (status < 200 || status > 299)
    throw new Error(`${name}, which makes a flag change, was answered with status ${status}`)
}

function runCommand(command: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'ignore', 'pipe'], timeout: timeoutMs })
    let complaint = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) return resolve()
      reject(
        new Error(`the command that makes a flag change ended with ${signal ?? `code ${code}`}: ${complaint.trim()}`),
      )
    })
  })
}
