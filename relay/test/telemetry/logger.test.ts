import { describe, expect, it } from 'vitest'
import { createLogger, type LoggerOptions } from '../../src/telemetry/logger.js'

function create(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = []
  const logger = createLogger({
    level: 'info',
    format: 'json',
    destination: { write: (line) => void lines.push(line) },
    now: () => Date.UTC(2026, 0, 31, 12),
    ...options,
  })
  return { logger, lines }
}

describe('a logger', () => {
  it('writes one JSON object a line, with a constant message and fields', () => {
    const { logger, lines } = create()
    logger.info({ revision: 'abc' }, 'a new revision is served')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { level: 'info', time: '2026-01-31T12:00:00.000Z', revision: 'abc', message: 'a new revision is served' },
    ])
    expect(lines[0]?.endsWith('\n')).toBe(true)
  })

  it('writes text for people', () => {
    const { logger, lines } = create({ format: 'text' })
    logger.warn({ environment: 'shop', reason: 'two words', count: 1 }, 'the upstream failed')
    expect(lines).toEqual(['12:00:00.000  warn   the upstream failed  environment=shop reason="two words" count=1\n'])
  })

  it('leaves out what is less severe than its level', () => {
    const { logger, lines } = create({ level: 'warn' })
    logger.info({}, 'no')
    logger.debug({}, 'no')
    logger.error({}, 'yes')
    expect(lines).toHaveLength(1)
  })

  it('adds the fields of a child to its lines', () => {
    const { logger, lines } = create()
    logger.child({ environment: 'shop' }).child({ upstream: 'file' }).info({ a: 1 }, 'm')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ environment: 'shop', upstream: 'file', a: 1 })
  })

  it.each(['json', 'text'] as const)('writes no key, no context and no query as %s, wherever they stand', (format) => {
    const { logger, lines } = create({ format, level: 'debug' })
    const secrets = {
      serverKeys: ['hunter2'],
      request: { headers: { authorization: 'Bearer hunter2' }, url: '/x?key=hunter2' },
      context: { email: 'hunter2' },
      cause: new Error('https://hunter2@host/?a=hunter2'),
    }
    logger.error(secrets, 'm')
    logger.child(secrets).debug({}, 'm')
    expect(lines).toHaveLength(2)
    expect(lines.join('')).not.toContain('hunter2')
  })
})
