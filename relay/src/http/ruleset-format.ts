/** Which format of rulesets a reader knows: what it says, and whether that is what is served here. */
import type { IncomingHttpHeaders } from 'node:http'
import { formatVersion } from '@switchyard/engine'

/** Media type of a ruleset. Its parameter `formatVersion` is the number that the ruleset holds as `ruleset`. */
const mediaType = 'application/vnd.switchyard.ruleset+json'

/** Says the format of an answer: its name and value in turn. */
export const formatHeader: readonly string[] = ['Switchyard-Ruleset', String(formatVersion)]

/**
 * Whether the reader takes what is served. It says so by `Accept: application/vnd.switchyard.ruleset+json; formatVersion=1`, once
 * for each format that it reads, or by `Switchyard-Ruleset: 1`. Who names neither takes what there is. The dialects that it
 * may name beside are not looked at: nothing is translated for readers that know fewer (rule V4).
 */
export function readsOurFormat({ accept, 'switchyard-ruleset': header }: IncomingHttpHeaders): boolean {
  if (header !== undefined && !/^\s*1\s*(;|$)/.test(String(header))) return false
  const ranges = rangesOf(accept ?? '').filter((range) => nameOf(range) === mediaType)
  return ranges.length === 0 || ranges.some(isOurs)
}

/** The type that the answer to `GET /switchyard/v1/ruleset` is to have: the reader's word for it, where it has one. */
export function rulesetContentType({ accept }: IncomingHttpHeaders): string | undefined {
  const isAsked = rangesOf(accept ?? '').some((range) => nameOf(range) === mediaType)
  return isAsked ? `${mediaType}; formatVersion=${formatVersion}` : undefined
}

/** Media ranges with their parameters; of what is in quotes only numbers are left. */
function rangesOf(accept: string): string[] {
  return accept.replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => /^"(\d*)"$/.exec(quoted)?.[1] ?? '').split(',')
}

function nameOf(range: string): string {
  return (range.split(';', 1)[0] ?? '').trim().toLowerCase()
}

function isOurs(range: string): boolean {
  const named = /;\s*formatVersion\s*=\s*([^\s;]*)/i.exec(range)
  return named === null || named[1] === String(formatVersion)
}
