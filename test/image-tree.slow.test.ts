import { execFileSync, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildImageTree, filesBelow, makeReadOnly, sizeOf, startImage } from '../tools/image-tree.mjs'
import { billOfMaterials } from '../tools/sbom.mjs'
import { textOf } from './repository/files.js'
import { freePort } from './upstreams/redis-server.js'

/** A generous bound: what is measured stands in docs/evidence.md. */
const maxMebibytes = 60

let folder: string
let image: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-image-'))
  // The image's user looks into it, too.
  chmodSync(folder, 0o755)
  image = buildImageTree(folder)
}, 300_000)
afterAll(() => {
  // It was made read-only.
  execFileSync('chmod', ['-R', 'u+w', folder])
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

/** Packages that are installed, as `name@version`, ours apart. */
function installed(): string[] {
  const manifests = filesBelow(image).filter((path) => /node_modules\/(@[^/]+\/)?[^@/][^/]*\/package\.json$/.test(path))
  const names = manifests.map((path) => {
    const { name, version } = JSON.parse(readFileSync(join(image, path), 'utf8')) as { name: string; version: string }
    return `${name}@${version}`
  })
  return [...new Set(names)].toSorted()
}

function exited(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve))
}

const notShipped = ['relay/src', 'relay/test', 'engine/src', 'provider', 'tools', 'node_modules/typescript']

describe('the tree that the Dockerfile makes, made from a clean clone', () => {
  it('has no native module, so that one file serves amd64 and arm64', () => {
    expect(filesBelow(image).filter((path) => /\.(node|so|dylib|dll)$|binding\.gyp$/.test(path))).toEqual([])
  })

  it('has neither sources nor tests of ours, and no tool', () => {
    expect(notShipped.filter((path) => existsSync(join(image, path)))).toEqual([])
  })

  it('has exactly the packages of the bill of materials', () => {
    const bill = billOfMaterials(JSON.parse(textOf('package-lock.json')), 'relay')
    const listed = bill.components.map(({ name, version }) => `${name}@${version}`)
    expect(installed()).toEqual(listed.filter((each) => !each.startsWith('@switchyard/')).toSorted())
  })

  it('is small', () => {
    expect(sizeOf(image).bytes).toBeLessThan(maxMebibytes * 2 ** 20)
  })

  it('runs without rights and with nothing to write to, is healthy by its own check, and stops when it is told to', async () => {
    const flags = join(folder, 'flags.json')
    writeFileSync(flags, '{"flags": {}}')
    makeReadOnly(image)
    const { child } = await startImage(image, {
      SWITCHYARD_SERVER__PORT: '0',
      SWITCHYARD_MANAGEMENT__PORT: String(await freePort()),
      SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
      SWITCHYARD_ENVIRONMENTS__SHOP__UPSTREAM__PATH: flags,
    })
    const end = exited(child)
    child.kill('SIGTERM')
    expect(await end).toBe(0)
  })
})
