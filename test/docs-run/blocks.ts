/** The code blocks of the documentation, and what their info strings say about running them. */
import { filesIn, textOf } from '../repository/files.js'

export interface Block {
  /** Page and line of its first line, as editors open it. */
  readonly place: string
  readonly page: string
  /** `sh`, `ts` and so on; empty for a block without one. */
  readonly language: string
  /** Why the block is not run, from `not-run: <reason>`; undefined for one that is. */
  readonly notRun: string | undefined
  /** What else the info string says: nothing, where it is right. */
  readonly rest: string
  readonly text: string
  /** As which file a reader saves it: the paragraph before it ends with "as `<name>`:". */
  readonly savedAs: string | undefined
  /** The block before it, where nothing stands between the two. */
  readonly previous: Block | undefined
}

// Made from the sources, or copied with their provenance, and no instructions to anybody.
const isIgnored = (page: string): boolean => page.startsWith('docs/api/') || page.startsWith('test/fixtures/')

/** All blocks of all pages, in the order of the files. */
export function blocksOf(pages: readonly string[] = filesIn('.').filter((path) => path.endsWith('.md'))): Block[] {
  return pages.filter((page) => !isIgnored(page)).flatMap((page) => [...blocksIn(page, textOf(page))])
}

/** Blocks of one page. A fence that is never closed has no block: Markdown would show it to the end of the page. */
export function* blocksIn(page: string, markdown: string): Generator<Block> {
  let last: { readonly block: Block; readonly end: number } | undefined
  for (const found of markdown.matchAll(/^( *)```(.*)\n((?:.*\n)*?)\1```$/gm)) {
    const [, indent = '', info = '', text = ''] = found
    const before = markdown.slice(0, found.index)
    const isNext = last !== undefined && before.slice(last.end).trim() === ''
    const block: Block = {
      place: `${page}:${before.split('\n').length + 1}`,
      page,
      ...readInfo(info),
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      savedAs: /\bas `([\w./-]+)`:\s*$/.exec(before)?.[1],
      previous: isNext ? last?.block : undefined,
    }
    last = { block, end: found.index + found[0].length }
    yield block
  }
}

function readInfo(info: string): Pick<Block, 'language' | 'notRun' | 'rest'> {
  const [, language = '', tags = ''] = /^(\S*) *(.*)$/.exec(info) ?? []
  const notRun = /^not-run: (.+)$/.exec(tags)?.[1]
  return { language, notRun, rest: notRun === undefined ? tags : '' }
}
