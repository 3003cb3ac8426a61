/** Asks again and again while somebody looks. */

/**
 * Looks at once, and again `everyMs` after each answer. Rests while the page is hidden, and looks at once when it is seen again. Never two
 * looks at a time.
 *
 * @param everyMs 0: once only
 * @param look told whether it has been ended meanwhile, so that its answer comes too late
 * @returns ends it
 */
export function lookRegularly(everyMs: number, look: (isOver: () => boolean) => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isLooking = false
  let isOver = false
  const again = async (): Promise<void> => {
    clearTimeout(timer)
    if (isLooking) return
    isLooking = true
    await look(() => isOver)
    isLooking = false
    if (everyMs > 0 && !isOver && !document.hidden) timer = setTimeout(again, everyMs)
  }
  const seen = (): void => {
    if (everyMs > 0 && !document.hidden) void again()
  }
  document.addEventListener('visibilitychange', seen)
  void again()
  return () => {
    isOver = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', seen)
  }
}
