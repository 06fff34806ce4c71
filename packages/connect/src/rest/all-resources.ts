// The table of contents of the REST interface: every resource, one line a file.
import { ConnectorOffsets, type SinkOffsets } from '../worker/connector-offsets.ts'
import type { Loggers } from '../worker/loggers.ts'
import type { Worker } from '../worker/worker.ts'
import { commandResources } from './connector-commands.ts'
import { configResources } from './connector-config.ts'
import { offsetResources } from './connector-offsets.ts'
import { pluginResources } from './connector-plugins.ts'
import { statusResources } from './connector-status.ts'
import { taskResources } from './connector-tasks.ts'
import { connectorResources } from './connectors.ts'
import { loggerResources } from './loggers.ts'
import type { Resource } from './resource.ts'
import { rootResources } from './root.ts'

/** Every resource of a worker. */
export function allResources(worker: Worker, loggers: Loggers, sinks: SinkOffsets | null): Resource[] {
  return [
    ...rootResources(worker),
    ...pluginResources(worker),
    ...connectorResources(worker),
    ...configResources(worker),
    ...statusResources(worker),
    ...taskResources(worker),
    ...commandResources(worker),
    ...offsetResources(new ConnectorOffsets(worker, sinks)),
    ...loggerResources(worker, loggers),
  ]
}
