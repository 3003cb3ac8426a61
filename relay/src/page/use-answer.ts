/** What an address answers, as a component wants it. */
import { useEffect, useState } from 'preact/hooks'
import { ask, type Asked } from './ask.js'
import { lookRegularly } from './look-regularly.js'

/**
 * Asks when the address changes, when `since` does, and every few seconds where that is wanted. An answer to an earlier address is never shown.
 *
 * @param since what makes an answer an old one, such as the revision
 * @param everyMs 0: only then
 * @returns null until there is an answer
 */
export function useAnswer<Answer>(address: string, since: string | null, everyMs = 0): Asked<Answer> | null {
  const [known, setKnown] = useState<{ readonly address: string; readonly asked: Asked<Answer> } | null>(null)
  useEffect(
    () =>
      lookRegularly(everyMs, async (isOver) => {
        const asked = await ask<Answer>(address)
        if (!isOver()) setKnown({ address, asked })
      }),
    [address, since, everyMs],
  )
  return known?.address === address ? known.asked : null
}
