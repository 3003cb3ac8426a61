/** A relay in a process of its own, as it is run: for HTTP over a socket. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startNode, stop } from '../bench/processes.mjs'
import { documents } from './documents/documents.mjs'

const requestTimeoutMs = 500

const keys = {
  key: 'server-key-of-the-fuzz-run',
  otherKeys: ['client-key-of-the-fuzz-run', 'waiting-key-of-the-fuzz-run'],
}

/**
 * Starts a relay that serves the flagd sample, and another environment whose data never come.
 *
 * @param {(mistake: string) => void} onMistake told what the relay logs as a mistake of its own, or that it has ended
 */
export async function startRelay(onMistake) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-fuzz-'))
  const file = join(folder, 'flags.json')
  writeFileSync(file, JSON.stringify(documents.flagd[0]))
  const child = startNode(['relay/bin/switchyard.js', 'serve'], {
    SWITCHYARD_SERVER__HOST: '127.0.0.1',
    SWITCHYARD_SERVER__PORT: '0',
    SWITCHYARD_SERVER__REQUEST_TIMEOUT: `${requestTimeoutMs}ms`,
    SWITCHYARD_SERVER__HEADERS_TIMEOUT: `${requestTimeoutMs}ms`,
    SWITCHYARD_MANAGEMENT__PORT: '0',
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__PATH: file,
    SWITCHYARD_ENVIRONMENTS__SHOP__SERVER_KEYS__0: keys.key,
    SWITCHYARD_ENVIRONMENTS__SHOP__CLIENT_KEYS__0: keys.otherKeys[0],
    SWITCHYARD_ENVIRONMENTS__BLOG__UPSTREAM__TYPE: 'file',
    SWITCHYARD_ENVIRONMENTS__BLOG__UPSTREAM__PATH: join(folder, 'never-written.json'),
    SWITCHYARD_ENVIRONMENTS__BLOG__SERVER_KEYS__0: keys.otherKeys[1],
    SWITCHYARD_ENVIRONMENTS__BLOG__REQUIRED: 'false',
  })
  const { dataUrl, managementUrl } = await listening(child, onMistake)
  while (!(await fetch(`${managementUrl}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 20))
  let isStopping = false
  child.on('exit', (code, signal) => {
    if (!isStopping) onMistake(`the relay ended by itself: ${code ?? signal}`)
  })
  return {
    port: Number(new URL(dataUrl).port),
    keys,
    requestTimeoutMs,
    stop: async () => {
      isStopping = true
      await stop(child)
      rmSync(folder, { recursive: true })
    },
  }
}

/** Reads the log: where the relay listens, and from then on what it takes for a mistake of its own. */
function listening(child, onMistake) {
  return new Promise((resolve, reject) => {
    child.on('exit', () => reject(new Error('the relay ended before it listened')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('"dataUrl"')) resolve(JSON.parse(line))
      if (line.includes('mistake in Switchyard')) onMistake(line)
    })
  })
}
