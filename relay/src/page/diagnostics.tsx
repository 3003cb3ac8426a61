/** What is odd about the vendor's document. */
import type { VNode } from 'preact'
import type { EnvironmentReport } from '../management/status.js'
import { Tag } from './parts.js'
import { counted } from './words.js'

/** The findings, in the order of the document. */
export function Diagnostics({ environment }: { readonly environment: EnvironmentReport }): VNode {
  const { diagnostics, counts } = environment
  const rest = counts.diagnostics - diagnostics.length
  if (counts.diagnostics === 0) return <p>Nothing is wrong with the document of {environment.name}.</p>
  return (
    <>
      <p class="quiet">
        {counted(counts.diagnostics, 'finding')}
        {rest > 0 && `, of which the first ${diagnostics.length} are here: "switchyard check" shows all`}
      </p>
      <ul class="rows">
        {diagnostics.map(({ severity, code, path, message }, index) => (
          <li key={index}>
            <div>
              <Tag text={severity} /> <code>{code}</code>{' '}
              {path.length > 0 && <span class="quiet">{path.join(' > ')}</span>}
            </div>
            <div>{message}</div>
          </li>
        ))}
      </ul>
    </>
  )
}
