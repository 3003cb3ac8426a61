/** What the checks need of the sources besides what the packages show outside; `of-build.mjs` gives the same of the build. */
export { core } from '../../engine/src/compile/core.js'
export { createHost } from '../../engine/src/compile/host.js'
export { coreForms } from '../../engine/src/explain/core-forms.js'
export { dialects } from '../../engine/src/registry.js'
export { OperatorFailure } from '../../engine/src/ruleset/dialect.js'
export { contextValidator } from '../../relay/src/http/etag.js'
export { readEvaluationContext } from '../../relay/src/http/evaluation-context.js'
