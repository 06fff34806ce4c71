// millrace standalone: Kafka Connect's standalone mode. Connectors come from files and are kept in memory, source offsets in a file.
import { readConnectorFile } from '@millrace/connect'
import { Command } from 'commander'
import { runWorker, type WorkerFlags, withWorkerFlags } from './worker-flags.ts'

/** The command. */
export function standaloneCommand(): Command {
  return withWorkerFlags(
    new Command('standalone')
      .description(
        'run connectors from files, as connect-standalone does; the embedded broker without bootstrap.servers',
      )
      .argument('<worker.properties>', 'worker settings; offset.storage.file.filename is needed')
      .argument('[connectors...]', 'files of connectors: Java properties, a JSON map, or the JSON of POST /connectors'),
  ).action((settingsFile: string, files: readonly string[], flags: WorkerFlags) =>
    runWorker(flags, { settingsFile, isStandalone: true, connectors: files.map(readConnectorFile) }),
  )
}
