/** Commands in the middle of sentences: found, and held against what there is to be called. */
import { existsSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { main } from '../../relay/src/cli/main.js'
import { filesIn, textOf } from '../repository/files.js'

export interface InlineCommand {
  readonly page: string
  /** As a reader types it. */
  readonly text: string
}

const fenced = /^( *)```.*\n(?:.*\n)*?\1```$/gm
const programs = 'npx|npm|node|switchyard|ofrep-conformance|curl|echo|git|docker|kubectl|helm|promtool|redis-cli'
const command = new RegExp(String.raw`^(?:[A-Z_]+=\S+ )*(?:${programs}) \S`)

/** All inline code of a page that begins as a command does. */
export function inlineCommandsIn(page: string, markdown: string): InlineCommand[] {
  const code = markdown.replaceAll(fenced, '').matchAll(/(?<!`)`([^`]+)`(?!`)/g)
  const texts = Array.from(code, ([, text = '']) => text.replaceAll('\\|', '|').replaceAll(/\s+/g, ' '))
  return [...new Set(texts.filter((text) => command.test(text)))].map((text) => ({ page, text }))
}

/** Why a command is run by nobody; undefined for one that can be checked. */
export function reasonNotToRun(text: string): string | undefined {
  const parts = simpleCommands(text)
  if (parts.some(([program]) => program === 'docker')) return 'docker'
  if (parts.some(([program]) => program === 'kubectl' || program === 'helm')) return 'a cluster'
  if (parts.some(([program]) => program === 'curl')) return 'a relay that runs elsewhere'
  return undefined
}

/** What of a command is not there to be called; empty where all is. Nothing is run for it. */
export async function problemsOf({ page, text }: InlineCommand): Promise<string[]> {
  const found = await Promise.all(simpleCommands(text).map((words) => problemsOfOne(page, words)))
  return found.flat()
}

/** Words of each of the commands that `&&`, bars and semicolons join, without variables before them. */
function simpleCommands(text: string): string[][] {
  return text.split(/ (?:&&|\|) |; /).map((part) => {
    const words = part.match(/"[^"]*"|'[^']*'|[^\s"']+(?:"[^"]*"|'[^']*')?/g) ?? []
    return words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word)))
  })
}

async function problemsOfOne(page: string, [program = '', ...words]: readonly string[]): Promise<string[]> {
  switch (program) {
    case 'npm':
      return problemsOfNpm(words)
    case 'npx':
      return problemsOfNpx(words.filter((word) => word !== '--no-install'))
    case 'switchyard':
      return problemsOfSwitchyard(words)
    case 'node':
      return problemsOfNode(page, words)
    case 'ofrep-conformance':
    case 'echo':
      return []
    default:
      return [`nobody knows how to check ${program}`]
  }
}

function problemsOfNpm([verb = '', ...words]: readonly string[]): string[] {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
  if (verb === 'ci' || verb === 'install' || verb === 'audit') return []
  const name = verb === 'run' ? (words[0] ?? '') : verb
  return Object.hasOwn(scripts, name) ? [] : [`package.json has no script ${name}`]
}

async function problemsOfNpx([tool = '', ...words]: readonly string[]): Promise<string[]> {
  if (tool === 'vitest') return problemsOfVitest(words)
  if (tool === 'switchyard' || tool === '@switchyard/relay') return problemsOfSwitchyard(words)
  return isThere(`node_modules/.bin/${tool}`) ? words.filter((word) => !isThere(word)) : [`npx finds no ${tool}`]
}

function problemsOfVitest(words: readonly string[]): string[] {
  const isSlow = words.join(' ').includes('--mode slow')
  const ending = isSlow ? '.slow.test.ts' : '.test.ts'
  const filter = words.indexOf('-t')
  const paths = words.slice(0, filter === -1 ? words.length : filter).filter((word) => word.includes('/'))
  const tests = filesIn('.').filter((path) => path.endsWith(ending) && (isSlow || !path.endsWith('.slow.test.ts')))
  return paths.filter((path) => !tests.some((test) => test.includes(path))).map((path) => `${path} has no test to run`)
}

async function problemsOfSwitchyard([first = 'serve', ...others]: readonly string[]): Promise<string[]> {
  if (first === '--version' || first === '--help') return []
  const subcommand = first.startsWith('-') ? 'serve' : first
  const words = first.startsWith('-') ? [first, ...others] : others
  const { code, output } = await helpOf(subcommand)
  if (code !== 0) return [`there is no command ${subcommand}`]
  const options = words.flatMap((word) => /^--[\w-]+/.exec(word)?.[0] ?? [])
  const files = words.filter((word) => word.includes('/') && !word.includes('<') && !word.startsWith('http'))
  return [
    ...options.filter((option) => !output.includes(option)).map((option) => `${subcommand} has no ${option}`),
    ...files.filter((file) => !isThere(file)).map((file) => `there is no ${file}`),
  ]
}

async function helpOf(subcommand: string): Promise<{ code: number; output: string }> {
  const output = new PassThrough()
  const nothing = new PassThrough()
  const ignore = (): void => undefined
  const code = await main([subcommand, '--help'], {
    stdin: nothing,
    stdout: output,
    stderr: nothing,
    env: {},
    now: () => 0,
    onStopSignal: ignore,
    onReloadSignal: ignore,
    exitNow: ignore,
  })
  return { code, output: String(output.read() ?? '') }
}

/** A program is one of the repository, or one that the page has had its reader save. */
function problemsOfNode(page: string, [first = '']: readonly string[]): string[] {
  if (first.startsWith('-') || isThere(first)) return []
  return textOf(page).includes(`as \`${first}\``) ? [] : [`there is no ${first}`]
}

function isThere(path: string): boolean {
  return existsSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)))
}
