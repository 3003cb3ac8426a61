/** What the process of a worker runs. Nobody types it: `serve` starts as many as are configured. */
import { runWorker } from '../workers/worker.js'
import { exitCode, UsageError, type Command } from './command.js'

export const worker: Command = {
  help: `Usage: npx @switchyard/relay serve

A worker is started by serve, where the configuration asks for workers. It cannot run by itself.
`,
  run: async (_args, host) => {
    if (host.workerChannel === undefined) throw new UsageError('a worker is started by serve, not by hand')
    // Who tells it to stop is the relay that started it: a signal may reach the whole group.
    host.onStopSignal(() => undefined)
    await runWorker({ channel: host.workerChannel, now: host.now, log: host.stdout })
    return exitCode.success
  },
}
