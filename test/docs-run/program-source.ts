/** A program of the documentation as JavaScript, with what it takes for granted around it. */
import { transform } from 'esbuild'
import type { Block } from './blocks.js'
import { surroundingsOf } from './surroundings.js'

/** Imports may stand anywhere in a module, so what comes before the block does not have to look for them. */
export async function programSource(block: Block): Promise<string> {
  const { before, after } = surroundingsOf(block)
  const { code } = await transform([before, block.text, after].join('\n'), { loader: 'ts', target: 'es2023' })
  return code
}
