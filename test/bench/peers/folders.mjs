/** Where things are. */
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Of this repository. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Where installed peers are: `PEERS_FOLDER`, or a folder that git does not see. */
export const peersFolder = resolve(process.env.PEERS_FOLDER ?? join(root, '.cache', 'peers'))
