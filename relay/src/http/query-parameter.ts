/**
 * The first value of a parameter in the query of an address, undefined where there is none.
 *
 * @param target as in the request line
 */
export function queryParameter(target: string, name: string): string | undefined {
  const start = target.indexOf('?')
  if (start === -1) return undefined
  return new URLSearchParams(target.slice(start + 1)).get(name) ?? undefined
}
