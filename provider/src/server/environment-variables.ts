/**
 * What OFREP says about environment variables: an address, headers and a deadline that hold where the code names none.
 *
 * @see OFREP, ADR 0007
 */

export interface Environment {
  readonly [name: string]: string | undefined
}

/** What the variables say; what they do not say is absent. */
export interface OfrepVariables {
  readonly url?: string
  readonly headers: { readonly [name: string]: string }
  readonly timeoutMs?: number
}

/**
 * Reads `OFREP_ENDPOINT`, `OFREP_HEADERS` and `OFREP_TIMEOUT_MS`. An empty variable counts as none.
 *
 * @param warn told of each entry of `OFREP_HEADERS` that is left out, by its position: it may hold a secret
 */
export function readOfrepVariables(environment: Environment, warn: (message: string) => void): OfrepVariables {
  const { OFREP_ENDPOINT: url, OFREP_HEADERS: headers = '', OFREP_TIMEOUT_MS: timeout } = environment
  return {
    ...(url ? { url } : {}),
    headers: readHeaders(headers, warn),
    ...(timeout ? { timeoutMs: /^\d+$/.test(timeout) ? Number(timeout) : Number.NaN } : {}),
  }
}

/** The whole text is decoded first, so a value cannot hold a comma: that is how the protocol has it. */
function readHeaders(text: string, warn: (message: string) => void): { readonly [name: string]: string } {
  if (text.trim() === '') return {}
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    warn('OFREP_HEADERS is left out: it is not percent-encoded text')
    return {}
  }
  const headers = decoded.split(',').flatMap((entry, index) => {
    const at = entry.indexOf('=')
    const name = entry.slice(0, Math.max(at, 0)).trim()
    if (name !== '') return [[name.toLowerCase(), entry.slice(at + 1).trim()] as const]
    warn(`entry ${index + 1} of OFREP_HEADERS is left out: it is not of the form name=value`)
    return []
  })
  return Object.fromEntries(headers)
}

/** The process's variables, none where the runtime has no processes or does not show them. */
export function environmentOfProcess(): Environment {
  try {
    return (globalThis as { readonly process?: { readonly env?: Environment } }).process?.env ?? {}
  } catch {
    return {}
  }
}
