/** All rows of the outage matrix, in the order of the table. */
import type { Row } from './row.js'
import { vendorRows } from './vendor-rows.js'

export const rows: readonly Row[] = [...vendorRows]
