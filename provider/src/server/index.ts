/** `@switchyard/openfeature-provider/server` */
export { SwitchyardProvider } from './switchyard-provider.js'
export type { SwitchyardProviderOptions, TrackedEvent } from './options.js'
