/** All rows of the outage matrix, in the order of the table. */
import { halfOpenRow, refusedRows } from './line-rows.js'
import type { Row } from './row.js'
import { tlsRows } from './tls-rows.js'
import { vendorRows } from './vendor-rows.js'

export const rows: readonly Row[] = [...refusedRows, ...vendorRows, ...tlsRows, halfOpenRow]
