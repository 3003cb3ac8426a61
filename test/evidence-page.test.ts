/** The page of evidence: its commands can be typed, and its commits are in this history. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { textOf } from './repository/files.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A cell ends at a bar that no backslash stands before. */
const rows = textOf('docs/evidence.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| -'))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .filter(([, claim]) => claim !== 'claim')
  .map(([, claim = '', command = '', , commit = '']) => ({ claim, command, commit }))

const git = (...args: string[]): string => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' })

/** null where this is no clone, or one that has not the whole history. */
const history = ((): ReadonlySet<string> | null => {
  try {
    if (git('rev-parse', '--is-shallow-repository').trim() !== 'false') return null
    return new Set(git('log', '--format=%H').split('\n'))
  } catch {
    return null
  }
})()
if (history === null)
  console.log('commits of docs/evidence.md are not looked up: this is no clone with its whole history')

describe('the page of evidence', () => {
  it('has rows', () => expect(rows.length).toBeGreaterThan(150))

  it.skipIf(history === null).each([...new Set(rows.map(({ commit }) => commit))])(
    'names commit %s of this history',
    (commit) => {
      expect(commit).toMatch(/^[\da-f]{7,40}$/)
      expect([...(history ?? [])].filter((each) => each.startsWith(commit))).toHaveLength(1)
    },
  )

  it('names the folder of the recordings as a reader has to fill it in', () => {
    const named = rows.flatMap(({ command }) => /SWITCHYARD_VECTORS=(\S+)/.exec(command)?.[1] ?? [])
    expect(named.filter((folder) => folder !== '<folder>')).toEqual([])
  })
})
