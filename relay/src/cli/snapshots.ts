/** `switchyard snapshots`: goes back to what a running relay has served before, and decides about what it holds back. */
import type { SnapshotsAnswer } from '../management/snapshots.js'
import { exitCode, readOptions, UsageError, type Command, type CommandHost } from './command.js'

const timeoutMs = 30_000
const actions = ['list', 'activate', 'confirm'] as const

export const snapshots: Command = {
  help: `Usage: npx @switchyard/relay snapshots list|activate|confirm [options]

Asks the management plane of a running relay what an environment has served, and what it holds back.

  list                       the snapshots that can be activated, the latest first
  activate --snapshot ID     serve that one, and hold back whatever the upstream has
  activate --snapshot latest let the upstream decide again
  confirm --revision REV     serve what is held back because it takes away too many flags

Options:
  --environment NAME  which one; not needed where there is one only
  --url URL           where the management plane is; default http://127.0.0.1:8081
  --json              print what the relay answers

To activate and to confirm, the relay's configuration needs management.allowChanges.
The token of a management plane that others can reach comes from SWITCHYARD_MANAGEMENT__TOKEN.
`,
  run: async ([action = '', ...args], host) => {
    if (!actions.some((each) => each === action)) {
      throw new UsageError(`the first word has to be one of ${actions.join(', ')}, not ${JSON.stringify(action)}`)
    }
    const options = readOptions(args, {
      environment: { type: 'string' },
      snapshot: { type: 'string' },
      revision: { type: 'string' },
      url: { type: 'string', default: 'http://127.0.0.1:8081' },
      json: { type: 'boolean', default: false },
    })
    const { environment, snapshot, revision, url, json } = options
    if ((snapshot !== undefined) !== (action === 'activate')) throw new UsageError('--snapshot goes with activate')
    if ((revision !== undefined) !== (action === 'confirm')) throw new UsageError('--revision goes with confirm')
    if (!URL.canParse(url)) throw new UsageError(`--url ${url}: it has to be an address such as http://127.0.0.1:8081`)
    const named = environment === undefined ? {} : { environment }
    const target = new URL(action === 'list' ? '/snapshots' : `/snapshots/${action}`, url)
    if (action === 'list') target.search = new URLSearchParams(named).toString()
    const body = action === 'list' ? null : { ...named, snapshot, revision }
    return ask(target, body, json, host)
  },
}

async function ask(target: URL, body: object | null, isRaw: boolean, host: CommandHost): Promise<number> {
  const token = host.env['SWITCHYARD_MANAGEMENT__TOKEN']
  try {
    const response = await fetch(target, {
      method: body === null ? 'GET' : 'POST',
      headers: {
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
      // The token is for this address alone.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await response.text()
    if (!response.ok) {
      host.stderr.write(`${target.origin}: ${response.status} ${text.slice(0, 500)}\n`)
      return exitCode.failure
    }
    host.stdout.write(isRaw ? `${text}\n` : page(JSON.parse(text) as SnapshotsAnswer))
    return exitCode.success
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    host.stderr.write(`${target.origin}: ${cause instanceof Error ? cause.message : String(cause)}\n`)
    return exitCode.unavailable
  }
}

function page({ environment, snapshots: listed, held, activated }: SnapshotsAnswer): string {
  const lines = listed.map(
    ({ id, flagCount, servedAtMs, stores, isServed }) =>
      `${isServed ? '*' : ' '} ${id}  ${new Date(servedAtMs).toISOString()}  ${flagCount} flags  ${stores.join(', ')}\n`,
  )
  const decided = activated === null ? '' : `Activated since ${activated.since}: ${activated.id}\n`
  const waiting =
    held === null
      ? ''
      : `Held back since ${held.since} (${held.reason}): revision ${held.revision}, ${held.flagCount} flags, ` +
        `${held.removed} removed, ${held.switchedOff} switched off\n`
  return `environment ${environment}\n${decided}${waiting}${lines.length === 0 ? 'no snapshots are kept\n' : lines.join('')}`
}
