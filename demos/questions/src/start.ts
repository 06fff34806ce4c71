// Starts the questions application: PostgreSQL, web server, consumer.
import { hostname } from 'node:os'
import { type ConsumerNotice, consume, type RunningConsumer } from '@millrace/outbox'
import { openPool, type PostgresOptions } from './database.ts'
import { applyQuestion } from './question-handler.ts'
import { QuestionsError } from './questions-error.ts'
import { buildServer } from './server.ts'

/** Options of {@link startQuestions}. */
export interface QuestionsOptions {
  /** PostgreSQL that holds questions and positions. */
  readonly postgres?: PostgresOptions
  /** `host:port` of brokers; 127.0.0.1:9092 unless given. */
  readonly brokers?: readonly string[]
  /** outbox.event.question unless given */
  readonly topic?: string
  /** hus-dotnet-consumer unless given */
  readonly group?: string
  /** Name of this reader in the group; host name and port unless given. No two running readers may have the same. */
  readonly instanceId?: string
  /** Address to listen on; loopback unless given. */
  readonly bindAddress?: string
  /** Port of the pages, 5000 unless given; 0 takes a free one. */
  readonly httpPort?: number
  /** Name of the flag to mention when the port is busy. */
  readonly portFlag?: string
  /** Receives the consumer's notices and errors. */
  readonly onNotice?: (notice: ConsumerNotice) => void
}

/** A running application. */
export interface RunningQuestions {
  /** `http://127.0.0.1:5000` */
  readonly address: string
  /** Finishes the transaction in hand, leaves the group, closes pages and database. */
  close(): Promise<void>
}

const DEFAULT_PORT = 5000

/**
 * Starts the application and answers when its pages can be read; the broker may come later.
 * Errors: QUESTIONS_DATABASE_*, QUESTIONS_PORT_BUSY (its hint names the flag), QUESTIONS_LISTEN_FAILED.
 */
export async function startQuestions(options: QuestionsOptions = {}): Promise<RunningQuestions> {
  const { topic = 'outbox.event.question', group = 'hus-dotnet-consumer' } = options
  const pool = await openPool(options.postgres ?? {})
  let consumer: RunningConsumer | null = null
  const { server, live } = buildServer({ pool, topic, group, consumer: () => consumer })
  try {
    const host = options.bindAddress ?? '127.0.0.1'
    const port = options.httpPort ?? DEFAULT_PORT
    const address = await server.listen({ host, port }).catch((cause: unknown) => {
      throw listenError(host, port, options.portFlag ?? '--port', cause)
    })
    consumer = await consume({
      topic,
      group,
      brokers: options.brokers ?? ['127.0.0.1:9092'],
      pool,
      handler: applyQuestion,
      clientId: 'questions',
      instanceId: options.instanceId ?? `questions-${hostname()}-${new URL(address).port}`,
      onApplied: () => live.changed(),
      ...(options.onNotice === undefined ? {} : { onNotice: options.onNotice }),
    })
    const running = consumer
    return {
      address,
      close: async () => {
        await running.close()
        await server.close()
        await pool.end()
      },
    }
  } catch (error) {
    await server.close()
    await pool.end()
    throw error
  }
}

function listenError(host: string, port: number, flag: string, cause: unknown): QuestionsError {
  const code = (cause as { code?: unknown }).code
  return code === 'EADDRINUSE'
    ? new QuestionsError(
        'QUESTIONS_PORT_BUSY',
        `port ${port} on ${host} is taken by another process`,
        `Stop that process, or choose another port for the questions page with ${flag}.`,
        { cause },
      )
    : new QuestionsError(
        'QUESTIONS_LISTEN_FAILED',
        `the questions page cannot listen on ${host}:${port} (${typeof code === 'string' ? code : 'unknown error'})`,
        `Choose another port with ${flag}, or another address.`,
        { cause },
      )
}
