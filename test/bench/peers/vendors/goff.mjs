/** GO Feature Flag's relay, and its flag file, as JSON. */
import { join } from 'node:path'
import { flagSet, suffix, values } from '../flags.mjs'
import { peersFolder } from '../folders.mjs'
import { ofrepCases, ofrepNotModified } from '../requests.mjs'

function goffDocument(size, first) {
  const rules = {
    static: (base) => ({ defaultRule: { variation: base } }),
    targeted: (base) => ({
      targeting: [{ query: `email ew "${suffix}"`, variation: 'blue' }],
      defaultRule: { variation: base },
    }),
    split: () => ({ defaultRule: { percentage: { red: 50, blue: 50 } } }),
  }
  const flags = flagSet(size, first)
  return Object.fromEntries(flags.map(({ key, kind, base }) => [key, { variations: values, ...rules[kind](base) }]))
}

export const goff = {
  name: 'goff',
  title: 'GO Feature Flag relay',
  version: '1.55.2',
  build: 'Go module github.com/thomaspoignant/go-feature-flag',
  registry: 'go',
  module: 'github.com/thomaspoignant/go-feature-flag',
  main: '/cmd/relayproxy',
  files: (size, first) => ({
    'flags.json': goffDocument(size, first),
    'proxy.yaml': `server: { mode: http, host: 127.0.0.1, port: {port} }
pollingInterval: 1000
startWithRetrieverError: false
logLevel: error
fileFormat: json
retrievers: [{ kind: file, path: "{folder}/flags.json" }]
`,
  }),
  command: `${join(peersFolder, 'goff/bin/goff')} --config {folder}/proxy.yaml`,
  heard: 'flag file, polled each second',
  stream: {
    request: { method: 'GET', path: '/stream/v1/sse/flag/change', headers: { accept: 'text/event-stream' } },
    until: '\r\n\r\n',
    news: 'flag-0',
  },
  cases: {
    ...ofrepCases,
    notModified: { request: ofrepNotModified },
    raw: {
      request: {
        method: 'POST',
        path: '/v1/flag/configuration',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      },
      keys: ({ flags }) => Object.keys(flags),
    },
  },
}
