/** Logging: JSON lines or text, through pino, with secrets and users' data taken out of every field. */
import { pino, type DestinationStream } from 'pino'
import { redact } from './redact.js'

export type LogFields = Readonly<Record<string, unknown>>

/** `error` = page someone, `warn` = degraded and healing, `info` = state changes, `debug` = requests. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug'

/** The message is a constant, the data are fields. */
export interface Logger {
  error(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  debug(fields: LogFields, message: string): void
  /** A logger whose lines all carry these fields. */
  child(fields: LogFields): Logger
}

export interface LoggerOptions {
  /** Least severe level written. */
  readonly level: LogLevel
  readonly format: 'json' | 'text'
  /** Where lines go; each is one call and ends with a line break. */
  readonly destination: DestinationStream
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Creates the root logger. */
export function createLogger(options: LoggerOptions): Logger {
  const { level, format, destination, now } = options
  const root = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
    },
    format === 'json' ? destination : { write: (line: string) => destination.write(toText(line)) },
  )
  return wrap(root, {})
}

type Write = (fields: object, message: string) => void
type PinoLogger = Readonly<Record<LogLevel, Write>> & { isLevelEnabled(level: string): boolean }

function wrap(target: PinoLogger, bound: LogFields): Logger {
  const write =
    (level: LogLevel): Write =>
    (fields, message) => {
      if (target.isLevelEnabled(level)) target[level](redact({ ...bound, ...fields }), message)
    }
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    child: (fields) => wrap(target, { ...bound, ...fields }),
  }
}

/** `12:00:00.000 warn  the upstream failed  environment=shop code=UPSTREAM_TIMEOUT` */
function toText(line: string): string {
  const { time, level, message, ...fields } = JSON.parse(line) as Record<string, unknown>
  const pairs = Object.entries(fields).map(([name, value]) => {
    return `${name}=${typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value)}`
  })
  const clock = String(time).slice(11, 23)
  return `${[clock, String(level).padEnd(5), String(message), pairs.join(' ')].join('  ').trimEnd()}\n`
}
