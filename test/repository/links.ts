/** Where the pages lead: links, pictures and definitions of links, in Markdown and in the HTML among it. */

/** Fences hold examples, and so does inline code. */
function proseOf(markdown: string): string {
  return markdown.replaceAll(/^( *)```.*\n(?:.*\n)*?\1```$/gm, '').replaceAll(/(?<!`)`[^`\n]+`(?!`)/g, '``')
}

/** Every address that a page leads to, as it is written, in order, each once. */
export function addressesIn(markdown: string): string[] {
  const prose = proseOf(markdown)
  const found = [
    ...prose.matchAll(/\]\(\s*<?([^\s)>]+)/g),
    ...prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm),
    ...prose.matchAll(/\s(?:src|href)=["']([^"']+)["']/g),
    ...prose.matchAll(/<(https?:[^>\s]+)>/g),
  ].map(([, address = '']) => address)
  const sets = [...prose.matchAll(/\ssrcset=["']([^"']+)["']/g)].flatMap(([, set = '']) => set.split(','))
  return [...new Set([...found, ...sets.map((each) => each.trim().split(/\s+/)[0] ?? '')])]
}

/** Names that a page refers to, `[text][name]`, without defining them. */
export function undefinedReferences(markdown: string): string[] {
  const prose = proseOf(markdown)
  const defined = new Set(Array.from(prose.matchAll(/^ {0,3}\[([^\]]+)\]:/gm), ([, name = '']) => name.toLowerCase()))
  const used = Array.from(prose.matchAll(/\[([^[\]]+)\]\[([^[\]]*)\]/g), ([, text = '', name = '']) => name || text)
  return used.filter((name) => !defined.has(name.toLowerCase()))
}

/** Anchors of a page's headings, as they are shown on GitHub. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const seen = new Map<string, number>()
  const prose = markdown.replaceAll(/^( *)```.*\n(?:.*\n)*?\1```$/gm, '')
  const anchors = [...prose.matchAll(/^#+ +(.+?) *$/gm)].map(([, heading = '']) => {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = text.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-')
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    return times === 0 ? anchor : `${anchor}-${times}`
  })
  return new Set(anchors)
}
