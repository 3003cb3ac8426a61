/** Reads times as RFC 3339 writes them. */
const rfc3339 = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i

/** @returns epoch milliseconds, null for what is no RFC 3339 time, the 30th of February included */
export function parseTime(text: string): number | null {
  const [, date = ''] = rfc3339.exec(text) ?? []
  const ms = Date.parse(text.toUpperCase())
  const isDate = date !== '' && isCalendarDate(date)
  return isDate && !Number.isNaN(ms) ? ms : null
}

function isCalendarDate(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date)
}
