import { seal, type SealedRuleset } from '@switchyard/engine'
import { execFileSync } from 'node:child_process'
import { mkdir, chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDiskStore, type DiskStoreOptions } from '../../src/store/disk-store.js'
import { snapshotId, type SnapshotLine, type StoredSnapshot } from '../../src/store/snapshot-store.js'
import { documentOf } from '../environments/plain-vendor.js'

const line: SnapshotLine = { vendor: 'flagsmith', upstream: 'https://edge.example', name: 'shop' }

function snapshotOf(sequence: number, flags: Record<string, string> = { a: `value ${sequence}` }): StoredSnapshot {
  const ruleset: SealedRuleset = seal({ ruleset: 1, dialects: [], ...documentOf(flags) })
  return {
    line,
    vendorEnvironment: '7',
    revision: ruleset.revision,
    documentVendor: 'flagsmith',
    fence: 0,
    sequence,
    servedAtMs: 1_000,
    confirmedAtMs: 2_000,
    ruleset,
  }
}

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'switchyard-store-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

const open = (options: Partial<DiskStoreOptions> = {}) =>
  createDiskStore({ directory, keep: 3, now: () => Date.now(), ...options })

/** The folder of the one line, and the path of a snapshot in it. */
async function folder(): Promise<string> {
  const [name = ''] = await readdir(directory)
  return join(directory, name)
}
const pathOf = async (snapshot: StoredSnapshot) => join(await folder(), `${snapshotId(snapshot)}.snapshot`)

