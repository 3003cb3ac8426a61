/** `switchyard health`: asks a running relay how it is, for the health checks of containers. */
import { get } from 'node:http'
import { exitCode, readOptions, UsageError, type Command, type CommandHost } from './command.js'

export const health: Command = {
  help: `Usage: npx @switchyard/relay health [options]

Asks the management plane of a running relay. Prints what it says and exits with 0 when all is well, 1 when it is not or
when nobody answers.

Options:
  --live           ask whether it lives (/livez) instead of whether it is ready (/readyz)
  --config FILE    the relay's configuration file, which says where the management plane is. Without it, and without
                   SWITCHYARD_... variables, it is http://127.0.0.1:8081
  --url URL        where the management plane is, such as http://127.0.0.1:8081
  --timeout MS     how long to wait for the answer; default 3000

Example, in a Dockerfile:
  HEALTHCHECK CMD ["node", "relay/bin/switchyard.js", "health"]
`,
  run: async (args, host) => {
    const { live, config, url, timeout } = readOptions(args, {
      live: { type: 'boolean', default: false },
      config: { type: 'string' },
      url: { type: 'string' },
      timeout: { type: 'string', default: '3000' },
    })
    if (!/^[1-9]\d{0,5}$/.test(timeout))
      throw new UsageError(`--timeout ${timeout}: it has to be a number of milliseconds`)
    const base = url ?? (await addressFrom(config, host))
    if (base === null) return exitCode.configuration
    const path = live ? '/livez' : '/readyz'
    if (!URL.canParse(path, base))
      throw new UsageError(`--url ${base}: it has to be an address such as http://127.0.0.1:8081`)
    return ask(new URL(path, base), Number(timeout), host)
  },
}

/** The management plane's address by the configuration; null when that is wrong, which has been said then. */
async function addressFrom(file: string | undefined, host: CommandHost): Promise<string | null> {
  const isConfigured = file !== undefined || Object.keys(host.env).some((name) => name.startsWith('SWITCHYARD_'))
  if (!isConfigured) return 'http://127.0.0.1:8081'
  const { loadForCommand } = await import('./load-for-command.js')
  const configuration = await loadForCommand(file, host)
  if (configuration === null) return null
  const { host: name, port } = configuration.management
  if (port === 0) throw new UsageError('management.port is 0, any free one: say which with --url')
  return `http://${reachable(name)}:${port}`
}

/** Who listens on all addresses is reached by the loopback one. */
function reachable(name: string): string {
  if (name === '0.0.0.0') return '127.0.0.1'
  if (name === '::') return '[::1]'
  return name.includes(':') ? `[${name}]` : name
}

function ask(url: URL, timeoutMs: number, host: CommandHost): Promise<number> {
  return new Promise((resolve) => {
    const fail = (reason: string): void => {
      host.stderr.write(`${url.href}: ${reason}\n`)
      resolve(exitCode.failure)
    }
    const request = get(url, { signal: AbortSignal.timeout(timeoutMs), agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('error', (error) => fail(error.message))
      response.on('end', () => {
        if (response.statusCode !== 200) return fail(`${response.statusCode} ${text}`)
        host.stdout.write(`${text}\n`)
        resolve(exitCode.success)
      })
    })
    request.on('error', (error) =>
      fail(error.name === 'AbortError' ? `no answer within ${timeoutMs} ms` : error.message),
    )
  })
}
