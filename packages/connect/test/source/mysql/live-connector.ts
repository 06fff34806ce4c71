// A MySQL source against a live server, as its task would run it: offsets are stored behind each batch, several runs share offset and history.
import { silentLogger } from '../../../src/base/logger.ts'
import { type FlavourName, parseMysqlConfig } from '../../../src/config/mysql/mysql-config.ts'
import type { ChangeRow } from '../../../src/data/change-row.ts'
import type { Struct } from '../../../src/data/record.ts'
import { toRecord } from '../../../src/data/to-record.ts'
import { MysqlSource } from '../../../src/source/mysql/mysql-source.ts'
import type { SourceOffset } from '../../../src/source/source.ts'
import { MemoryHistoryTopic } from './snapshot-lab.ts'

/** See the file's head. */
export class LiveConnector {
  readonly history = new MemoryHistoryTopic()
  offset: SourceOffset | null = null
  /** `op key` of every change. */
  readonly sent: string[] = []
  /** How often the log was opened. */
  connections = 0
  /** Codes of the failures that a new connection followed. */
  readonly failures: string[] = []
  /** Fields of what was warned of. */
  readonly warnings: object[] = []
  /** Called for each change. */
  onChange: (change: ChangeRow) => void = () => {}
  /** Called behind each batch. */
  onBatch: () => void = () => {}
  readonly #options: Readonly<Record<string, string>>
  readonly #flavour: FlavourName

  constructor(options: Readonly<Record<string, string>>, flavour: FlavourName = 'mysql') {
    this.#options = options
    this.#flavour = flavour
  }

  /** Runs until `isEnough`, asked behind each batch; throws what stops the source. */
  async run(isEnough: (connector: LiveConnector) => boolean, whenStreaming?: () => Promise<unknown>): Promise<void> {
    const controller = new AbortController()
    const begun: Promise<unknown>[] = []
    // What cannot be written is not waited for: the run ends, and then throws.
    const failing = (written: Promise<unknown>) => {
      written.catch(() => controller.abort())
      return written
    }
    const log = {
      ...silentLogger,
      info: (_: unknown, message?: string) => {
        if (message !== 'reading the binary log') return
        this.connections++
        if (begun.length === 0 && whenStreaming !== undefined) begun.push(failing(whenStreaming()))
      },
      warn: (fields: unknown) => {
        if (typeof fields === 'object' && fields !== null) this.warnings.push(fields)
        const { code } = fields as { readonly code?: string }
        if (code !== undefined) this.failures.push(code)
      },
      child: () => log,
    }
    await using source = new MysqlSource({
      config: parseMysqlConfig(defaults(this.#options), this.#flavour).config,
      log,
      historyTopic: this.history,
      context: {
        connectorName: 'live',
        taskId: 0,
        signal: controller.signal,
        loadOffset: async () => this.offset,
        openLink: () => Promise.reject(new Error('no broker here')),
      },
    })
    for await (const batch of source.batches()) {
      batch.forEach((item) => {
        if (item.kind !== 'change') return
        this.onChange(item)
        this.sent.push(`${item.op} ${(toRecord(item).key as Struct | null)?.values.join()}`)
      })
      if (batch.sourceOffset !== null) this.offset = batch.sourceOffset
      batch.acked()
      this.onBatch()
      if (isEnough(this)) controller.abort()
    }
    await Promise.all(begun)
  }
}

function defaults(options: Readonly<Record<string, string>>): Record<string, string> {
  return {
    name: 'live',
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'database.hostname': '127.0.0.1',
    'database.user': 'dbz',
    'database.password': 'dbz',
    'topic.prefix': 'p',
    'database.include.list': 'app',
    'schema.history.internal.kafka.topic': 'h',
    'schema.history.internal.kafka.bootstrap.servers': 'b',
    ...options,
  }
}
