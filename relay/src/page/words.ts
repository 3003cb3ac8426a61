/** Times and numbers in words. */

/** `5 s`, `3 min`, `2 h`, `4 d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** `just now`, `5 s ago`, or `never`. */
export function ago(timestamp: string | null, nowMs: number): string {
  if (timestamp === null) return 'never'
  const ms = nowMs - Date.parse(timestamp)
  return ms < 2_000 ? 'just now' : `${duration(ms)} ago`
}

/** `1,234`. */
export function amount(count: number): string {
  return count.toLocaleString('en')
}

/** `1 flag`, `2 flags`. */
export function counted(count: number, noun: string): string {
  return `${amount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `12.5/s`. */
export function perSecond(rate: number): string {
  return `${rate >= 100 || rate === 0 ? amount(Math.round(rate)) : rate.toFixed(1)}/s`
}

/** For answers without a value. */
export const defaultWords = "the application's default"
