// The flags that secure the embedded broker's ports.
import { readFileSync } from 'node:fs'
import { CdcError, parseProperties } from '@millrace/connect'
import type { Command } from 'commander'
import type { BrokerListenerOptions } from '../broker-listeners.ts'
import { collected } from './flag-values.ts'

/** The flags, as commander reads them. */
export interface BrokerFlags {
  readonly kafkaConfig?: string
  readonly kafkaSet: readonly string[]
  readonly kafkaAllowUnauthenticated?: boolean
}

/** Adds the flags to a command. */
export function withBrokerFlags(command: Command): Command {
  return command
    .option(
      '--kafka-config <file>',
      "settings of the embedded broker under Kafka's names (listeners, sasl.enabled.mechanisms, ssl.keystore.location …)",
    )
    .option('--kafka-set <name=value>', 'one such setting (repeatable)', collected, [])
    .option(
      '--kafka-allow-unauthenticated',
      'let the embedded broker listen where other machines reach it without asking who they are',
    )
}

/** What the flags say. Errors: CDC_CONFIG_INVALID. */
export function brokerSettingsOf(flags: BrokerFlags): BrokerListenerOptions {
  const settings = flags.kafkaConfig === undefined ? {} : readSettings(flags.kafkaConfig)
  for (const text of flags.kafkaSet) {
    const at = text.indexOf('=')
    if (at < 1)
      throw new CdcError('CDC_CONFIG_INVALID', `--kafka-set ${text}: name=value is wanted`, {
        hint: 'Write it as --kafka-set name=value; the flag may be given more than once.',
      })
    settings[text.slice(0, at)] = text.slice(at + 1)
  }
  return { kafkaSettings: settings, kafkaAllowUnauthenticated: flags.kafkaAllowUnauthenticated === true }
}

function readSettings(file: string): Record<string, string> {
  try {
    return Object.fromEntries(parseProperties(readFileSync(file, 'utf8')))
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw new CdcError('CDC_CONFIG_INVALID', `the file of broker settings ${file} cannot be read (${code})`, {
      hint: "Give a Java properties file, as a Kafka broker's server.properties.",
      cause,
    })
  }
}
