/** The relay under test. */
import { join } from 'node:path'
import { root } from '../folders.mjs'
import { ofrepCases, ofrepNotModified } from '../requests.mjs'
import { flagdDocument } from './flagd.mjs'

export const switchyard = {
  name: 'switchyard',
  title: 'Switchyard',
  version: 'this commit',
  build: 'npm run build',
  files: (size, first) => ({ 'flags.json': flagdDocument(size, first) }),
  command: `${process.execPath} ${join(root, 'relay/bin/switchyard.js')} serve`,
  env: {
    SWITCHYARD_SERVER__PORT: '{port}',
    SWITCHYARD_MANAGEMENT__PORT: '{managementPort}',
    SWITCHYARD_LOG__LEVEL: 'error',
    SWITCHYARD_ENVIRONMENTS__BENCH__UPSTREAM__TYPE: 'file',
    SWITCHYARD_ENVIRONMENTS__BENCH__UPSTREAM__PATH: '{folder}/flags.json',
  },
  heard: 'flag file, watched; counts once its folder was quiet for 50 ms',
  stream: {
    request: { method: 'GET', path: '/ofrep/v1/events', headers: { accept: 'text/event-stream' } },
    until: 'refetchEvaluation',
    news: 'refetchEvaluation',
    // Without the pacing that spreads news over a time on purpose, and without heartbeats.
    env: {
      SWITCHYARD_SERVER__STREAMS__PACING: '0ms',
      SWITCHYARD_SERVER__STREAMS__HEARTBEAT: '10m',
      SWITCHYARD_SERVER__STREAMS__MAX_PER_KEY: '50000',
      SWITCHYARD_SERVER__STREAMS__MAX: '50000',
    },
  },
  cases: {
    ...ofrepCases,
    notModified: { request: ofrepNotModified },
    raw: {
      request: { method: 'GET', path: '/switchyard/v1/ruleset', headers: {} },
      keys: ({ flags }) => Object.keys(flags),
    },
  },
}