describe('a store on disk', () => {
  it('has nothing at first, and makes nothing until something is written', async () => {
    const store = open({ directory: join(directory, 'not', 'there') })
    expect(await store.newest(line)).toBeNull()
    expect(await store.list(line)).toEqual([])
    expect(await store.readMarks(line)).toEqual({})
    expect(await readdir(directory)).toEqual([])
  })

  it('gives back what was written, to another process too', async () => {
    const [first, second] = [snapshotOf(1), snapshotOf(2)]
    expect(await open().write(first)).toBe('written')
    expect(await open().write(second)).toBe('written')
    expect(await open().newest(line)).toEqual(second)
    expect(await open().read(line, snapshotId(first))).toEqual(first)
    expect((await open().list(line)).map(({ sequence, flagCount }) => [sequence, flagCount])).toEqual([
      [2, 1],
      [1, 1],
    ])
  })

  it('keeps files for its user alone, and leaves no half-written ones', async () => {
    await open().write(snapshotOf(1))
    await open().writeMarks(line, {})
    const names = await readdir(await folder())
    expect(names.toSorted()).toEqual([`${snapshotId(snapshotOf(1))}.snapshot`, 'marks', 'marks.copy'])
    const modes = await Promise.all(names.map(async (name) => (await stat(join(await folder(), name))).mode & 0o777))
    expect(modes).toEqual([0o600, 0o600, 0o600])
    expect((await stat(await folder())).mode & 0o777).toBe(0o700)
  })

  describe('marks', () => {
    const marks = { activated: { id: snapshotId(snapshotOf(1)), atMs: 5 } }
    const damage = async (name: string): Promise<void> =>
      writeFile(join(await folder(), name), 'not what anybody wrote', { mode: 0o600 })

    it('outlive one damaged file, which is told', async () => {
      await open().writeMarks(line, marks)
      await damage('marks')
      const store = open()
      expect(await store.readMarks(line)).toEqual(marks)
      expect(store.passedOver(line)).toEqual([{ kind: 'marks', name: 'marks', reason: 'damaged' }])
    })

    it('are told to be lost where both files are damaged, which stay beside the new ones', async () => {
      await open().writeMarks(line, marks)
      await damage('marks')
      await damage('marks.copy')
      const store = open()
      expect(await store.readMarks(line)).toEqual({})
      expect(store.passedOver(line).map(({ name, reason }) => [name, reason])).toEqual([
        ['marks', 'damaged'],
        ['marks.copy', 'damaged'],
      ])
      await store.writeMarks(line, {})
      expect(await open().readMarks(line)).toEqual({})
      const names = await readdir(await folder())
      expect(names.filter((name) => name.endsWith('.set-aside'))).toHaveLength(2)
    })

    it('of another line are not taken', async () => {
      await open().writeMarks(line, marks)
      const theirs = await readFile(join(await folder(), 'marks'), 'utf8')
      await rm(await folder(), { recursive: true })
      const other = { ...line, name: 'other' }
      await open().writeMarks(other, {})
      for (const name of ['marks', 'marks.copy']) await writeFile(join(await folder(), name), theirs)
      const store = open()
      expect(await store.readMarks(other)).toEqual({})
      expect(store.passedOver(other).map(({ reason }) => reason)).toEqual(['foreign', 'foreign'])
    })
  })

  it('keeps the last ones and removes what is older', async () => {
    const store = open({ keep: 2 })
    for (const sequence of [1, 2, 3, 10]) await store.write(snapshotOf(sequence))
    expect((await store.list(line)).map(({ sequence }) => sequence)).toEqual([10, 3])
  })

  it('keeps marks', async () => {
    const marks = { confirmed: { revision: 'r', atMs: 5 }, activated: { id: 'x', atMs: 6 } }
    await open().writeMarks(line, marks)
    expect(await open().readMarks(line)).toEqual(marks)
  })

  it('writes the same snapshot once', async () => {
    const store = open()
    await store.write(snapshotOf(1))
    expect(await store.write(snapshotOf(1))).toBe('same')
    expect(await open().write(snapshotOf(1))).toBe('same')
  })

  it.each([
    ['an older one', () => snapshotOf(4), 'older'],
    ['another one in the same place', () => ({ ...snapshotOf(4, { b: 'other' }), sequence: 5 }), 'older'],
    ['an empty one', () => snapshotOf(6, {}), 'emptier'],
  ])('does not put %s in the place of a good one', async (_name, worse, outcome) => {
    await open().write(snapshotOf(5))
    expect(await open().write(worse())).toBe(outcome)
    expect(await open().newest(line)).toEqual(snapshotOf(5))
  })

  it('takes a later lease for later, whatever the sequence', async () => {
    await open().write(snapshotOf(5))
    const later = { ...snapshotOf(1), fence: 1 }
    expect(await open().write(later)).toBe('written')
    expect((await open().newest(line))?.fence).toBe(1)
  })

  it('keeps an empty one where there is no other', async () => {
    expect(await open().write(snapshotOf(1, {}))).toBe('written')
    expect(await open().write(snapshotOf(2))).toBe('written')
  })

  it.each([
    ['vendor', { ...line, vendor: 'featbit' }],
    ['upstream', { ...line, upstream: 'https://other.example' }],
    ['name', { ...line, name: 'blog' }],
  ])('does not give a snapshot to a line of another %s, not even when the file is put there', async (_name, other) => {
    await open().write(snapshotOf(1))
    const file = await readFile(await pathOf(snapshotOf(1)))
    const mine = await folder()
    expect(await open().newest(other)).toBeNull()
    await open().write({ ...snapshotOf(2), line: other })
    const theirs = (await readdir(directory)).map((name) => join(directory, name)).find((path) => path !== mine) ?? ''
    await writeFile(join(theirs, `${snapshotId({ ...snapshotOf(1), sequence: 3 })}.snapshot`), file)
    await writeFile(join(theirs, `${snapshotId(snapshotOf(1))}.snapshot`), file)
    expect((await open().list(other)).map(({ sequence }) => sequence)).toEqual([2])
  })

  it('does not take one snapshot for another whose name its file was given', async () => {
    await open().write(snapshotOf(1))
    const file = await readFile(await pathOf(snapshotOf(1)))
    await writeFile(await pathOf(snapshotOf(9)), file)
    expect((await open().newest(line))?.revision).toBe(snapshotOf(1).revision)
    expect(await open().read(line, snapshotId(snapshotOf(9)))).toBeNull()
  })

  it('passes over what cannot be read, and goes on keeping', async () => {
    await open().write(snapshotOf(1))
    await mkdir(await pathOf(snapshotOf(9)))
    expect((await open().newest(line))?.revision).toBe(snapshotOf(1).revision)
    expect((await open().list(line)).map(({ id }) => id)).toContain(snapshotId(snapshotOf(1)))
    expect(await open().write(snapshotOf(10))).toBe('written')
    expect((await open().newest(line))?.revision).toBe(snapshotOf(10).revision)
  })

  it('finds every flipped bit, and serves the one before, behind the damaged one in the count', async () => {
    await open().write(snapshotOf(1))
    await open().write(snapshotOf(2))
    const path = await pathOf(snapshotOf(2))
    const whole = await readFile(path)
    for (const [index, byte] of whole.entries()) {
      const damaged = Buffer.from(whole)
      damaged[index] = byte ^ (1 << (index % 8))
      await writeFile(path, damaged)
      const found = await open().newest(line)
      expect([index, found?.revision, found?.sequence]).toEqual([index, snapshotOf(1).revision, 3])
    }
    await writeFile(path, whole)
    expect(await open().newest(line)).toEqual(snapshotOf(2))
  })

  it('finds every truncation', async () => {
    await open().write(snapshotOf(1))
    const path = await pathOf(snapshotOf(1))
    const whole = await readFile(path)
    for (let length = 0; length < whole.length; length += 1) {
      await writeFile(path, whole.subarray(0, length))
      expect([length, await open().newest(line)]).toEqual([length, null])
    }
  })

  it('leaves what is of another format where it is, and counts behind it', async () => {
    await open().write(snapshotOf(1))
    const future = join(await folder(), `0.57-${'f'.repeat(16)}.snapshot`)
    const text = '{"switchyardSnapshot":2,"check":"sha256","digest":"00"}\n{}\n'
    await writeFile(future, text)
    const store = open({ keep: 1 })
    const found = await store.newest(line)
    expect([found?.revision, found?.sequence]).toEqual([snapshotOf(1).revision, 58])
    for (const sequence of [58, 59, 60]) await store.write(snapshotOf(sequence))
    expect(await readFile(future, 'utf8')).toBe(text)
    expect((await store.list(line)).map(({ sequence }) => sequence)).toEqual([60])
  })

  it('removes what a process left that died while it wrote, and nothing that is still written', async () => {
    await open().write(snapshotOf(1))
    const [old, young] = [join(await folder(), '.old.tmp'), join(await folder(), '.young.tmp')]
    for (const path of [old, young]) await writeFile(path, '{')
    await utimes(old, 0, 0)
    await open().write(snapshotOf(2))
    const names = await readdir(await folder())
    expect([names.includes('.old.tmp'), names.includes('.young.tmp')]).toEqual([false, true])
  })

  it.each(['../marks', '', '0.1-zzzz', '0.1-0000000000000000/../marks'])('has no snapshot called %j', async (id) => {
    await open().write(snapshotOf(1))
    expect(await open().read(line, id)).toBeNull()
  })
})

