/** Which suite runs a block of the documentation. A block that none runs is a mistake, unless its tag says why. */
import { surroundingsOf } from './surroundings.js'
import type { Block } from './blocks.js'

/**
 * - `data`: it is read, and is a configuration that the relay takes where it looks like one
 * - `shell`: its commands are run beside those of its page
 * - `clone`: it installs, so it is run in a copy of the repository, which takes minutes
 * - `output`: it is what the block before it prints
 * - `node`, `browser`: it is run as a program
 * - `promql`: Prometheus reads it
 * - `drawing`: it is looked at
 */
export type Runner = 'data' | 'shell' | 'clone' | 'output' | 'node' | 'browser' | 'promql' | 'drawing'

/** @returns null where nobody runs it: no language, an unknown one, or an output of nothing */
export function runnerOf(block: Block): Runner | null {
  switch (block.language) {
    case 'json':
    case 'yaml':
      return 'data'
    case 'sh':
      return block.text.includes('npm ci') ? 'clone' : 'shell'
    case 'text':
      return block.previous?.language === 'sh' && block.previous.notRun === undefined ? 'output' : null
    case 'ts':
    case 'js':
      return surroundingsOf(block).place
    case 'promql':
      return 'promql'
    case 'mermaid':
      return 'drawing'
    default:
      return null
  }
}

/** Those of the blocks that are run, and by this one. */
export function runBy(runner: Runner, blocks: readonly Block[]): Block[] {
  return blocks.filter((block) => block.notRun === undefined && runnerOf(block) === runner)
}
