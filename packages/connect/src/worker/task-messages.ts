// What the worker and a task's thread say to each other. Nothing here is sent per record.
import type { MessagePort } from 'node:worker_threads'
import type { CdcErrorJson } from '../base/errors.ts'
import type { SourceOffset, SourcePartition } from '../source/source.ts'
import type { StoredConfig } from '../store/store.ts'
import type { StoredOffset } from './record-output.ts'
import type { TaskSample } from './task-measures.ts'

/** What a task's thread is started with. */
export interface TaskThreadData {
  readonly connector: string
  readonly task: number
  readonly type: 'source' | 'sink'
  readonly config: StoredConfig
  /** The worker's settings by Connect's names. */
  readonly settings: Readonly<Record<string, string>>
  readonly isPaused: boolean
  /** URL of the module that makes sources, transforms and converters (TaskPlugins of source-task.ts). */
  readonly pluginsModule: string
  /** Addresses (`host:port`) that mean the embedded broker; empty when there is none. */
  readonly embeddedAddresses: readonly string[]
  readonly offsetFlushIntervalMs: number
}

/** Words of the worker to the thread. */
export type ToTask =
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'forget-topics' }
  /** Asks for the task's measures. */
  | { readonly kind: 'measure'; readonly id: number }
  /** Answer to `load`. */
  | { readonly kind: 'loaded'; readonly id: number; readonly offset: SourceOffset | null }
  /** Answer to `store`. */
  | { readonly kind: 'stored'; readonly id: number; readonly error: CdcErrorJson | null }
  /** Answer to `open-port`: one end of a pair of ports, whose other end the broker has. */
  | {
      readonly kind: 'port'
      readonly id: number
      readonly port: MessagePort | null
      readonly error: CdcErrorJson | null
    }

/** Words of the thread to the worker. */
export type FromTask =
  | { readonly kind: 'running' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'failed'; readonly error: CdcErrorJson }
  | { readonly kind: 'topics'; readonly topics: readonly string[] }
  | { readonly kind: 'load'; readonly id: number; readonly partition: SourcePartition }
  | {
      readonly kind: 'store'
      readonly id: number
      readonly partition: SourcePartition
      readonly offset: SourceOffset
    }
  /** Offsets that stand in the offset topic already: written in a transaction with their records. */
  | { readonly kind: 'committed'; readonly offsets: readonly StoredOffset[] }
  | { readonly kind: 'open-port'; readonly id: number }
  /** Answer to `measure`. */
  | { readonly kind: 'measured'; readonly id: number; readonly samples: readonly TaskSample[] }
  | { readonly kind: 'log'; readonly level: LogWord; readonly fields: object; readonly message: string }

/** Levels of a logger's methods. */
export type LogWord = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'
