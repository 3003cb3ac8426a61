/** How many workers `auto` is. */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Where Linux tells a container how much of the machine it may use: `max 100000`, or `150000 100000` for one and a half cores. */
const quotaFile = '/sys/fs/cgroup/cpu.max'

/**
 * As many as there are cores to work on. A container may use fewer than it sees: workers beyond its quota would only be slowed down
 * in turn.
 *
 * @param cores how many the process sees
 * @param quota the text of {@link quotaFile}, null where there is no such file
 */
export function workersForAuto(cores: number = availableParallelism(), quota: string | null = readQuota()): number {
  const [, allowed, period] = /^(\d+) (\d+)\s*$/.exec(quota ?? '') ?? []
  const cap = allowed === undefined || Number(period) === 0 ? cores : Math.ceil(Number(allowed) / Number(period))
  return Math.max(1, Math.min(cores, cap))
}

function readQuota(): string | null {
  try {
    return readFileSync(quotaFile, 'latin1')
  } catch {
    return null
  }
}
