/** The bare server of a case: it reads the same request and sends the same bytes, which it has beforehand. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ask } from './requests.mjs'
import { startCommand } from './server.mjs'

const program = fileURLToPath(new URL('../floor-server.mjs', import.meta.url))

/**
 * Starts it.
 *
 * @param {{ port: number, request: object }} participant whose answer it sends
 */
export async function startFloor({ port, request }, { call }, folder) {
  const file = join(folder, 'answer.json')
  const answer = await ask(port, request, 0)
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()))
  const own = call === 'notModified' ? { ...request, path: '/bare-304' } : request
  const server = await startCommand({
    name: 'floor',
    command: `${process.execPath} ${program} {folder}/answer.json {port}`,
    folder,
    probe: call === 'notModified' ? { ...request, path: '/' } : request,
  })
  return { ...server, request: own }
}
