// The life of a source task in its thread: open, run, and after an error that may pass by itself wait and open again from the stored offset.
import { once } from 'node:events'
import type { LinkFactory } from '@millrace/kafka'
import { CdcError } from '../base/errors.ts'
import { sleep } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { Converter, HeaderConverter } from '../convert/converter.ts'
import type { Source, SourceBatch, SourceContext, SourceOffset, SourcePartition } from '../source/source.ts'
import type { StoredConfig } from '../store/store.ts'
import { OffsetProgress } from './offset-progress.ts'
import type { RecordOutput } from './record-output.ts'
import { RecordWriter, type Transforms } from './record-writer.ts'
import { runSourceLoop } from './source-loop.ts'
import type { TaskChannel } from './task-channel.ts'
import { SourceMeasures } from './task-measures.ts'
import { TransactionProgress } from './transaction-progress.ts'

/** What a task's plugins module (plugins.ts) exports for task threads. Each throws a CdcError for what it cannot make. */
export interface TaskPlugins {
  createSource(config: StoredConfig, context: SourceContext, log: Logger): Promise<Source>
  /** Converters and transforms: the connector's, else the worker's. */
  createStages(
    config: StoredConfig,
    settings: Readonly<Record<string, string>>,
    log: Logger,
  ): {
    readonly keyConverter: Converter
    readonly valueConverter: Converter
    readonly headerConverter: HeaderConverter
    readonly transforms: Transforms & { close(): void }
  }
}

/** What a source task is made of. */
export interface SourceTaskOptions {
  readonly connector: string
  readonly task: number
  readonly config: StoredConfig
  readonly settings: Readonly<Record<string, string>>
  readonly channel: TaskChannel
  readonly plugins: TaskPlugins
  /** A fresh output; closed at the end of each run. */
  readonly openOutput: () => Promise<RecordOutput & AsyncDisposable>
  readonly openLink: LinkFactory
  readonly offsetFlushIntervalMs: number
  readonly log: Logger
}

/** Runs until the channel's signal aborts; throws what must end the task. */
export async function runSourceTask(options: SourceTaskOptions): Promise<void> {
  const { channel, config, log } = options
  const maxRetries = numberOf(config['errors.max.retries'], -1)
  const waitMs = numberOf(config['retriable.restart.connector.wait.ms'], 10_000)
  let retries = 0
  let hasRead = false
  const measures = new SourceMeasures(config)
  channel.onMeasure = () => measures.samples()
  const onBatch = (batch: SourceBatch) => {
    measures.batch(batch)
    hasRead = true
    retries = 0
  }
  if (channel.isPaused) channel.say({ kind: 'paused' })
  channel.onPause = (isPaused) => {
    if (isPaused) channel.say({ kind: 'paused' })
  }
  await channel.whenUnpaused()
  while (!channel.signal.aborted) {
    try {
      await runOnce(options, measures, onBatch)
      // A source that has nothing more to read leaves its task running, idle, as Connect's tasks are.
      if (!channel.signal.aborted) await once(channel.signal, 'abort')
      return
    } catch (thrown) {
      const error = CdcError.from(thrown)
      if (channel.signal.aborted && error.code === 'CDC_STATE_ABORTED') return
      // Before the first batch only a server that cannot be reached is worth waiting for: all else is a matter of configuration.
      const isPassing = error.retriable && (hasRead || error.code.startsWith('CDC_CONNECT_'))
      if (!isPassing || (maxRetries >= 0 && retries >= maxRetries)) throw error
      retries++
      measures.retries++
      measures.isConnected = false
      const message = `${error.message}; trying again in ${waitMs} ms (retry ${retries})`
      log.warn({ code: error.code, hint: error.hint }, message)
      await sleep(waitMs, { signal: channel.signal })
    }
  }
}

async function runOnce(
  options: SourceTaskOptions,
  measures: SourceMeasures,
  onBatch: (batch: SourceBatch) => void,
): Promise<void> {
  const { channel, plugins, config, settings, log } = options
  const { keyConverter, valueConverter, headerConverter, transforms } = plugins.createStages(config, settings, log)
  await using stack = new AsyncDisposableStack()
  stack.defer(() => transforms.close())
  const output = stack.use(await options.openOutput())
  // The source ends before its output: what it yielded is flushed by the loop.
  const run = new AbortController()
  const signal = AbortSignal.any([channel.signal, run.signal])
  const source = stack.use(await plugins.createSource(config, contextOf(options, output, signal), log))
  const writer = new RecordWriter({
    output,
    keyConverter,
    valueConverter,
    headerConverter,
    transforms,
    isTolerant: config['errors.tolerance']?.trim() === 'all',
    logsErrors: config['errors.log.enable']?.trim().toLowerCase() === 'true',
    counts: measures.counts,
    log,
  })
  const { transactions } = output
  const progress = transactions
    ? new TransactionProgress({
        transactions,
        onCommitted: (offsets) => {
          measures.offsetCommits++
          channel.say({ kind: 'committed', offsets })
        },
      })
    : new OffsetProgress({
        store: async (partition, offset) => {
          await channel.storeOffset(partition, offset)
          measures.offsetCommits++
        },
        intervalMs: options.offsetFlushIntervalMs,
        log,
      })
  stack.defer(() => progress.close())
  channel.onForgetTopics = () => writer.forgetTopics()
  channel.onPause = (isPaused) => channel.say({ kind: isPaused ? 'paused' : 'running' })
  measures.isConnected = true
  if (!channel.isPaused) channel.say({ kind: 'running' })
  const onTopics = (topics: readonly string[]) => channel.say({ kind: 'topics', topics })
  const whenUnpaused = () => channel.whenUnpaused()
  await runSourceLoop({
    source: watched(source, onBatch),
    interrupt: () => run.abort(),
    writer,
    output,
    progress,
    whenUnpaused,
    onTopics,
  })
}

/** The source, telling of every batch that it hands out. */
function watched(source: Source, onBatch: (batch: SourceBatch) => void): Source {
  return {
    async *batches() {
      for await (const batch of source.batches()) {
        onBatch(batch)
        yield batch
      }
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}

function contextOf(
  { connector, task, channel, openLink }: SourceTaskOptions,
  { transactions }: RecordOutput,
  signal: AbortSignal,
): SourceContext {
  /** The worker does not hear of every commit of a thread that was cut off, so the topic itself is asked; the worker is told. */
  const loadCommitted = async (partition: SourcePartition): Promise<SourceOffset | null> => {
    const offset = (await transactions?.loadOffset(partition)) ?? null
    if (offset !== null) channel.say({ kind: 'committed', offsets: [{ partition, offset }] })
    return offset
  }
  return {
    connectorName: connector,
    taskId: task,
    signal,
    loadOffset: transactions ? loadCommitted : (partition) => channel.loadOffset(partition),
    openLink,
  }
}

function numberOf(text: string | null | undefined, fallback: number): number {
  const number = text === null || text === undefined || text.trim() === '' ? fallback : Number(text)
  return Number.isFinite(number) ? number : fallback
}
