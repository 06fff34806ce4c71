// What a connector asks about its worker's part in the group.
import type { StoredConfig } from '../../store/store.ts'

/** Which pieces of one connector this worker runs. */
export interface Ownership {
  /** This worker runs everything there is: nobody else needs to be told or waited for. */
  isSole(): boolean
  /** Whether a task, or with -1 the connector itself, is this worker's. */
  owns(task: number): boolean
  /** Makes task configurations those of the connector: written here by the leader, handed to it by others. */
  publish(configs: readonly StoredConfig[]): Promise<void>
  /** Called before a task starts: what others wrote about its offsets must be known. */
  beforeTask(): Promise<void>
}

/** The ownership of a worker without a group: everything, and nobody to tell. `publish` writes the task configurations. */
export function soleOwnership(publish: Ownership['publish']): Ownership {
  return { isSole: () => true, owns: () => true, publish, beforeTask: async () => {} }
}
