import { describe, expect, it } from 'vitest'
import { workersForAuto } from '../../src/workers/worker-count.js'

describe('as many workers as there are cores', () => {
  it.each([
    { name: 'a machine', cores: 8, quota: null, workers: 8 },
    { name: 'a container without a limit', cores: 8, quota: 'max 100000\n', workers: 8 },
    { name: 'a limit of two cores', cores: 8, quota: '200000 100000\n', workers: 2 },
    { name: 'a limit of one and a half', cores: 8, quota: '150000 100000\n', workers: 2 },
    { name: 'a limit of a tenth', cores: 8, quota: '10000 100000\n', workers: 1 },
    { name: 'a limit beyond the machine', cores: 2, quota: '800000 100000\n', workers: 2 },
    { name: 'what cannot be read', cores: 4, quota: 'what is this', workers: 4 },
    { name: 'a period of nothing', cores: 4, quota: '100000 0', workers: 4 },
  ])('counts $workers for $name', ({ cores, quota, workers }) => {
    expect(workersForAuto(cores, quota)).toBe(workers)
  })
})
