/** A button for what cannot be undone by looking away. */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'

interface ConfirmedButtonProps {
  readonly action: string
  /** What tells it from its neighbours, for those who only hear it. */
  readonly about?: string
  readonly onConfirm: () => Promise<void>
}

/** What applications get changes at once: so it is asked twice. */
export function ConfirmedButton({ action, about = '', onConfirm }: ConfirmedButtonProps): VNode {
  const [isAsking, setAsking] = useState(false)
  if (!isAsking) {
    return (
      <button type="button" aria-label={`${action} ${about}`.trim()} onClick={() => setAsking(true)}>
        {action}
      </button>
    )
  }
  const confirm = (): void => {
    setAsking(false)
    void onConfirm()
  }
  return (
    <p class="buttons" role="group" aria-label="This changes at once what applications get">
      <button type="button" onClick={confirm} ref={(button) => button?.focus()}>
        Yes, change what applications get
      </button>
      <button type="button" onClick={() => setAsking(false)}>
        Leave it
      </button>
    </p>
  )
}
