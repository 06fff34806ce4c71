// Runs the broker in a worker thread of its own, so that no connector and no page has to wait for it, nor it for them.

import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { type AnyErrorCode, KafkaError } from '../error.ts'
import type { ListenExtras } from './broker.ts'
import type { ListenAddress } from './net/tcp-listener.ts'
import type { BrokerLogger, BrokerOptions } from './options.ts'

/** Options of a broker thread; without `listen` no TCP port is opened. The first one's address is the thread's `address`. */
export interface BrokerThreadOptions extends Omit<BrokerOptions, 'log'> {
  listen?: (ListenAddress & ListenExtras) | readonly (ListenAddress & ListenExtras)[]
}

/** A broker that runs in its own thread. */
export interface BrokerThread extends AsyncDisposable {
  /** Address listened on; undefined when none was asked for. */
  readonly address: ListenAddress | undefined
  readonly clusterId: string
  /**
   * A fresh connection to the broker: transfer the port to the thread that uses it (`postMessage(…, [port])` or `transferList`) and wrap it
   * there with `new PortLink(port)`. Throws KafkaError `CLOSED` after the broker ended.
   */
  connect(): MessagePort
  /** Ends the broker: everything acknowledged is on disk. Rejects with the KafkaError that prevented it. */
  close(): Promise<void>
  /** Resolves when the thread ends by itself, with the reason; never after `close`. */
  readonly failed: Promise<KafkaError>
}

/** Messages to the thread. */
export type ToBrokerThread = { kind: 'connect'; port: MessagePort } | { kind: 'close' }
/** Messages from the thread. */
export type FromBrokerThread =
  | { kind: 'ready'; address: ListenAddress | undefined; clusterId: string }
  | { kind: 'failed'; code: AnyErrorCode; message: string; hint: string }
  | { kind: 'closed' }
  | { kind: 'log'; level: 'info' | 'warn' | 'error'; line: string }

/** Starts the thread and resolves when the broker serves. Rejects with the errors of `Broker.open` and `Broker.listen`. */
export async function startBrokerThread(
  options: BrokerThreadOptions,
  log: BrokerLogger = () => {},
): Promise<BrokerThread> {
  const worker = new Worker(new URL('./broker-worker.ts', import.meta.url), {
    workerData: options,
    name: 'kafka-broker',
    // V8's own limit is 48 MB, which a broker that never makes objects of records does not need.
    resourceLimits: { maxYoungGenerationSizeMb: 6 },
  })
  const ready = Promise.withResolvers<{ address: ListenAddress | undefined; clusterId: string }>()
  const failed = Promise.withResolvers<KafkaError>()
  const ended = Promise.withResolvers<void>()
  ended.promise.catch(() => {})
  let isEnded = false
  let isClosing = false
  let reason: KafkaError | undefined
  worker.on('message', (message: FromBrokerThread) => {
    if (message.kind === 'log') log(message.level, message.line)
    else if (message.kind === 'ready') ready.resolve(message)
    else if (message.kind === 'failed') reason = new KafkaError(message.code, message.message, { hint: message.hint })
  })
  worker.on('error', (error) => {
    reason = new KafkaError('UNKNOWN_SERVER_ERROR', `the broker thread failed: ${(error as Error).message}`, {
      cause: error,
    })
  })
  worker.on('exit', () => {
    isEnded = true
    const why = reason ?? new KafkaError('CLOSED', 'the broker thread ended')
    ready.reject(why)
    if (reason === undefined && isClosing) ended.resolve()
    else ended.reject(why)
    if (!isClosing) failed.resolve(why)
  })
  const send = (message: ToBrokerThread, transfer: MessagePort[] = []): void => worker.postMessage(message, transfer)
  const { address, clusterId } = await ready.promise
  const close = (): Promise<void> => {
    if (!isClosing && !isEnded) send({ kind: 'close' })
    isClosing = true
    return ended.promise
  }
  return {
    address,
    clusterId,
    failed: failed.promise,
    connect: () => {
      if (isEnded || isClosing) throw new KafkaError('CLOSED', 'the broker has ended')
      const { port1, port2 } = new MessageChannel()
      send({ kind: 'connect', port: port1 }, [port1])
      return port2
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
