import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The committed file that users run; it needs the build (`npm run build`). */
export const binPath: string = fileURLToPath(new URL('../../bin/switchyard.js', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command to its end with that standard input. */
export async function runCommand(args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const command = startCommand(args, env)
  command.child.stdin?.end(input)
  return command.finished
}

export interface Started {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  /** Resolves with everything printed so far once standard output contains the text. */
  printed(text: string): Promise<string>
}

/** Starts the command; nothing of our own environment reaches it but the path. */
export function startCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(process.execPath, [binPath, ...args], { env: { PATH: process.env.PATH, ...env } })
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part
    for (const look of waiting) look()
  })
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part))
  child.stdin.on('error', () => {})
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  const printed = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!stdout.includes(text)) return
        waiting.delete(look)
        resolve(stdout)
      }
      waiting.add(look)
      look()
      void finished.then(() => reject(new Error(`it ended without printing ${text}: ${stdout}${stderr}`)))
    })
  return { child, finished, printed }
}
