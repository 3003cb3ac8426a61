/** `@switchyard/openfeature-provider/web` */
export { SwitchyardWebProvider } from './switchyard-web-provider.js'
export type { Bootstrap, FlagStorage, SwitchyardWebProviderOptions } from './options.js'
export type { EventSourceLike } from './event-streams.js'
