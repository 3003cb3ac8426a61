/** How the relay is, asked again and again while somebody looks. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { RelayStatus } from '../management/status.js'
import { ask } from './ask.js'
import { lookRegularly } from './look-regularly.js'

export interface Live {
  /** null until the relay has answered once. */
  readonly status: RelayStatus | null
  /** When that was, by the clock of the browser; epoch milliseconds. */
  readonly atMs: number
  /** Why the last question had no answer, null where it had. */
  readonly problem: string | null
  /** Requests per second of each environment, over the last seconds. */
  readonly rates: ReadonlyMap<string, number>
}

interface Sample {
  readonly atMs: number
  readonly counts: ReadonlyMap<string, number>
}

const everyMs = 2_000
/** Rates are over this time: shorter ones jump. */
const windowMs = 10_000

/** Asks `/status` every two seconds, not while the page is hidden. */
export function useLive(): Live {
  const [live, setLive] = useState<Live>({ status: null, atMs: 0, problem: null, rates: new Map() })
  const samples = useRef<readonly Sample[]>([])
  useEffect(
    () =>
      lookRegularly(everyMs, async (isOver) => {
        const asked = await ask<RelayStatus>('/status')
        if (isOver()) return
        if (!asked.ok) return setLive((before) => ({ ...before, problem: asked.message }))
        const atMs = Date.now()
        const recent = samples.current.filter((sample) => atMs - sample.atMs < windowMs)
        samples.current = [...recent, sampleOf(asked.answer, atMs)]
        setLive({ status: asked.answer, atMs, problem: null, rates: ratesOf(samples.current) })
      }),
    [],
  )
  return live
}

function sampleOf({ environments }: RelayStatus, atMs: number): Sample {
  const counts = environments.map(({ name, counts: { requests } }) => [name, requests] as const)
  return { atMs, counts: new Map(counts) }
}

/** A relay that was started anew counts from nothing: it has no rate for a moment. */
function ratesOf(samples: readonly Sample[]): ReadonlyMap<string, number> {
  const [first] = samples
  const last = samples.at(-1)
  if (first === undefined || last === undefined || first === last) return new Map()
  const seconds = (last.atMs - first.atMs) / 1_000
  return new Map(
    Array.from(last.counts, ([name, count]) => [
      name,
      Math.max(0, count - (first.counts.get(name) ?? count)) / seconds,
    ]),
  )
}
