/** Tells whether the process falls behind: whether its event loop has been late for a while (ADR 0019). */

export interface EventLoopGate {
  /** Whether it falls behind now. */
  readonly isShut: boolean
  close(): void
}

export interface EventLoopGateOptions {
  /** 0: it is never shut, and nothing is watched. */
  readonly maxDelayMs: number
  /** How long the loop has to be late without a break; two seconds when absent. */
  readonly sustainedMs?: number
  /** Called at each change. */
  readonly onChange: (isShut: boolean) => void
}

/** Finer steps wake up an idle process for nothing. */
const lookEveryMs = 50

/** Begins to watch. */
export function createEventLoopGate({ maxDelayMs, sustainedMs, onChange }: EventLoopGateOptions): EventLoopGate {
  if (maxDelayMs === 0) return { isShut: false, close: () => undefined }
  const judge = createDelayJudge(maxDelayMs, sustainedMs)
  let isShut = false
  let lastMs = performance.now()
  const timer = setInterval(() => {
    const nowMs = performance.now()
    const isLate = judge(nowMs - lastMs - lookEveryMs, nowMs)
    lastMs = nowMs
    if (isLate === isShut) return
    isShut = isLate
    onChange(isShut)
  }, lookEveryMs)
  timer.unref()
  return {
    get isShut() {
      return isShut
    },
    close: () => clearInterval(timer),
  }
}

/**
 * A queue that drains is no overload: one long turn of the loop, such as for a large document, is forgiven, and only lateness at
 * every look for as long as `sustainedMs` shuts the gate. The first look with less than half of what is allowed opens it.
 *
 * @returns takes how late a look was and when it was, in milliseconds, in order; tells whether the gate is shut from then on
 */
export function createDelayJudge(maxDelayMs: number, sustainedMs = 2_000): (delayMs: number, nowMs: number) => boolean {
  let lateSinceMs: number | null = null
  let isShut = false
  return (delayMs, nowMs) => {
    if (delayMs <= maxDelayMs) lateSinceMs = null
    else lateSinceMs ??= nowMs
    if (isShut) isShut = delayMs > maxDelayMs / 2
    else isShut = lateSinceMs !== null && lateSinceMs < nowMs && nowMs - lateSinceMs >= sustainedMs
    return isShut
  }
}
