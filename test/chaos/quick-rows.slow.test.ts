import { describe, expect, it } from 'vitest'
import { flagsmithDocument } from '../e2e/flagsmith-document.js'
import { brokenPromises, playRow } from './row.js'
import { rows } from './rows.js'
import { answers, data, pollingFlagsmith } from './scene.js'
import { until } from './stage.js'

describe('an outage gives no wrong answer', () => {
  it.each(rows.filter(({ isQuick }) => isQuick))('$title', async (row) => {
    expect(brokenPromises(row, await playRow(row))).toEqual([])
  })
})

describe('a row', () => {
  it('counts wrong answers of a relay whose upstream lies', async () => {
    const { wrong } = await playRow({
      async play(stage) {
        const fake = await stage.vendor()
        const relay = await stage.relay(pollingFlagsmith(fake))
        await data(relay)
        const client = stage.client(relay)
        await answers(client, 20)
        fake.publish(flagsmithDocument([{ name: 'banner', value: 'nobody published this' }]))
        await until('a wrong answer', () => client.wrong.length > 0)
        return { freshAgainMs: 0, said: '' }
      },
    })
    expect(wrong[0]).toContain('nobody published this')
  })
})
