/** Load by `wrk` on a core of its own: one thread, keep-alive connections, a fresh user for each request unless told otherwise. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asText } from './requests.mjs'

/** Which cores: the server has one to itself, everything else the other. */
export const cores = { server: '0', load: '1' }

/** Of repeats 95 of 100 requests are for one of so many users. */
const regulars = 97

/**
 * Sends a request again and again.
 *
 * @param {{ port: number, request: object, seconds: number, connections: number, firstUser: number, users: 'unique' | 'repeats' | 'same',
 *   folder: string }} options `firstUser` is beyond all that were used before; `folder` takes the script
 * @returns {Promise<{ requests: number, seconds: number, bytes: number, p50Ms: number, p99Ms: number }>}
 * @throws when a connection failed or an answer's status was 400 or above
 */
export async function wrk({ port, request, seconds, connections, firstUser, users, folder }) {
  const script = join(folder, 'request.lua')
  writeFileSync(script, luaOf(asText(request), firstUser, users))
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '-s', script, `http://127.0.0.1:${port}`]
  const child = spawn('taskset', ['-c', cores.load, 'wrk', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  let output = ''
  for await (const chunk of child.stdout) output += chunk
  const [code] = await ended
  const found = /^RESULT (.*)$/m.exec(output)
  if (code !== 0 || found === null) throw new Error(`wrk ended with ${code}:\n${output}`)
  const { failures, ...result } = JSON.parse(found[1])
  if (failures > 0) throw new Error(`${failures} of ${result.requests} requests were refused or failed`)
  return result
}

/** A Lua script that builds each request from its pieces: those of wrk's own would be slower than some servers. */
function luaOf(text, firstUser, users) {
  const pieces = text.split('{user}').map((piece) => JSON.stringify(piece))
  const number = {
    unique: 'n',
    repeats: `(n % 20 == 0) and n or ${firstUser} + n % ${regulars}`,
    same: String(firstUser),
  }[users]
  return `
local pieces = { ${pieces.join(', ')} }
local n = ${firstUser}
request = function()
  n = n + 1
  return table.concat(pieces, string.format("%010d", ${number}))
end
done = function(summary, latency)
  local e = summary.errors
  print(string.format('RESULT {"requests":%d,"seconds":%f,"bytes":%d,"failures":%d,"p50Ms":%f,"p99Ms":%f}', summary.requests,
    summary.duration / 1e6, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
`
}
