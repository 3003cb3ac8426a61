/**
 * A reader of one page: does what its blocks say, in their order, in one folder that looks like the clone. Where the page starts no
 * relay of its own, the one with the demonstration flags runs already, as the README has told.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Block } from './blocks.js'
import { readerEnvironment, startServing, stopGroup, type Addresses, type Serving } from './serving.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

// What is not here already is no part of the clone: npx must not fetch it.
const env = { ...readerEnvironment, npm_config_offline: 'true' }

/** What a reader has written by the time a page speaks of it, unless the page says what to write. */
const configuration = 'environments: { demo: { upstream: { type: file, path: relay/bin/demo/flags.json } } }\n'

export class Reader {
  readonly #folder = mkdtempSync(join(tmpdir(), 'switchyard-reader-'))
  #relay: Serving | null = null

  /** @param clone a copy of the repository, which the page is followed beside without changing it; absent: this one */
  constructor(clone = root) {
    for (const name of readdirSync(clone)) {
      if (name !== '.git') symlinkSync(join(clone, name), join(this.#folder, name))
    }
    writeFileSync(join(this.#folder, 'switchyard.yaml'), configuration)
  }

  /** Saves a block where the page says so. */
  save({ savedAs, text }: Block): void {
    if (savedAs === undefined) return
    const file = join(this.#folder, savedAs)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }

  /** @returns what the commands print; one that serves goes on until the next one that does, or the end */
  async runShell({ text }: Block): Promise<string> {
    const lines = text.split('\n')
    for (const line of lines.filter((each) => isServing(each))) await this.#serve(line)
    const rest = lines.filter((line) => !isServing(line)).join('\n')
    return rest.trim() === '' ? '' : this.#bash(await this.#withAddresses(rest))
  }

  /** @returns what the program prints */
  async runProgram(source: string): Promise<string> {
    const file = join(this.#folder, 'program.mjs')
    writeFileSync(file, await this.#withAddresses(source))
    const { stdout } = await run(process.execPath, [file], { cwd: this.#folder, env })
    return stdout
  }

  async close(): Promise<void> {
    await stopGroup(this.#relay?.process)
    rmSync(this.#folder, { recursive: true })
  }

  /** The text with the addresses of the relay that runs in place of the usual ones. */
  async #withAddresses(text: string): Promise<string> {
    if (!/(localhost|127\.0\.0\.1):808[01]/.test(text)) return text
    const { dataUrl, managementUrl } = await this.#addresses()
    return text
      .replaceAll(/(http:\/\/)?(localhost|127\.0\.0\.1):8080/g, dataUrl)
      .replaceAll(/(http:\/\/)?(localhost|127\.0\.0\.1):8081/g, managementUrl)
  }

  async #addresses(): Promise<Addresses> {
    return this.#relay ?? this.#serve('npx --no-install switchyard serve --demo')
  }

  async #serve(line: string): Promise<Serving> {
    await stopGroup(this.#relay?.process)
    this.#relay = null
    this.#relay = await startServing(line, { cwd: this.#folder, env })
    return this.#relay
  }

  async #bash(script: string): Promise<string> {
    // A reader sees that an answer is a refusal; curl by itself does not mind.
    const attentive = `curl() { command curl --fail-with-body "$@"; }\n${script}`
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', attentive], { cwd: this.#folder, env })
    return stdout
  }
}

function isServing(line: string): boolean {
  return /^\s*npx\b.*\bserve\b/.test(line)
}
