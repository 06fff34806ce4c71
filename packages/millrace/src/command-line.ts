// The command line. Every failure ends in one sentence, a remedy, and exit code 1.
import { CdcError } from '@millrace/connect'
import { Command } from 'commander'
import { binlogCommand } from './command/binlog.ts'
import { configsCommand } from './command/configs.ts'
import { consumeCommand } from './command/consume.ts'
import { dumpLogCommand } from './command/dump-log.ts'
import { getOffsetsCommand } from './command/get-offsets.ts'
import { groupsCommand } from './command/groups.ts'
import { produceCommand } from './command/produce.ts'
import { standaloneCommand } from './command/standalone.ts'
import { startCommand } from './command/start.ts'
import { takeoverCommand } from './command/takeover.ts'
import { topicsCommand } from './command/topics.ts'

const program = new Command('millrace')
  .description('Change data capture as Debezium does it, in one process')
  .addCommand(startCommand())
  .addCommand(standaloneCommand())
  .addCommand(takeoverCommand())
  .addCommand(topicsCommand())
  .addCommand(consumeCommand())
  .addCommand(produceCommand())
  .addCommand(groupsCommand())
  .addCommand(configsCommand())
  .addCommand(getOffsetsCommand())
  .addCommand(dumpLogCommand())
  .addCommand(binlogCommand())

for (const command of [program, ...program.commands]) {
  const words = command === program ? 'millrace' : `millrace ${command.name()}`
  command.showHelpAfterError(`(${words} --help shows what there is)`)
}

try {
  await program.parseAsync()
} catch (error) {
  const { message, hint } = describe(error)
  console.error(`error: ${message}${hint === '' ? '' : `\n  ${hint}`}`)
  process.exit(1)
}

/** Message and hint of any error: CdcError and KafkaError carry a hint of their own. */
function describe(error: unknown): { message: string; hint: string } {
  const hint =
    typeof error === 'object' && error !== null && 'hint' in error && typeof error.hint === 'string' ? error.hint : ''
  return error instanceof Error ? { message: error.message, hint } : { message: CdcError.from(error).message, hint }
}
