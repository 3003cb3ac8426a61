/** Certificates that tests make when they need them, with the `openssl` command: no private key is kept in the repository. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** PEM. */
export interface Pair {
  readonly certificate: string
  readonly key: string
}

export interface Authority extends Pair {
  /** @param name its common name; it is always for 127.0.0.1 and localhost too */
  issue(name: string, options?: IssueOptions): Pair
}

export interface IssueOptions {
  /** Until it expires; below 0: it has. */
  readonly days?: number
}

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** Makes an authority that issues certificates. */
export function createAuthority(name = 'Test Authority'): Authority {
  const own = within((folder) => {
    openssl(folder, ['req', '-x509', ...curve, '-keyout', 'key', '-out', 'certificate', '-days', '30', ...named(name)])
    return readPair(folder)
  })
  return { ...own, issue: (subject, options = {}) => issue(own, subject, options) }
}

function issue(authority: Pair, name: string, { days = 10 }: IssueOptions): Pair {
  return within((folder) => {
    writeFileSync(join(folder, 'authority'), authority.certificate)
    writeFileSync(join(folder, 'authority-key'), authority.key)
    writeFileSync(join(folder, 'extensions'), 'subjectAltName=IP:127.0.0.1,DNS:localhost')
    openssl(folder, ['req', '-new', ...curve, '-keyout', 'key', '-out', 'request', ...named(name)])
    const issuer = ['-CA', 'authority', '-CAkey', 'authority-key', '-CAcreateserial', '-extfile', 'extensions']
    openssl(folder, ['x509', '-req', '-in', 'request', '-out', 'certificate', ...issuer, '-days', String(days)])
    return readPair(folder)
  })
}

function named(name: string): string[] {
  return ['-subj', `/CN=${name}`]
}

function within<Made>(make: (folder: string) => Made): Made {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-certificates-'))
  try {
    return make(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function openssl(folder: string, args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
}

function readPair(folder: string): Pair {
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
  return { certificate: read('certificate'), key: read('key') }
}
