/** All rows of the outage matrix, in the order of the table. */
import { clockRow } from './clock-row.js'
import { halfOpenRow, refusedRows } from './line-rows.js'
import { failoverRow } from './redis-failover-row.js'
import { replicaRows } from './replica-rows.js'
import type { Row } from './row.js'
import { storeRows } from './store-rows.js'
import { tlsRows } from './tls-rows.js'
import { vendorRows } from './vendor-rows.js'

export const rows: readonly Row[] = [
  ...refusedRows,
  ...vendorRows,
  ...tlsRows,
  halfOpenRow,
  clockRow,
  ...storeRows,
  ...replicaRows,
  failoverRow,
]
