/** Rows in which the way to the vendor is what fails. */
import type { Played, Row } from './row.js'
import { answers, data, freshAgain, noticed, pollingFlagsmith, refusableVendor } from './scene.js'
import type { Stage } from './stage.js'
import { saidBy, watchStatus } from './status-watch.js'

async function playRefusedAtStart(stage: Stage, withSnapshot: boolean): Promise<Played> {
  const { fake, settings, open } = await refusableVendor(stage)
  if (withSnapshot) settings['SNAPSHOTS__DIRECTORY'] = await stage.folder()
  if (withSnapshot) {
    const line = await open()
    const before = await stage.relay(settings)
    await data(before)
    await before.stop()
    await line.close()
  }
  const relay = await stage.relay(settings)
  const client = stage.client(relay)
  await answers(client)
  const said = await saidBy(relay)
  stage.publish(fake, 'second')
  await open()
  return { freshAgainMs: await freshAgain(stage, [relay], [client]), said }
}

async function playLost(stage: Stage): Promise<Played> {
  const { fake, settings, open } = await refusableVendor(stage)
  const line = await open()
  const relay = await stage.relay(settings)
  await data(relay)
  const client = stage.client(relay)
  await line.close()
  stage.publish(fake, 'second')
  await noticed(relay)
  await answers(client)
  const said = await saidBy(relay)
  await open()
  return { freshAgainMs: await freshAgain(stage, [relay], [client]), said }
}

/** The hub's changes come over one stream alone; the line forgets it, and the edge has to notice the silence. */
async function playHalfOpen(stage: Stage): Promise<Played> {
  const fake = await stage.vendor()
  const hub = await stage.relay({ ...pollingFlagsmith(fake), SERVER__STREAMS__HEARTBEAT: '1s' })
  await data(hub)
  const line = await stage.line(() => Number(new URL(hub.dataUrl).port))
  const edge = await stage.relay({
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'switchyard',
    ENVIRONMENTS__SHOP__UPSTREAM__BASE_URL: `http://127.0.0.1:${line.port}`,
    ENVIRONMENTS__SHOP__UPSTREAM__IDLE_TIMEOUT: '2s',
  })
  await data(edge)
  const client = stage.client(edge)
  await answers(client)
  const watch = watchStatus(edge)
  line.forget()
  stage.publish(fake, 'second')
  const from = client.asked()
  const freshAgainMs = await freshAgain(stage, [edge], [client])
  return { freshAgainMs, said: await watch.stop(), note: `${client.asked() - from} answers meanwhile` }
}

export const refusedRows: readonly Row[] = [
  {
    id: 'refused-with-snapshot',
    title: 'upstream refused at start, with a snapshot',
    means: 'nobody listens at its address',
    says: /^stale, UPSTREAM_UNREACHABLE$/,
    isQuick: true,
    play: (stage) => playRefusedAtStart(stage, true),
  },
  {
    id: 'refused-without-snapshot',
    title: 'upstream refused at start, without a snapshot',
    means: 'nobody listens at its address',
    says: /^waiting, UPSTREAM_UNREACHABLE$/,
    // There is nothing to answer with.
    fails: /^503 with Retry-After ×\d+$/,
    isQuick: true,
    play: (stage) => playRefusedAtStart(stage, false),
  },
  {
    id: 'lost',
    title: 'lost while serving',
    means: 'connections cut, port closed',
    says: /^stale, UPSTREAM_UNREACHABLE$/,
    isQuick: true,
    play: playLost,
  },
]

export const halfOpenRow: Row = {
  id: 'half-open',
  title: 'half-open stream',
  means: 'line: an open stream is forgotten, without an end',
  // Reconnecting takes a moment, which the looks at the status may miss.
  says: /^fresh( → stale, UPSTREAM_\w+ → fresh)?$/,
  isQuick: true,
  play: playHalfOpen,
}
