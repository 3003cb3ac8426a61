/**
 * Peers that a package registry carries, at their pinned versions, into a folder that git does not see. What is there already is left
 * alone.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { peersFolder } from './folders.mjs'

const refused = 'the registry answered'

/** @type {Record<string, (peer: object, folder: string) => void>} */
const installers = {
  npm({ module, version }, folder) {
    run(
      'npm',
      ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', `${module}@${version}`],
      folder,
    )
  },
  cargo({ module, version, swaggerUi }, folder) {
    const where = ['--root', folder, '--target-dir', join(folder, 'target')]
    const archive = swaggerArchive(swaggerUi, folder)
    const args = ['install', module, '--version', version, '--locked', '--no-default-features', ...where]
    run('cargo', args, folder, { SWAGGER_UI_DOWNLOAD_URL: `file://${archive}` })
  },
  go({ name, module, main, version }, folder) {
    const { Dir: source } = JSON.parse(run('go', ['mod', 'download', '-json', `${module}@v${version}`], folder))
    const { Go: language, Replace: replaced } = JSON.parse(
      run('go', ['mod', 'edit', '-json', join(source, 'go.mod')], folder),
    )
    const lines = (replaced ?? []).map(({ Old, New }) => `replace ${Old.Path} => ${New.Path} ${New.Version}`)
    const head = ['module peers', `go ${language}`, `require ${module} v${version}`]
    writeFileSync(join(folder, 'go.mod'), [...head, ...lines, ''].join('\n'))
    // The sums that its authors build with: `go install` refuses a module that replaces others.
    copyFileSync(join(source, 'go.sum'), join(folder, 'go.sum'))
    run('go', ['build', '-mod=mod', '-o', join(folder, 'bin', name), `${module}${main}`], folder)
  },
}

/**
 * Installs a peer unless it is there.
 *
 * @returns {string | null} why it could not be had, in a line; null when it is there
 */
export function install(peer) {
  if (peer.isGiven) return null
  if (peer.registry === undefined) return 'no package registry carries it'
  const folder = join(peersFolder, peer.name)
  const stamp = join(folder, 'installed.json')
  if (existsSync(stamp) && JSON.parse(readFileSync(stamp, 'utf8')).version === peer.version) return null
  const refusal = join(folder, 'refused.json')
  if (existsSync(refusal)) return JSON.parse(readFileSync(refusal, 'utf8')).reason
  mkdirSync(folder, { recursive: true })
  console.error(`installing ${peer.title} ${peer.version}, which may take long`)
  try {
    installers[peer.registry](peer, folder)
  } catch (error) {
    const reason = `${peer.build} could not be installed: ${error.message}`
    // A registry that refuses is not asked again, until the file is removed.
    if (error.message.startsWith(refused)) writeFileSync(refusal, JSON.stringify({ reason }))
    return reason
  }
  writeFileSync(stamp, JSON.stringify({ version: peer.version }))
  return null
}

/** A page that is built into the peer: its build would load it from where no package comes from. The same is in an npm package. */
function swaggerArchive(version, folder) {
  run(
    'npm',
    ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', `swagger-ui-dist@${version}`],
    folder,
  )
  const top = `swagger-ui-${version}`
  cpSync(join(folder, 'node_modules/swagger-ui-dist'), join(folder, top, 'dist'), { recursive: true })
  const archive = join(folder, `v${version}.zip`)
  run('python3', ['-m', 'zipfile', '-c', archive, top], folder)
  return archive
}

function run(command, args, cwd, more = {}) {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', ...more }
  const result = spawnSync('nice', ['-n', '10', command, ...args], { cwd, env, encoding: 'utf8', maxBuffer: 1e8 })
  if (result.status !== 0) throw new Error(reasonIn(`${result.stdout}\n${result.stderr}`))
  return result.stdout
}

/** The line that tells most, without addresses. */
function reasonIn(output) {
  const lines = output.split(/\n|\\n/).filter((line) => /error|forbidden|not found|denied|response/i.test(line))
  const line = lines.find((text) => /\d{3} [A-Z]|response/.test(text)) ?? lines.at(-1) ?? 'it failed without a word'
  const told = line.replaceAll(/\w+:\/\/\S+/g, '').match(/\d{3} [A-Z][\w ]+/)?.[0]
  return told === undefined ? line.trim().slice(0, 200) : `${refused} ${told.trim()}`
}
