// Entry of the broker's worker thread; started by broker-thread.ts. Not for import.

import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { PortLink } from '../client/port-link.ts'
import { KafkaError } from '../error.ts'
import { Broker } from './broker.ts'
import type { BrokerThreadOptions, FromBrokerThread, ToBrokerThread } from './broker-thread.ts'

async function run(parent: MessagePort, { listen, ...options }: BrokerThreadOptions): Promise<void> {
  const say = (message: FromBrokerThread): void => parent.postMessage(message)
  let broker: Broker | undefined
  try {
    broker = await Broker.open({ ...options, log: (level, line) => say({ kind: 'log', level, line }) })
    for (const one of [listen ?? []].flat()) await broker.listen(one.host, one.port, one)
    const { address, clusterId } = broker
    parent.on('message', (message: ToBrokerThread) => {
      if (message.kind === 'connect') broker?.accept(new PortLink(message.port))
      else void end(broker as Broker, say)
    })
    say({ kind: 'ready', address, clusterId })
  } catch (error) {
    await broker?.close().catch(() => {})
    say(failure(error))
    parent.close()
  }
}

async function end(broker: Broker, say: (message: FromBrokerThread) => void): Promise<void> {
  try {
    await broker.close()
    say({ kind: 'closed' })
  } catch (error) {
    say(failure(error))
  }
  parentPort?.close()
}

/** Errors lose their class on the way between threads: they travel as what they are made of. */
function failure(thrown: unknown): FromBrokerThread {
  const { code, message, hint } = KafkaError.from(thrown)
  return { kind: 'failed', code, message, hint }
}

if (parentPort !== null) void run(parentPort, workerData as BrokerThreadOptions)
