/** flagd, and its flag file, which Switchyard reads too. */
import { join } from 'node:path'
import { flagSet, suffix, values } from '../flags.mjs'
import { peersFolder } from '../folders.mjs'
import { ofrepCases } from '../requests.mjs'

/** A flag file of flagd. */
export function flagdDocument(size, first) {
  const targeting = {
    targeted: { if: [{ ends_with: [{ var: 'email' }, suffix] }, 'blue', null] },
    split: { fractional: [['red', 50], ['blue', 50]] }, // prettier-ignore
  }
  const flagOf = ({ kind, base }) => ({
    state: 'ENABLED',
    variants: values,
    defaultVariant: base,
    ...(kind === 'static' ? {} : { targeting: targeting[kind] }),
  })
  return { flags: Object.fromEntries(flagSet(size, first).map((flag) => [flag.key, flagOf(flag)])) }
}

export const flagd = {
  name: 'flagd',
  title: 'flagd',
  version: '0.16.1',
  build: 'Go module github.com/open-feature/flagd/flagd',
  registry: 'go',
  module: 'github.com/open-feature/flagd/flagd',
  main: '',
  files: (size, first) => ({ 'flags.json': flagdDocument(size, first) }),
  command: `${join(peersFolder, 'flagd/bin/flagd')} start --uri file:{folder}/flags.json --port {streamPort} --sync-port {syncPort} --management-port {managementPort} --ofrep-port {port}`,
  heard: 'flag file, watched',
  stream: {
    port: 'streamPort',
    request: {
      method: 'POST',
      path: '/flagd.evaluation.v1.Service/EventStream',
      headers: { 'content-type': 'application/connect+json' },
      // An empty message in its envelope: no flags, and its length in four bytes.
      body: '\0\0\0\0\u0002{}',
    },
    until: 'provider_ready',
    news: 'configuration_change',
  },
  cases: ofrepCases,
}
