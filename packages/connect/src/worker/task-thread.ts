// Entry of a task's thread. It builds the task from what the worker sent and reports how it ends.
import { parentPort, workerData } from 'node:worker_threads'
import { CdcError } from '../base/errors.ts'
import { brokerLinks, clusterLinks } from './broker-links.ts'
import { openProducerOutput } from './producer-output.ts'
import { runSinkTask, type SinkPlugins } from './sink-task.ts'
import { runSourceTask, type TaskPlugins } from './source-task.ts'
import { TaskChannel } from './task-channel.ts'
import type { TaskThreadData } from './task-messages.ts'

const data = workerData as TaskThreadData
const port = parentPort!
const channel = new TaskChannel(port, data.isPaused)

try {
  const plugins = (await import(data.pluginsModule)) as TaskPlugins & SinkPlugins
  const { connector, task, config, settings } = data
  const log = channel.logger({ connector, task })
  const openPort = () => channel.openPort()
  const openLink = brokerLinks(data.embeddedAddresses, openPort)
  const openOwn = clusterLinks(settings['bootstrap.servers']!, data.embeddedAddresses, openPort)
  const common = { connector, task, config, settings, channel, plugins, log }
  const { offsetFlushIntervalMs } = data
  if (data.type === 'sink') await runSinkTask({ ...common, openLink: openOwn, offsetFlushIntervalMs })
  else
    await runSourceTask({
      ...common,
      openOutput: () => openProducerOutput({ connector, task, config, settings, openLink: openOwn, log }),
      openLink,
      offsetFlushIntervalMs,
    })
} catch (thrown) {
  channel.say({ kind: 'failed', error: CdcError.from(thrown).toJSON() })
}
// The last words are delivered before the thread ends: closing the port waits for them.
port.close()
