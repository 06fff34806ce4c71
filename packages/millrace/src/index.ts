// The public surface of this package: Millrace embedded in a program of one's own.

export type { LogLevel } from '@millrace/connect'
export { portHolder } from '@millrace/kafka'
export { type MillraceOptions, type RunningMillrace, startMillrace } from './embed.ts'
export { openLog, type ProgramLog } from './log.ts'
