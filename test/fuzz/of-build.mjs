/** What the checks need of the build besides what the packages show outside; `of-sources.ts` gives the same of the sources. */
export { core } from '../../engine/dist/esm/compile/core.js'
export { createHost } from '../../engine/dist/esm/compile/host.js'
export { coreForms } from '../../engine/dist/esm/explain/core-forms.js'
export { dialects } from '../../engine/dist/esm/registry.js'
export { OperatorFailure } from '../../engine/dist/esm/ruleset/dialect.js'
export { contextValidator } from '../../relay/dist/http/etag.js'
export { readEvaluationContext } from '../../relay/dist/http/evaluation-context.js'
