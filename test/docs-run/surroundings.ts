/** What programs in the documentation take for granted: what a reader has around them, and what shows that they work. */
import type { Block } from './blocks.js'

export interface Surroundings {
  readonly place: 'node' | 'browser'
  /** What stands before the block. */
  readonly before: string
  /** What stands behind it; it prints. */
  readonly after: string
  /** What is printed then, to the letter. */
  readonly prints: string
}

interface Known extends Surroundings {
  readonly page: string
  /** A text that one block of the page has, and no other. */
  readonly holds: string
}

const openFeature = `import { OpenFeature } from '@openfeature/web-sdk'
import { SwitchyardWebProvider } from '@switchyard/openfeature-provider/web'`
const relay = 'http://localhost:8080'

const known: readonly Known[] = [
  {
    page: 'engine/README.md',
    holds: '@switchyard/engine',
    place: 'node',
    before: `import { readFileSync } from 'node:fs'\nconst text = readFileSync('relay/bin/demo/flags.json', 'utf8')`,
    after: 'console.log(value, variant, reason, diagnostics.length)',
    prints: '100 many TARGETING_MATCH 0\n',
  },
  {
    page: 'provider/README.md',
    holds: 'new SwitchyardProvider(',
    place: 'node',
    before: '',
    after: 'console.log(isOn)\nawait OpenFeature.close()',
    prints: 'false\n',
  },
  {
    page: 'provider/README.md',
    holds: 'await response.json()',
    place: 'node',
    before: `const relay = '${relay}', clientKey = 'a-client-key', context = { targetingKey: '</script>' }`,
    after: `const read = JSON.parse(bootstrap)
console.log(bootstrap.includes('<'), read.context.targetingKey, read.answer.flags.length > 3)`,
    prints: 'false </script> true\n',
  },
  {
    page: 'provider/README.md',
    holds: 'https://flags.example.com',
    place: 'browser',
    before: '',
    after: 'console.log(isOn, OpenFeature.getClient().providerStatus)',
    prints: 'false READY\n',
  },
  {
    page: 'provider/README.md',
    holds: 'hydrateRoot',
    place: 'browser',
    before: `${openFeature}
import { createElement } from 'react'
import { hydrateRoot } from 'react-dom/client'
const App = () => createElement('html', null, createElement('body', null, String(OpenFeature.getClient().getBooleanValue('new-checkout', false))))
const url = '${relay}', apiKey = 'a-client-key'
document.head.remove()
document.body.innerHTML = '<script id="flags" type="application/json"></script>'
document.querySelector('#flags').textContent = JSON.stringify({ context: { targetingKey: 'user-1' }, answer: { flags: [{ key: 'new-checkout', value: true }] } })`,
    after: 'console.log(OpenFeature.getClient().getBooleanValue("new-checkout", false))',
    prints: 'true\n',
  },
  {
    page: 'provider/README.md',
    holds: 'sharedEventSource',
    place: 'browser',
    before: `${openFeature}\nconst url = '${relay}', apiKey = 'a-client-key'`,
    after: 'console.log(typeof sharedEventSource)',
    prints: 'function\n',
  },
  {
    page: 'test/ofrep-conformance/README.md',
    holds: 'runSuite(',
    place: 'node',
    before: `const log = console.log
console.log = (table, isGood) => log(table.includes('One flag'), isGood)`,
    after: '',
    prints: 'true false\n',
  },
  {
    page: 'docs/quick-start.md',
    holds: 'SwitchyardProvider',
    place: 'node',
    before: `const print = console.log
console.log = ({ value, variant, reason }) => print(value, variant, reason)`,
    after: '',
    prints: 'true new TARGETING_MATCH\n',
  },
  { page: 'README.md', holds: 'SwitchyardProvider', place: 'node', before: '', after: '', prints: 'false\n' },
]

/** A program without an entry stands alone, and prints nothing. */
export function surroundingsOf({ page, text }: Block): Surroundings {
  const found = known.find((one) => one.page === page && text.includes(one.holds))
  return found ?? { place: 'node', before: '', after: '', prints: '' }
}

/** Entries that fit no block: what they were written for has changed. */
export function strayEntries(blocks: readonly Block[]): string[] {
  return known
    .filter(
      ({ page, holds }) => blocks.filter((block) => block.page === page && block.text.includes(holds)).length !== 1,
    )
    .map(({ page, holds }) => `${page}: ${holds}`)
}
