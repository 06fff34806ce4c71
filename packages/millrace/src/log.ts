// The program's log: one line per message on standard error, or JSON lines for machines.
import type { Logger, LogLevel } from '@millrace/connect'
import pino from 'pino'

/** A logger whose level can be changed while it runs. */
export interface ProgramLog extends Logger {
  setLevel(level: LogLevel): void
}

const LABELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO ',
  40: 'WARN ',
  50: 'ERROR',
  60: 'FATAL',
}

/** Opens the log. `json`: pino's lines as they are; else text for people. */
export function openLog(format: 'text' | 'json', level: LogLevel): ProgramLog {
  const stream = format === 'json' ? process.stderr : { write: (line: string) => process.stderr.write(textLine(line)) }
  const logger = pino({ level: pinoLevel(level), base: null }, stream)
  return Object.assign(logger, {
    setLevel: (next: LogLevel) => {
      logger.level = pinoLevel(next)
    },
  }) as unknown as ProgramLog
}

/** pino's word for a level of Connect. */
function pinoLevel(level: LogLevel): string {
  if (level === 'OFF') return 'silent'
  return level === 'ALL' ? 'trace' : level.toLowerCase()
}

/** One of pino's lines as text: time, level, message, then what else it carries. */
export function textLine(json: string): string {
  const { level, time, msg, ...rest } = JSON.parse(json) as { level: number; time: number; msg?: string } & Record<
    string,
    unknown
  >
  const more = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`
  return `${new Date(time).toISOString()} ${LABELS[level] ?? level} ${msg ?? ''}${more}\n`
}
