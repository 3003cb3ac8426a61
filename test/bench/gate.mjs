/**
 * What a request costs beside a bare server, as one line of JSON: for the test that holds it. The best of some rounds on each side is
 * compared, because what others do on the machine only ever adds to a round.
 */
import { httpRows } from './http.mjs'

const rows = await httpRows({ rounds: 5, summary: (values) => Math.min(...values) })
console.log(JSON.stringify(rows.map(({ what, ratio, ours, theirs }) => ({ what, ratio, ours, theirs }))))
