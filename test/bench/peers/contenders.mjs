/**
 * Who takes part: for each, its pinned version, where it comes from, how it is started, what is asked of it and how its answers are
 * read. A contender is started with one document on a port of 127.0.0.1. A peer can be given as `PEER_<NAME>_CMD`, with
 * `{port}`, `{folder}`, `{upstream}` and `{repository}` where those stand, any other `{<name>Port}` where it wants a further port, and
 * `PEER_<NAME>_VERSION`; the last two of the list are in no package registry, and can be had in no other way.
 */
import { flagd } from './vendors/flagd.mjs'
import { flagsmith } from './vendors/flagsmith.mjs'
import { goff } from './vendors/goff.mjs'
import { growthbook } from './vendors/growthbook.mjs'
import { unleashEdge, unleashProxy } from './vendors/unleash.mjs'

export { switchyard } from './vendors/switchyard.mjs'

/** Peers in the order of the report. */
export const peers = [flagd, goff, unleashEdge, unleashProxy, growthbook, flagsmith]

/** The peer as it is given by the environment, or as it is. */
export function withGivenCommand(peer, env = process.env) {
  const variable = `PEER_${peer.name.toUpperCase().replaceAll('-', '_')}`
  const command = env[`${variable}_CMD`]
  if (command === undefined) return { ...peer, variable }
  return {
    ...peer,
    command,
    isGiven: true,
    version: env[`${variable}_VERSION`] ?? 'not told',
    build: `${variable}_CMD`,
  }
}
