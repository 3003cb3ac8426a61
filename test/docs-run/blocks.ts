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
}

// Made from the sources, or copied with their provenance, and no instructions to anybody.
const isIgnored = (page: string): boolean => page.startsWith('docs/api/') || page.startsWith('test/fixtures/')

/** All blocks of all pages, in the order of the files. */
export function blocksOf(pages: readonly string[] = filesIn('.').filter((path) => path.endsWith('.md'))): Block[] {
  return pages.filter((page) => !isIgnored(page)).flatMap((page) => [...blocksIn(page, textOf(page))])
}

/** Blocks of one page. A fence that is never closed has no block: Markdown would show it to the end of the page. */
export function* blocksIn(page: string, markdown: string): Generator<Block> {
  for (const found of markdown.matchAll(/^( *)```(.*)\n((?:.*\n)*?)\1```$/gm)) {
    const [, indent = '', info = '', text = ''] = found
    const [, language = '', tags = ''] = /^(\S*) *(.*)$/.exec(info) ?? []
    const notRun = /^not-run: (.+)$/.exec(tags)?.[1]
    yield {
      place: `${page}:${markdown.slice(0, found.index).split('\n').length + 1}`,
      page,
      language,
      notRun,
      rest: notRun === undefined ? tags : '',
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }
  }
}
