/** A deadline that each sign of life puts off. */
export interface Silence {
  /** Aborts when it has been silent for too long, or the other signal does. */
  readonly signal: AbortSignal
  /** A sign of life. @param limitMs the longest silence from now on; absent: as before */
  heard(limitMs?: number): void
  /** Ends what the signal was given to, so that nothing of an answer that nobody reads stays open. */
  stop(): void
}

/** @param limitMs the longest silence */
export function limitSilence(limitMs: number, signal: AbortSignal): Silence {
  const silence = new AbortController()
  let limit = limitMs
  const end = (): void => silence.abort(new Error(`silent for ${limit} ms`))
  let timer = setTimeout(end, limit)
  return {
    signal: AbortSignal.any([signal, silence.signal]),
    heard(next = limit) {
      limit = next
      clearTimeout(timer)
      timer = setTimeout(end, limit)
    },
    stop() {
      clearTimeout(timer)
      silence.abort(new Error('no longer needed'))
    },
  }
}

/** Resolves after that time, or at once when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
    if (signal.aborted) done()
  })
}
