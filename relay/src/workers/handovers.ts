/**
 * Connections on their way to a worker. The primary has accepted them and the worker has not taken them yet; if it dies in between, Node
 * forgets them, and their clients wait for nothing. So they are remembered here, and handed to another worker.
 *
 * This reads messages that `node:cluster` sends for itself. If another version of Node sends others, nothing is remembered.
 */
import type { ChildProcess } from 'node:child_process'

/** A connection and the message that it goes with. */
export interface Handover {
  readonly message: { readonly seq: number }
  /** What Node calls a handle. */
  readonly connection: { close(): void }
}

export interface Handovers {
  /** Hands over once more what another worker has not taken. */
  send(handover: Handover): void
}

/**
 * Begins to remember what is handed to that process.
 *
 * @param left called once the process is gone, with what it has not taken
 */
export function watchHandovers(worker: ChildProcess, left: (handovers: readonly Handover[]) => void): Handovers {
  const open = new Map<number, Handover>()
  const send = worker.send.bind(worker) as (...sent: readonly unknown[]) => boolean
  const remember = (...sent: readonly unknown[]): boolean => {
    const handover = handoverOf(sent)
    if (handover !== null) open.set(handover.message.seq, handover)
    return send(...sent)
  }
  worker.send = remember
  worker.on('internalMessage', (answer: unknown) => {
    const taken = memberOf(answer, 'ack')
    if (typeof taken === 'number') open.delete(taken)
  })
  let isDisconnected = false
  worker.once('disconnect', () => {
    isDisconnected = true
  })
  worker.once('exit', () =>
    afterReading(() => {
      // Node puts this off until a handover is answered, which it never is, and the cluster keeps a place for the worker until then.
      if (!isDisconnected) worker.emit('disconnect')
      left([...open.values()])
    }),
  )
  // Whoever has handed it over first waits for an answer with this number, and does the rest.
  return { send: ({ message, connection }) => void remember(message, connection) }
}

/** What a process has sent before its end is in the channel: it is read in the next turn of the event loop. */
function afterReading(proceed: () => void): void {
  setImmediate(() => setImmediate(proceed))
}

function handoverOf([message, connection]: readonly unknown[]): Handover | null {
  const isHandover = memberOf(message, 'act') === 'newconn' && typeof memberOf(message, 'seq') === 'number'
  if (!isHandover || typeof memberOf(connection, 'close') !== 'function') return null
  return { message, connection } as Handover
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
