import { describe, expect, it } from 'vitest'
import { sharesOf } from '../../src/page/shares.js'

const outcome = (variant: string, value: string | null, more: object = {}) => ({
  variant,
  value,
  isError: false,
  isComputed: false,
  reason: 'DEFAULT',
  ...more,
})
const answer = (variant: string, remote: number, inProcess = 0, isError = false) => ({
  variant,
  isError,
  remote,
  inProcess,
})
const told = (...given: Parameters<typeof sharesOf>): unknown[] =>
  sharesOf(...given).map(({ variant, isError, values, count, share }) => [
    isError ? `error ${variant}` : variant,
    values,
    count,
    share,
  ])

describe('the shares of a flag', () => {
  it('are those of its variants, in their order, counted by the relay and inside applications', () => {
    const outcomes = [outcome('off', 'false'), outcome('on', 'true')]
    expect(told({ outcomes, answers: [answer('on', 1, 2), answer('off', 1)] })).toEqual([
      ['off', ['false'], 1, 0.25],
      ['on', ['true'], 3, 0.75],
    ])
  })

  it('are none of nothing while nothing was answered', () => {
    expect(told({ outcomes: [outcome('on', 'true')], answers: [] })).toEqual([['on', ['true'], 0, 0]])
  })

  it('take several values of one variant together', () => {
    const outcomes = [outcome('on', '1'), outcome('on', '2'), outcome('on', '2'), outcome('on', null)]
    expect(told({ outcomes, answers: [answer('on', 5)] })).toEqual([['on', ['1', '2', null], 5, 1]])
  })

  it('show what was answered before and is listed no more', () => {
    expect(told({ outcomes: [outcome('new', '1')], answers: [answer('old', 3), answer('new', 1)] })).toEqual([
      ['new', ['1'], 1, 0.25],
      ['old', [], 3, 0.75],
    ])
  })

  it('tell errors from defaults, and leave out what can go wrong and never did', () => {
    const outcomes = [outcome('', null, { isError: true }), outcome('', null), outcome('on', 'true')]
    expect(told({ outcomes, answers: [] })).toEqual([
      ['', [null], 0, 0],
      ['on', ['true'], 0, 0],
    ])
    expect(told({ outcomes, answers: [answer('', 1, 0, true)] })).toEqual([
      ['error ', [null], 1, 1],
      ['', [null], 0, 0],
      ['on', ['true'], 0, 0],
    ])
    expect(told({ outcomes: outcomes.slice(0, 1), answers: [] })).toEqual([['error ', [null], 0, 0]])
  })

  it('know computed answers by what they are counted as', () => {
    const [share] = sharesOf({
      outcomes: [outcome('other', null, { isComputed: true })],
      answers: [answer('other', 4)],
    })
    expect(share).toMatchObject({ isComputed: true, count: 4, share: 1 })
  })
})
