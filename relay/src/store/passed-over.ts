/** What a store has and does not take: noted where it is read, told by who asked for it. */

/**
 * Why something is not taken. `damaged`: not whole, or signed with another secret. `unsigned`: whole, but what is taken has to be signed.
 * `signed`: there is no secret to check it with. `format`: of another version. `foreign`: of another line. `unreadable`: the system
 * does not give it away.
 */
export type Refusal = 'damaged' | 'unsigned' | 'signed' | 'format' | 'foreign' | 'unreadable'

/** `decision`: what somebody decided at one replica, for all. */
export type PassedOverKind = 'snapshot' | 'marks' | 'decision'

export interface PassedOver {
  readonly kind: PassedOverKind
  /** The name of the file, or of the entry. */
  readonly name: string
  readonly reason: Refusal
}

/** What was read, or why it is not taken; null: it is not there. */
export type Opened<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly reason: Refusal | null }

/** The notes of a store, line by line. */
export class PassedOverNotes {
  readonly #byLine = new Map<string, Map<string, PassedOver>>()

  /**
   * Notes what came of the last look at something.
   *
   * @param line names the line within the store
   * @returns the value, null where it is not taken
   */
  take<Value>(line: string, kind: PassedOverKind, name: string, opened: Opened<Value>): Value | null {
    const notes = this.#byLine.get(line) ?? new Map<string, PassedOver>()
    this.#byLine.set(line, notes)
    if (opened.ok || opened.reason === null) notes.delete(name)
    else notes.set(name, { kind, name, reason: opened.reason })
    return opened.ok ? opened.value : null
  }

  /** Forgets the snapshots that are not there any more. */
  retain(line: string, names: readonly string[]): void {
    const there = new Set(names)
    const notes = this.#byLine.get(line)
    for (const { kind, name } of notes?.values() ?? []) {
      if (kind === 'snapshot' && !there.has(name)) notes?.delete(name)
    }
  }

  of(line: string): readonly PassedOver[] {
    return [...(this.#byLine.get(line)?.values() ?? [])]
  }
}
