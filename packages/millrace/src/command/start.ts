// millrace start: the embedded broker (or a Kafka cluster) and the worker, until a signal ends them.
import { Command } from 'commander'
import { runWorker, type WorkerFlags, withWorkerFlags } from './worker-flags.ts'

/** The command. */
export function startCommand(): Command {
  return withWorkerFlags(
    new Command('start')
      .description('start Millrace: topics on the Kafka port, Kafka Connect’s REST API on the REST port')
      .argument('[worker.properties]', 'worker settings as connect-distributed takes them; flags count more'),
  ).action((settingsFile: string | undefined, flags: WorkerFlags) => runWorker(flags, { settingsFile }))
}