describe('a store on disk with a secret', () => {
  it('takes only what was signed with it', async () => {
    await open({ secret: 'a'.repeat(32) }).write(snapshotOf(1))
    expect(await open({ secret: 'a'.repeat(32) }).newest(line)).toEqual(snapshotOf(1))
    expect(await open({ secret: 'b'.repeat(32) }).newest(line)).toBeNull()
    expect(await open().newest(line)).toBeNull()
  })

  it('takes no checksum for a signature', async () => {
    await open().write(snapshotOf(1))
    await open().writeMarks(line, { activated: { id: 'x', atMs: 1 } })
    const store = open({ secret: 'a'.repeat(32) })
    expect(await store.newest(line)).toBeNull()
    expect(await store.readMarks(line)).toEqual({})
    const name = `${snapshotId(snapshotOf(1))}.snapshot`
    expect(store.passedOver(line)).toEqual([
      { kind: 'snapshot', name, reason: 'unsigned' },
      { kind: 'marks', name: 'marks', reason: 'unsigned' },
      { kind: 'marks', name: 'marks.copy', reason: 'unsigned' },
    ])
  })
})

/** Whoever runs the tests as root can mount, and is not stopped by permissions. */
const isRoot = process.getuid?.() === 0

function mountable(): boolean {
  if (!isRoot) return false
  try {
    const path = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path], { stdio: 'ignore' })
    execFileSync('umount', [path])
    return true
  } catch {
    return false
  }
}

const canMount = mountable()
const why = canMount ? '' : ' (skipped: this needs root and mount)'

describe.skipIf(!canMount)(`a store on a file system of its own${why}`, () => {
  beforeEach(() => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory])
  })
  afterEach(() => {
    execFileSync('umount', [directory])
  })

  it('says that the disk is full, keeps what it has, and works again once there is room', async () => {
    const store = open()
    await store.write(snapshotOf(1))
    const fill = join(directory, 'fill')
    await writeFile(fill, Buffer.alloc(2 ** 20)).catch(() => undefined)
    const large = snapshotOf(2, { a: 'x'.repeat(20_000) })
    await expect(store.write(large)).rejects.toMatchObject({ code: 'STORE_FULL', retryable: true })
    await rm(fill)
    expect(await open().newest(line)).toEqual(snapshotOf(1))
    expect((await readdir(await folder())).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(await store.write(large)).toBe('written')
  })

  it('says that the disk is read-only, and reads on', async () => {
    await open().write(snapshotOf(1))
    execFileSync('mount', ['-o', 'remount,ro', directory])
    await expect(open().write(snapshotOf(2))).rejects.toMatchObject({ code: 'STORE_READ_ONLY' })
    expect(await open().newest(line)).toEqual(snapshotOf(1))
  })
})

describe.skipIf(isRoot)(
  `a store in a directory of somebody else${isRoot ? ' (skipped: root may write there)' : ''}`,
  () => {
    it('says that it may not write', async () => {
      await chmod(directory, 0o500)
      await expect(open().write(snapshotOf(1))).rejects.toMatchObject({ code: 'STORE_READ_ONLY' })
      await chmod(directory, 0o700)
    })
  },
)
