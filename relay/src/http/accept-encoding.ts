/** Reads `Accept-Encoding`: a list of codings, each perhaps with a weight. */

/**
 * Whether the client takes gzip. A coding without weight counts as wanted, `q=0` as refused, `*` stands for what is not named.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
 */
export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false
  let byStar = false
  for (const item of header.split(',')) {
    const [name = '', ...parameters] = item.split(';')
    const coding = name.trim().toLowerCase()
    if (coding === 'gzip' || coding === 'x-gzip') return isWanted(parameters)
    if (coding === '*') byStar = isWanted(parameters)
  }
  return byStar
}

function isWanted(parameters: readonly string[]): boolean {
  return !parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/i.test(parameter))
}
