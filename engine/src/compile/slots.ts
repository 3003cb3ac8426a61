/**
 * Numbers for flags, segments and lists, kept for the life of an environment, so that closures compiled for one revision
 * find the parts of the next one.
 */
export interface Slots {
  readonly flags: Map<string, number>
  readonly segments: Map<string, number>
  readonly lists: Map<string, number>
}

export function createSlots(): Slots {
  return { flags: new Map(), segments: new Map(), lists: new Map() }
}

/** The number of that name; a new name gets the next one. */
export function slotOf(slots: Map<string, number>, name: string): number {
  let slot = slots.get(name)
  if (slot === undefined) {
    slot = slots.size
    slots.set(name, slot)
  }
  return slot
}
