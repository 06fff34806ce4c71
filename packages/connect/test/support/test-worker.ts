// A worker over stores in memory, and its REST interface on a free port.
import { silentLogger } from '../../src/base/logger.ts'
import { adminResources, allResources } from '../../src/rest/all-resources.ts'
import { type RestServer, startRestServer } from '../../src/rest/rest-server.ts'
import { KafkaConfigStore } from '../../src/store/kafka-config-store.ts'
import { KafkaOffsetStore } from '../../src/store/kafka-offset-store.ts'
import { KafkaStatusStore } from '../../src/store/kafka-status-store.ts'
import { Loggers } from '../../src/worker/loggers.ts'
import { MeasureBoard } from '../../src/worker/measure-board.ts'
import { Worker } from '../../src/worker/worker.ts'
import { readWorkerConfig } from '../../src/worker/worker-config.ts'
import { fakeCatalog, fakeLauncher } from './fake-plugins.ts'
import { MemoryTopics } from './memory-topics.ts'

export async function testWorker(topics = new MemoryTopics(), turns?: () => number, catalog = fakeCatalog) {
  const config = readWorkerConfig({ listeners: 'http://127.0.0.1:0' }, true)
  const configs = new KafkaConfigStore({ topics, topic: config.configTopic, now: () => 1 })
  const offsets = new KafkaOffsetStore({ topics, topic: config.offsetTopic })
  const statuses = new KafkaStatusStore({ topics, topic: config.statusTopic, now: () => 7 })
  await Promise.all([configs.start(), offsets.start(), statuses.start()])
  const { launch, tasks } = fakeLauncher(turns)
  const worker = new Worker({
    config,
    configs,
    offsets,
    statuses,
    catalog,
    launch,
    clusterId: 'Ti0vFALoT--jWo5UqJeNYw',
    resolve: (given) => given,
    log: silentLogger,
  })
  worker.start()
  return { worker, tasks, topics }
}

export async function testRest(
  catalog = fakeCatalog,
  log = silentLogger,
): Promise<{ server: RestServer; base: string } & Awaited<ReturnType<typeof testWorker>>> {
  const parts = await testWorker(new MemoryTopics(), undefined, catalog)
  const resources = [
    ...allResources(parts.worker, null),
    ...adminResources(parts.worker, new Loggers('INFO', () => {}), new MeasureBoard()),
  ]
  const server = await startRestServer({
    resources,
    listeners: [{ isTls: false, host: '127.0.0.1', port: 0 }],
    log,
  })
  const base = `http://127.0.0.1:${server.port}`
  parts.worker.workerId = `127.0.0.1:${server.port}`
  return { server, base, ...parts }
}

/** Waits until `holds` answers true; asks again after every turn of the event loop, for twenty seconds at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('the condition never held')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
