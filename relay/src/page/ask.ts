/** Asks the management plane. Never rejects: what goes wrong is something to show. */

export type Asked<Answer> =
  | { readonly ok: true; readonly answer: Answer }
  /** `message` is for people, and says what to do. */
  | { readonly ok: false; readonly message: string }

/** A relay that takes longer is as good as gone. */
const timeoutMs = 15_000

/** @param body makes it a POST */
export async function ask<Answer>(address: string, body?: object): Promise<Asked<Answer>> {
  const posted =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  try {
    const response = await fetch(address, { ...posted, signal: AbortSignal.timeout(timeoutMs) })
    const answer: unknown = await response.json()
    if (response.ok) return { ok: true, answer: answer as Answer }
    const { error } = answer as { readonly error?: { readonly message?: string } }
    return { ok: false, message: error?.message ?? `the relay answered ${response.status}` }
  } catch {
    return { ok: false, message: 'the relay does not answer: is it running, and is the network up?' }
  }
}

/** `/flag?environment=shop&key=a`: an address with a query. */
export function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  return `${path}?${new URLSearchParams(query).toString()}`
}
