/** All rules, in the order in which they are checked. */
import { authRules } from './auth-rules.js'
import { bulkRules } from './bulk-rules.js'
import { corsRules } from './cors-rules.js'
import { errorRules } from './error-rules.js'
import { etagRules } from './etag-rules.js'
import { keyRules } from './key-rules.js'
import { requestRules } from './request-rules.js'
import type { Rule, RuleGroup } from './rule.js'
import { singleRules } from './single-rules.js'
import { streamRules } from './stream-rules.js'

export const ruleGroups: readonly RuleGroup[] = [
  { name: 'single', title: 'One flag', rules: singleRules },
  { name: 'error', title: 'One flag that fails', rules: errorRules },
  { name: 'key', title: 'Flag keys', rules: keyRules },
  { name: 'bulk', title: 'All flags', rules: bulkRules },
  { name: 'etag', title: 'Conditional requests', rules: etagRules },
  { name: 'request', title: 'Requests and methods', rules: requestRules },
  { name: 'auth', title: 'Credentials', rules: authRules },
  { name: 'cors', title: 'Pages of other origins', rules: corsRules },
  { name: 'stream', title: 'Event streams', rules: streamRules },
]

export const rules: readonly Rule[] = ruleGroups.flatMap((group) => group.rules)
