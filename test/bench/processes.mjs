/** Child processes of the benchmarks: started, awaited, ended by their own handle. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Starts `node` with these arguments in the repository's root. */
export function startNode(args, env = {}) {
  return spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** @returns {Promise<string>} what the first match of the pattern in the child's output captured */
export async function printed(child, pattern) {
  let output = ''
  for await (const chunk of child.stdout) {
    output += chunk
    const found = pattern.exec(output)
    if (found !== null) {
      child.stdout.resume()
      return found[1]
    }
  }
  throw new Error(`the process ended before it printed ${pattern}:\n${output}`)
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/**
 * A relay on free ports, ready to answer.
 *
 * @param {Record<string, string>} settings what follows `SWITCHYARD_`
 */
export async function startRelay(settings) {
  const variables = { SERVER__PORT: '0', MANAGEMENT__PORT: '0', LOG__LEVEL: 'info', LOG__FORMAT: 'json', ...settings }
  const env = Object.fromEntries(Object.entries(variables).map(([name, value]) => [`SWITCHYARD_${name}`, value]))
  const child = startNode(['relay/bin/switchyard.js', 'serve'], env)
  const { dataUrl, managementUrl } = JSON.parse(await printed(child, /(\{[^\n]*"dataUrl"[^\n]*)\n/))
  while (!(await fetch(`${managementUrl}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 20))
  return { child, dataUrl, managementUrl }
}
