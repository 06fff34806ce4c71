// Options of signals and notifications.
import type { OptionReader } from '../option-reader.ts'

/** Where signals come from. Times in milliseconds. */
export interface SignalConfig {
  /** `signal.data.collection`: the table whose new rows are signals; null for none. */
  readonly table: { readonly database: string; readonly name: string } | null
  readonly readsTable: boolean
  /** Set where the channel `kafka` is on. */
  readonly kafka: {
    readonly topic: string
    readonly groupId: string
    readonly bootstrapServers: string
    readonly pollTimeoutMs: number
  } | null
  /** Path, set where the channel `file` is on. */
  readonly file: string | null
  readonly pollIntervalMs: number
  /** `read.only`: incremental snapshots write no watermarks. */
  readonly isReadOnly: boolean
}

/** Where notifications go. */
export interface NotificationConfig {
  /** Set where the channel `sink` is on. */
  readonly topic: string | null
  readonly logs: boolean
}

/** Reads the signal options; faults go to the reader. */
export function signalConfig(reader: OptionReader): SignalConfig {
  const channels = namesOf(reader, 'signal.enabled.channels')
  return {
    table: signalTable(reader),
    readsTable: channels.includes('source'),
    kafka: channels.includes('kafka') ? kafkaChannel(reader) : null,
    file: channels.includes('file') ? (reader.optionalText('signal.file') ?? 'file-signals.txt') : null,
    pollIntervalMs: reader.integer('signal.poll.interval.ms', 5000, 1),
    isReadOnly: reader.boolean('read.only', false),
  }
}

/** Reads the notification options; faults go to the reader. */
export function notificationConfig(reader: OptionReader): NotificationConfig {
  const channels = namesOf(reader, 'notification.enabled.channels')
  const topic = reader.optionalText('notification.sink.topic.name')
  if (channels.includes('sink') && topic === null) {
    const name = 'notification.sink.topic.name'
    reader.fault(
      name,
      `The '${name}' value is invalid: Notification topic name must be provided when kafka notification channel is enabled`,
    )
  }
  return { topic: channels.includes('sink') ? topic : null, logs: channels.includes('log') }
}

/** Names of a list of channels that are not among the given ones. */
export function otherChannels(list: string, known: readonly string[]): readonly string[] {
  return split(list).filter((name) => !known.includes(name))
}

function kafkaChannel(reader: OptionReader): SignalConfig['kafka'] {
  return {
    topic: reader.optionalText('signal.kafka.topic') ?? `${reader.text('topic.prefix') ?? ''}-signal`,
    groupId: reader.optionalText('signal.kafka.groupId') ?? 'kafka-signal',
    bootstrapServers: reader.requiredText('signal.kafka.bootstrap.servers'),
    pollTimeoutMs: reader.integer('signal.kafka.poll.timeout.ms', 0, 0),
  }
}

function signalTable(reader: OptionReader): SignalConfig['table'] {
  const name = 'signal.data.collection'
  const text = reader.optionalText(name)
  if (text === null) return null
  const cut = text.indexOf('.')
  if (cut > 0 && cut < text.length - 1) return { database: text.slice(0, cut), name: text.slice(cut + 1) }
  reader.fault(name, `The '${name}' value is invalid: A table as database.table is expected`)
  return null
}

function namesOf(reader: OptionReader, option: string): readonly string[] {
  return split(reader.text(option) ?? '')
}

function split(list: string): readonly string[] {
  return list
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
}
