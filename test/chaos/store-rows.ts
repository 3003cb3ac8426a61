/** Rows in which the disk with the snapshots fails. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Played, Row } from './row.js'
import { answers, data, freshAgain, noticed, refusableVendor } from './scene.js'
import { until, type Relay, type Stage } from './stage.js'
import { saidBy } from './status-watch.js'
import { mountTmpfs, tmpfsMissing } from './tmpfs.js'

/** Waits until the disk has the newest snapshot, and says that it works. */
async function kept(relay: Relay, sequence: number): Promise<number> {
  return until('the snapshot is kept', async () => {
    const [disk] = (await relay.status()).stores
    return disk?.state === 'working' && disk.written?.startsWith(`0.${sequence}-`) === true
  })
}

async function failing(relay: Relay): Promise<void> {
  await until('the disk fails', async () => (await relay.status()).stores[0]?.state === 'failing')
}

interface Spoilt {
  /** The disk works again. */
  mend(): unknown
}

/**
 * The disk refuses a change, which is served all the same. Once it works again the change is there: a relay that starts without an
 * upstream after a crash serves it.
 */
async function playSpoiltDisk(stage: Stage, spoil: (directory: string) => Spoilt): Promise<Played> {
  const { fake, settings, open } = await refusableVendor(stage)
  const directory = mountTmpfs(stage)
  settings['SNAPSHOTS__DIRECTORY'] = directory
  const line = await open()
  const before = await stage.relay(settings)
  await data(before)
  await kept(before, 1)
  const client = stage.client(before)
  await answers(client, 20)
  const { mend } = spoil(directory)
  stage.publish(fake, 'second')
  await failing(before)
  await until('the change is served', () => client.newest() === 1)
  client.settle()
  await answers(client)
  const said = await saidBy(before)
  await mend()
  const freshAgainMs = await kept(before, 2)
  await client.stop()
  await before.stop('SIGKILL')
  await line.close()
  const after = await stage.relay(settings)
  const later = stage.settledClient(after)
  await answers(later)
  assert.equal((await after.status()).state, 'stale')
  await open()
  await freshAgain(stage, [after], [later])
  return { freshAgainMs, said, note: 'the change outlives a crash' }
}

function fill(directory: string): Spoilt {
  const path = join(directory, 'fill')
  try {
    writeFileSync(path, Buffer.alloc(2 ** 20))
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
  }
  return { mend: () => rm(path) }
}

function forbidWriting(directory: string): Spoilt {
  execFileSync('mount', ['-o', 'remount,ro', directory])
  return { mend: () => execFileSync('mount', ['-o', 'remount,rw', directory]) }
}

/** @returns the snapshots in a directory, the latest last */
function snapshotsIn(directory: string): string[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.snapshot'),
  )
  return files.map((name) => join(directory, name)).toSorted((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
}

/** One bit in the middle of a file. */
function flipBit(path: string): void {
  const bytes = readFileSync(path)
  const middle = Math.floor(bytes.length / 2)
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
  writeFileSync(path, bytes)
}

/** The latest snapshot is damaged while the relay is down and the vendor out of reach: the one before it serves. */
async function playBitFlip(stage: Stage): Promise<Played> {
  const { fake, settings, open } = await refusableVendor(stage)
  const directory = await stage.folder()
  settings['SNAPSHOTS__DIRECTORY'] = directory
  const line = await open()
  const before = await stage.relay(settings)
  await data(before)
  await kept(before, 1)
  stage.publish(fake, 'second')
  await kept(before, 2)
  await before.stop()
  await line.close()
  const snapshots = snapshotsIn(directory)
  assert.equal(snapshots.length, 2)
  flipBit(snapshots.at(-1) ?? '')
  const relay = await stage.relay(settings)
  await noticed(relay)
  const client = stage.client(relay)
  await answers(client)
  assert.equal(client.newest(), 0)
  const said = await saidBy(relay)
  await open()
  return { freshAgainMs: await freshAgain(stage, [relay], [client]), said }
}

export const storeRows: readonly Row[] = [
  {
    id: 'disk-full',
    title: 'disk full',
    means: 'a tmpfs, filled',
    says: /^fresh, disk failing: STORE_FULL$/,
    missing: tmpfsMissing,
    play: (stage) => playSpoiltDisk(stage, fill),
  },
  {
    id: 'disk-read-only',
    title: 'disk read-only',
    means: 'a tmpfs, mounted again without writing',
    says: /^fresh, disk failing: STORE_READ_ONLY$/,
    missing: tmpfsMissing,
    play: (stage) => playSpoiltDisk(stage, forbidWriting),
  },
  {
    id: 'bit-flip',
    title: 'snapshot bit-flip',
    means: 'one bit of the latest file, before a start without the vendor',
    says: /^stale, UPSTREAM_UNREACHABLE$/,
    isQuick: true,
    play: playBitFlip,
  },
]
