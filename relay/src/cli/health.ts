/** `switchyard health`: asks a running relay how it is, for the health checks of containers. */
import { readFile } from 'node:fs/promises'
import { get } from 'node:http'
import { get as getOverTls, type RequestOptions } from 'node:https'
import { exitCode, readOptions, UsageError, type Command, type CommandHost } from './command.js'

export const health: Command = {
  help: `Usage: npx @switchyard/relay health [options]

Asks the management plane of a running relay. Prints what it says and exits with 0 when all is well, 1 when it is not or
when nobody answers.

Options:
  --live           ask whether it lives (/livez) instead of whether it is ready (/readyz)
  --config FILE    the relay's configuration file, which says where the management plane is. Without it, and without
                   SWITCHYARD_... variables, it is http://127.0.0.1:8081. Where it speaks TLS, its certificate is not
                   checked, as it may be for other names; where it asks for one, it is shown the relay's own
  --url URL        where the management plane is, such as http://127.0.0.1:8081
  --ca FILE        the authority of its certificate, where that is not one of the system's; checks it in any case
  --cert FILE      certificate to show, with --key FILE
  --timeout MS     how long to wait for the answer; default 3000

Example, in a Dockerfile:
  HEALTHCHECK CMD ["node", "relay/bin/switchyard.js", "health"]
`,
  run: async (args, host) => {
    const { live, config, url, timeout, ...files } = readOptions(args, {
      live: { type: 'boolean', default: false },
      config: { type: 'string' },
      url: { type: 'string' },
      timeout: { type: 'string', default: '3000' },
      ca: { type: 'string' },
      cert: { type: 'string' },
      key: { type: 'string' },
    })
    if (!/^[1-9]\d{0,5}$/.test(timeout))
      throw new UsageError(`--timeout ${timeout}: it has to be a number of milliseconds`)
    const plane = url === undefined ? await planeFrom(config, host) : { url, tls: {} }
    if (plane === null) return exitCode.configuration
    const base = plane.url
    const path = live ? '/livez' : '/readyz'
    if (!URL.canParse(path, base))
      throw new UsageError(`--url ${base}: it has to be an address such as http://127.0.0.1:8081`)
    const tls = { ...plane.tls, ...(await readFiles(files)) }
    return ask(new URL(path, base), { timeoutMs: Number(timeout), tls }, host)
  },
}

/** What is trusted and shown. */
type Trust = Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized'>

interface AskedPlane {
  readonly url: string
  readonly tls: Trust
}

/** @throws UsageError for a file that cannot be read, and for half a pair */
async function readFiles(files: Readonly<Partial<Record<'ca' | 'cert' | 'key', string>>>): Promise<Trust> {
  const { ca, cert, key } = files
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key go together')
  return {
    ...(ca === undefined ? {} : { ca: await readOption('ca', ca), rejectUnauthorized: true }),
    ...(cert === undefined || key === undefined
      ? {}
      : { cert: await readOption('cert', cert), key: await readOption('key', key) }),
  }
}

async function readOption(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw new UsageError(`--${name} ${path}: the file cannot be read`)
  }
}

/** Where the management plane is by the configuration; null when that is wrong, which has been said then. */
async function planeFrom(file: string | undefined, host: CommandHost): Promise<AskedPlane | null> {
  const isConfigured = file !== undefined || Object.keys(host.env).some((name) => name.startsWith('SWITCHYARD_'))
  if (!isConfigured) return { url: 'http://127.0.0.1:8081', tls: {} }
  const { loadForCommand } = await import('./load-for-command.js')
  const configuration = await loadForCommand(file, host)
  if (configuration === null) return null
  const { host: name, port, tls } = configuration.management
  if (port === 0) throw new UsageError('management.port is 0, any free one: say which with --url')
  const authority = `${reachable(name)}:${port}`
  if (tls === undefined) return { url: `http://${authority}`, tls: {} }
  const shown = tls.clientCertificate === 'none' ? {} : { cert: tls.certificate, key: tls.key }
  return { url: `https://${authority}`, tls: { rejectUnauthorized: false, ...shown } }
}

/** Who listens on all addresses is reached by the loopback one. */
function reachable(name: string): string {
  if (name === '0.0.0.0') return '127.0.0.1'
  if (name === '::') return '[::1]'
  return name.includes(':') ? `[${name}]` : name
}

interface Asking {
  readonly timeoutMs: number
  readonly tls: Trust
}

function ask(url: URL, { timeoutMs, tls }: Asking, host: CommandHost): Promise<number> {
  return new Promise((resolve) => {
    const fail = (reason: string): void => {
      host.stderr.write(`${url.href}: ${reason}\n`)
      resolve(exitCode.failure)
    }
    const options = { ...tls, signal: AbortSignal.timeout(timeoutMs), agent: false } as const
    const request = (url.protocol === 'https:' ? getOverTls : get)(url, options, (response) => {
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
