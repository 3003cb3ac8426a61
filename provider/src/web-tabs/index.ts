/** `@switchyard/openfeature-provider/web-tabs` */
export { sharedEventSource } from './shared-event-source.js'
export type { EventSourceLike } from '../web/index.js'
