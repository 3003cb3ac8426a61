/** What Linux tells of a process and its children: processor time and memory. */
import { readFileSync, readdirSync } from 'node:fs'

/** Of `/proc`: always 100 a second towards programs, whatever the kernel counts in. */
const ticksPerSecond = 100

/** The process and all that it started, itself first. */
function family(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean),
  )
  return [pid, ...children.flatMap((child) => family(Number(child)))]
}

/** User and system time of the process and its children, in seconds; of all their threads. */
export function cpuSeconds(pid) {
  const ticks = family(pid).map((member) => {
    const fields = readFileSync(`/proc/${member}/stat`, 'utf8').split(') ')[1].split(' ')
    return Number(fields[11]) + Number(fields[12])
  })
  return ticks.reduce((a, b) => a + b) / ticksPerSecond
}

/** Resident memory of the process and its children, in mebibytes. */
export function residentMebibytes(pid) {
  const kibibytes = family(pid).map((member) =>
    Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${member}/status`, 'utf8'))?.[1] ?? 0),
  )
  return kibibytes.reduce((a, b) => a + b) / 1_024
}

/** How busy the machine was over the last minute, in processes that wanted to run. */
export function loadAverage() {
  return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0])
}
