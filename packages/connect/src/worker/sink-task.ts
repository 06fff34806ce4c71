// The life of a sink task in its thread: what it is made of, opened in order and closed again.
import { GroupConsumer, type LinkFactory, parseBootstrap } from '@millrace/kafka'
import type { Logger } from '../base/logger.ts'
import type { Sink, SinkContext } from '../sink/sink.ts'
import type { StoredConfig } from '../store/store.ts'
import { consumerOptions } from './consumer-options.ts'
import { DeadLetters } from './dead-letters.ts'
import { SinkLoop } from './sink-loop.ts'
import { type ErrorPolicy, SinkRecords } from './sink-records.ts'
import type { TaskPlugins } from './source-task.ts'
import type { TaskChannel } from './task-channel.ts'

/** What a task's plugins module exports for sink tasks, besides the stages. */
export interface SinkPlugins extends Pick<TaskPlugins, 'createStages'> {
  /** Errors: CDC_UNSUPPORTED, CDC_CONFIG_INVALID, what the target answers at once. */
  createSink(config: StoredConfig, context: SinkContext, log: Logger): Promise<Sink>
}

/** What a sink task is made of. */
export interface SinkTaskOptions {
  readonly connector: string
  readonly task: number
  readonly config: StoredConfig
  readonly settings: Readonly<Record<string, string>>
  readonly channel: TaskChannel
  readonly plugins: SinkPlugins
  readonly openLink: LinkFactory
  readonly offsetFlushIntervalMs: number
  readonly log: Logger
}

/** Runs until the channel's signal aborts; throws what must end the task. */
export async function runSinkTask(options: SinkTaskOptions): Promise<void> {
  const { connector, task, config, settings, channel, plugins, log } = options
  const { signal } = channel
  await using stack = new AsyncDisposableStack()
  const { keyConverter, valueConverter, headerConverter, transforms } = plugins.createStages(config, settings, log)
  stack.defer(() => transforms.close())
  const deadLetters = await openDeadLetters(options)
  if (deadLetters !== null) stack.use(deadLetters)
  const records = new SinkRecords({
    keyConverter,
    valueConverter,
    headerConverter,
    transforms,
    classNames: classNames(config, settings),
    policy: errorPolicy(config),
    deadLetters,
    signal,
    log,
  })
  const context: SinkContext = {
    connectorName: connector,
    taskId: task,
    signal,
    report: (record, error) => records.report(record, error),
  }
  const sink = stack.use(await plugins.createSink(config, context, log))
  const { maxPollRecords, ...wanted } = consumerOptions(options)
  const consumer: GroupConsumer = new GroupConsumer({
    ...wanted,
    onRevoked: (partitions) => loop.revoked(partitions),
    onLost: (partitions) => loop.lost(partitions),
    onAssigned: (partitions) => loop.assigned(partitions),
  })
  stack.defer(() => consumer.close())
  const loop: SinkLoop = new SinkLoop({
    sink,
    consumer,
    records,
    deadLetters,
    signal,
    isPaused: () => channel.isPaused,
    commitIntervalMs: options.offsetFlushIntervalMs,
    maxPollRecords,
    onTopics: (topics) => channel.say({ kind: 'topics', topics }),
    log,
  })
  channel.onForgetTopics = () => loop.forgetTopics()
  channel.onPause = (isPaused) => {
    channel.say({ kind: isPaused ? 'paused' : 'running' })
    consumer.interrupt()
  }
  signal.addEventListener('abort', () => consumer.interrupt(), { once: true })
  channel.say({ kind: channel.isPaused ? 'paused' : 'running' })
  await loop.run()
}

async function openDeadLetters(options: SinkTaskOptions): Promise<DeadLetters | null> {
  const { connector, task, config, settings, openLink } = options
  const topic = config['errors.deadletterqueue.topic.name']?.trim() ?? ''
  if (topic === '') return null
  return DeadLetters.open({
    cluster: {
      bootstrap: parseBootstrap(settings['bootstrap.servers']!),
      open: openLink,
      clientId: `connector-dlq-producer-${connector}-${task}`,
    },
    connector,
    task,
    topic,
    replicationFactor: Number(config['errors.deadletterqueue.topic.replication.factor']?.trim() || 3),
    hasContextHeaders: isTrue(config['errors.deadletterqueue.context.headers.enable']),
  })
}

/** The `errors.*` options. */
export function errorPolicy(config: StoredConfig): ErrorPolicy {
  const number = (name: string, fallback: number) => Number(config[name]?.trim() || fallback)
  return {
    isTolerant: config['errors.tolerance']?.trim().toLowerCase() === 'all',
    logsErrors: isTrue(config['errors.log.enable']),
    logsRecords: isTrue(config['errors.log.include.messages']),
    retryTimeoutMs: number('errors.retry.timeout', 0),
    retryDelayMaxMs: number('errors.retry.delay.max.ms', 60_000),
  }
}

function classNames(config: StoredConfig, settings: Readonly<Record<string, string>>) {
  const of = (name: string, fallback: string) => config[name] ?? settings[name] ?? fallback
  const json = 'org.apache.kafka.connect.json.JsonConverter'
  return {
    KEY_CONVERTER: of('key.converter', json),
    VALUE_CONVERTER: of('value.converter', json),
    HEADER_CONVERTER: of('header.converter', 'org.apache.kafka.connect.storage.SimpleHeaderConverter'),
    TRANSFORMATION: 'org.apache.kafka.connect.runtime.TransformationChain',
    TASK_PUT: config['task.class'] ?? config['connector.class'] ?? '',
  }
}

function isTrue(text: string | null | undefined): boolean {
  return text?.trim().toLowerCase() === 'true'
}
