/** The row in which the clock of the machine is set. */
import assert from 'node:assert/strict'
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Played, Row } from './row.js'
import { answers, data, freshAgain, pollingFlagsmith } from './scene.js'
import { until, type Stage } from './stage.js'
import { watchStatus } from './status-watch.js'

/** Where Debian's package `faketime` puts it. */
const library = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find(existsSync)

const daySeconds = 86_400

/** A clock that the relay reads, and that can be set while it runs. Timers go on, as they do when a machine's clock is set. */
async function settableClock(stage: Stage) {
  const folder = await stage.folder()
  const file = join(folder, 'offset')
  const set = (seconds: number): void => {
    // At once: half a number must not be read.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}`)
    renameSync(`${file}.new`, file)
  }
  set(0)
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
  return { set, env }
}

/** The clock jumps two days ahead, then to three days before the start, with a change after each. */
async function playClockJump(stage: Stage): Promise<Played> {
  const fake = await stage.vendor()
  const clock = await settableClock(stage)
  const settings = { ...pollingFlagsmith(fake), SNAPSHOTS__DIRECTORY: await stage.folder() }
  const relay = await stage.relay(settings, clock.env)
  await data(relay)
  const client = stage.client(relay)
  await answers(client, 20)
  const watch = watchStatus(relay)
  clock.set(2 * daySeconds)
  await until('the clock is ahead', async () => (await relay.uptimeSeconds()) > daySeconds)
  await answers(client)
  stage.publish(fake, 'second')
  await freshAgain(stage, [relay], [client])
  clock.set(-3 * daySeconds)
  await until('the clock is behind', async () => (await relay.uptimeSeconds()) === 0)
  await answers(client)
  stage.publish(fake, 'third')
  const freshAgainMs = await freshAgain(stage, [relay], [client])
  const { confirmedAt } = await relay.status()
  assert.ok(Date.parse(confirmedAt ?? '') < Date.now() - 2 * daySeconds * 1_000, `confirmed at ${confirmedAt}`)
  return { freshAgainMs, said: await watch.stop() }
}

export const clockRow: Row = {
  id: 'clock-jump',
  title: 'clock jump',
  means: 'libfaketime: two days ahead, then three days back',
  says: /^fresh$/,
  isQuick: true,
  missing: () => (library === undefined ? 'libfaketime is not installed (apt-get install faketime)' : null),
  play: playClockJump,
}
