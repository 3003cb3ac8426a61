/**
 * Does some work under a signal that aborts with the first of several.
 *
 * `AbortSignal.any` would do, but on Node 20 each call leaves something in its sources for as long as they live, and the signals that
 * stop sources of flags live as long as the process.
 */
export async function underFirstOf<Result>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const first = new AbortController()
  const ends = signals.map((signal) => {
    const abort = (): void => first.abort(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    return () => signal.removeEventListener('abort', abort)
  })
  try {
    return await work(first.signal)
  } finally {
    for (const end of ends) end()
  }
}
