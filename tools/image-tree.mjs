// @ts-check
/**
 * What the Dockerfile would make, made without Docker: a clean clone, what `.dockerignore` lets in, the steps of the first stage, the
 * files that the second one copies. `npm run image-tree` prints how large that is and how long it takes to be ready.
 */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './run.mjs'

/** @typedef {{ name: string, text: string }} Instruction */

/**
 * The instructions of each stage, what stands before the first one left out. Lines that end in `\` go on.
 *
 * @param {string} dockerfile
 * @returns {Instruction[][]}
 */
export function stagesOf(dockerfile) {
  /** @type {Instruction[][]} */
  const stages = []
  const joined = dockerfile.replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n\s*/g, '')
  for (const line of joined.split('\n')) {
    const [, name, text] = /^([A-Z]+) (.*)$/.exec(line) ?? []
    if (name === undefined || text === undefined) continue
    if (name === 'FROM') stages.push([])
    stages.at(-1)?.push({ name, text })
  }
  return stages
}

/**
 * Whether `.dockerignore` lets a file in: the last pattern that fits it, or a folder above it, decides.
 *
 * @param {string} ignored text of `.dockerignore`
 * @returns {(path: string) => boolean}
 */
export function letIn(ignored) {
  const patterns = ignored
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isException: line.startsWith('!'), expression: expressionOf(line.replace(/^!/, '')) }))
  return (path) => patterns.findLast(({ expression }) => expression.test(path))?.isException ?? true
}

/** @param {string} pattern */
function expressionOf(pattern) {
  const parts = pattern.replaceAll('.', '\\.').split(/(\*\*\/|\*\*|\*)/)
  const source = parts.map((part) => ({ '**/': '(.*/)?', '**': '.*', '*': '[^/]*' })[part] ?? part).join('')
  return new RegExp(`^${source}(/|$)`)
}

/**
 * @param {string} folder an empty one
 * @returns {string} the folder that the image would have as its working directory
 */
export function buildImageTree(folder) {
  const [clone, build, image] = ['clone', 'build', 'image'].map((name) => join(folder, name))
  if (clone === undefined || build === undefined || image === undefined) throw new TypeError('unreachable')
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone])
  const isLetIn = letIn(readFileSync(join(clone, '.dockerignore'), 'utf8'))
  const files = execFileSync('git', ['ls-files'], { cwd: clone, encoding: 'utf8' }).trimEnd().split('\n')
  for (const file of files.filter(isLetIn)) cpSync(join(clone, file), join(build, file), { recursive: true })
  const [first = [], second = []] = stagesOf(readFileSync(join(clone, 'Dockerfile'), 'utf8'))
  for (const { name, text } of first) {
    if (name === 'RUN') execFileSync('/bin/sh', ['-c', text], { cwd: build, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  mkdirSync(image)
  for (const { name, text } of second) {
    const [from, ...paths] = text.split(' ')
    if (name !== 'COPY' || from !== '--from=build') continue
    const target = String(paths.pop())
    for (const path of paths) {
      const to = target.endsWith('/') ? join(image, target, basename(path)) : join(image, target)
      cpSync(join(build, path.replace(/^\/app\//, '')), to, { recursive: true, verbatimSymlinks: true })
    }
  }
  return image
}

/**
 * Paths of all files below a folder, relative to it; links are not followed.
 *
 * @param {string} folder
 */
export function filesBelow(folder) {
  return entriesBelow(folder, '').filter((path) => lstatSync(join(folder, path)).isFile())
}

/**
 * @param {string} folder
 * @param {string} prefix
 * @returns {string[]}
 */
function entriesBelow(folder, prefix) {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = join(prefix, entry.name)
    return entry.isDirectory() ? [path, ...entriesBelow(folder, path)] : [path]
  })
}

/** @param {string} image */
export function sizeOf(image) {
  const files = filesBelow(image)
  const bytes = files.reduce((sum, path) => sum + lstatSync(join(image, path)).size, 0)
  return { files: files.length, bytes }
}

/**
 * Starts what the image starts, and resolves when `switchyard health` (the image's own check) is content. As root, it is started as
 * the image's user.
 *
 * @param {string} image
 * @param {NodeJS.ProcessEnv} env
 */
export async function startImage(image, env) {
  const second = stagesOf(readFileSync(join(root, 'Dockerfile'), 'utf8'))[1] ?? []
  /** @param {string} name */
  const textOf = (name) => second.find((instruction) => instruction.name === name)?.text ?? ''
  /** @type {string[]} */
  const [, ...args] = [...JSON.parse(textOf('ENTRYPOINT')), ...JSON.parse(textOf('CMD'))]
  const [user] = textOf('USER').split(':').map(Number)
  const identity = process.getuid?.() === 0 ? { uid: user, gid: user } : {}
  const options = { cwd: image, env: { NODE_ENV: 'production', ...env }, ...identity }
  const startedMs = performance.now()
  const child = spawn(process.execPath, args, { ...options, stdio: 'ignore' })
  /** @type {string[]} */
  const [, ...health] = JSON.parse(/\[.*\]$/.exec(textOf('HEALTHCHECK'))?.[0] ?? '[]')
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`the relay ended with ${child.exitCode}`)
    const asked = spawn(process.execPath, health, { ...options, stdio: 'ignore' })
    const code = await new Promise((resolve) => asked.once('exit', resolve))
    if (code === 0) return { child, readyMs: performance.now() - startedMs }
  }
  child.kill()
  throw new Error('the relay was never healthy')
}

/** @param {string} image */
export function makeReadOnly(image) {
  for (const path of entriesBelow(image, '')) {
    const stats = lstatSync(join(image, path))
    if (!stats.isSymbolicLink()) chmodSync(join(image, path), stats.mode & 0o555)
  }
  chmodSync(image, 0o555)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-image-'))
  try {
    chmodSync(folder, 0o755)
    const image = buildImageTree(folder)
    const { files, bytes } = sizeOf(image)
    const flags = join(folder, 'flags.json')
    writeFileSync(flags, '{"flags": {}}')
    const { child, readyMs } = await startImage(image, {
      SWITCHYARD_SERVER__PORT: '0',
      SWITCHYARD_ENVIRONMENTS__SIZE__UPSTREAM__TYPE: 'file',
      SWITCHYARD_ENVIRONMENTS__SIZE__UPSTREAM__PATH: flags,
    })
    child.kill()
    console.log(
      `${files} files, ${(bytes / 2 ** 20).toFixed(1)} MiB; healthy ${Math.round(readyMs)} ms after the start`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
