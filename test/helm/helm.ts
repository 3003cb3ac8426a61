/** Helm, as it is installed here, or as Go's own proxy of modules gives its source. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isMap, parseAllDocuments } from 'yaml'

const version = 'v3.18.6'
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = `${root}.cache/helm-${version}`
const built = `${folder}/helm`

/** Minutes, the first time; the next runs find what it has built. */
const buildTimeoutMs = 900_000

/** Path of the program, null where it can neither be found nor built. */
const program: string | null = installed('helm') ?? (existsSync(built) ? built : null) ?? build()

/** Without it, suites of the chart say in one line that they did not run. */
export const hasHelm: boolean = program !== null

if (!hasHelm) console.log('skipped: tests of the chart need helm, or go to build it')

function installed(name: string): string | null {
  return spawnSync(name, ['version']).error === undefined ? name : null
}

function build(): string | null {
  if (installed('go') === null) return null
  mkdirSync(folder, { recursive: true })
  const { status } = spawnSync('go', ['install', `helm.sh/helm/v3/cmd/helm@${version}`], {
    cwd: folder,
    env: { ...process.env, GOBIN: folder },
    timeout: buildTimeoutMs,
    stdio: 'ignore',
  })
  return status === 0 && existsSync(built) ? built : null
}

export interface Ran {
  readonly ok: boolean
  readonly output: string
  readonly errors: string
}

/** Runs helm in the repository, or in another folder. */
export function helm(args: readonly string[], cwd: string = root): Ran {
  if (program === null) throw new TypeError('there is no helm')
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  return { ok: status === 0, output: stdout, errors: stderr }
}

/** An object that Kubernetes would be given. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly [member: string]: unknown
}

const chart = 'helm/switchyard'

/** What `helm template` says of the chart under the name `flags`, in the oldest Kubernetes that it is for. */
export function template(args: readonly string[], path = chart, cwd: string = root): Ran {
  return helm(['template', 'flags', path, '--kube-version', '1.29.0', ...args], cwd)
}

/** The objects of a rendered chart. @throws Error with helm's words where it refuses */
export function render(args: readonly string[], path = chart, cwd: string = root): Manifest[] {
  const { ok, output, errors } = template(args, path, cwd)
  if (!ok) throw new Error(errors)
  return manifestsIn(output)
}

/** @throws Error for text in which a key stands twice, or which is no YAML otherwise */
function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text)
    .filter(({ contents }) => isMap(contents))
    .map((document) => {
      const [problem] = document.errors
      if (problem !== undefined) throw problem
      return document.toJS() as Manifest
    })
}
