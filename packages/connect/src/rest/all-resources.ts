// The table of contents of the REST interface: every resource, one line a file.
import { ConnectorOffsets, type SinkOffsets } from '../worker/connector-offsets.ts'
import type { Loggers } from '../worker/loggers.ts'
import type { MeasureBoard } from '../worker/measure-board.ts'
import type { Worker } from '../worker/worker.ts'
import { commandResources } from './connector-commands.ts'
import { configResources } from './connector-config.ts'
import { offsetResources } from './connector-offsets.ts'
import { pluginResources } from './connector-plugins.ts'
import { statusResources } from './connector-status.ts'
import { taskResources } from './connector-tasks.ts'
import { connectorResources } from './connectors.ts'
import { loggerResources } from './loggers.ts'
import { metricsResources } from './metrics.ts'
import type { Resource } from './resource.ts'
import { rootResources } from './root.ts'

/** Every resource of a worker, except those for administrators. */
export function allResources(worker: Worker, sinks: SinkOffsets | null): Resource[] {
  return [
    ...rootResources(worker),
    ...pluginResources(worker),
    ...connectorResources(worker),
    ...configResources(worker),
    ...statusResources(worker),
    ...taskResources(worker),
    ...commandResources(worker),
    ...offsetResources(new ConnectorOffsets(worker, sinks)),
  ]
}

/** What `admin.listeners` moves to addresses of its own, or away. */
export function adminResources(worker: Worker, loggers: Loggers, board: MeasureBoard): Resource[] {
  return [...loggerResources(worker, loggers), ...metricsResources(worker, board)]
}
