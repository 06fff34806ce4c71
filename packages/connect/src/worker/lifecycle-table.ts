// The life of connectors and tasks as one total table: every state with every command has a line. The worker acts by these lines, a test
// walks through all of them, and lifecycle-page.ts prints them to docs/design/lifecycle.md.
import type { TargetState } from '../store/store.ts'

/** Where a connector is. UNASSIGNED: no worker runs it. */
export type ConnectorState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED'

/** What can happen to a connector. `start`: this worker takes it up; `shutdown`: this worker ends; `fail`: its start failed. */
export type ConnectorCommand =
  | 'start'
  | 'pause'
  | 'resume'
  | 'stop'
  | 'restart'
  | 'reconfigure'
  | 'delete'
  | 'fail'
  | 'shutdown'

/**
 * What a command leads to. `target`: follow the target state, that is RUNNING for STARTED, else PAUSED or STOPPED. `gone`: nothing of the
 * connector is left.
 */
export type ConnectorOutcome = ConnectorState | 'target' | 'gone'

/**
 * What a command does to the tasks of the connector. `generate`: make task configurations anew and restart the tasks whose configuration
 * changed, provided the target is STARTED or there were tasks before; `remove`: end them and empty the task set; `end`: end them, the task
 * set stays for the next start.
 */
export type TaskEffect = 'keep' | 'pause' | 'resume' | 'generate' | 'remove' | 'end'

/** One line of the connector table. `target`: the target state that is stored; null = unchanged. */
export interface ConnectorTransition {
  readonly from: ConnectorState
  readonly command: ConnectorCommand
  readonly target: TargetState | null
  readonly to: ConnectorOutcome
  readonly tasks: TaskEffect
  readonly note: string
}

/** Where a task is. */
export type TaskState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED'

/** What can happen to a task. */
export type TaskCommand = 'start' | 'pause' | 'resume' | 'restart' | 'fail' | 'remove' | 'shutdown'

/** One line of the task table. `target`: PAUSED if the connector's target is PAUSED, else RUNNING. */
export interface TaskTransition {
  readonly from: TaskState
  readonly command: TaskCommand
  readonly to: TaskState | 'target' | 'gone'
  readonly note: string
}

type ConnectorLine = readonly [
  ConnectorState,
  ConnectorCommand,
  TargetState | null,
  ConnectorOutcome,
  TaskEffect,
  string,
]
type TaskLine = readonly [TaskState, TaskCommand, TaskState | 'target' | 'gone', string]

const connectorLines: readonly ConnectorLine[] = [
  ['UNASSIGNED', 'start', null, 'target', 'generate', 'a new connector, or one found in the config topic'],
  ['UNASSIGNED', 'pause', 'PAUSED', 'UNASSIGNED', 'keep', 'the target counts at the next start'],
  ['UNASSIGNED', 'resume', 'STARTED', 'UNASSIGNED', 'keep', 'the target counts at the next start'],
  ['UNASSIGNED', 'stop', 'STOPPED', 'STOPPED', 'remove', ''],
  ['UNASSIGNED', 'restart', null, 'target', 'generate', ''],
  ['UNASSIGNED', 'reconfigure', null, 'target', 'generate', ''],
  ['UNASSIGNED', 'delete', null, 'gone', 'remove', ''],
  ['UNASSIGNED', 'fail', null, 'FAILED', 'keep', 'the configuration cannot be started'],
  ['UNASSIGNED', 'shutdown', null, 'UNASSIGNED', 'end', ''],
  ['RUNNING', 'start', null, 'RUNNING', 'keep', 'runs already'],
  ['RUNNING', 'pause', 'PAUSED', 'PAUSED', 'pause', 'tasks keep their connections and read nothing'],
  ['RUNNING', 'resume', 'STARTED', 'RUNNING', 'resume', 'a failed task stays failed'],
  ['RUNNING', 'stop', 'STOPPED', 'STOPPED', 'remove', ''],
  [
    'RUNNING',
    'restart',
    null,
    'target',
    'generate',
    'tasks restart only with includeTasks, or if their configuration changed',
  ],
  ['RUNNING', 'reconfigure', null, 'target', 'generate', ''],
  ['RUNNING', 'delete', null, 'gone', 'remove', 'source offsets stay'],
  ['RUNNING', 'fail', null, 'FAILED', 'keep', 'tasks run on'],
  ['RUNNING', 'shutdown', null, 'UNASSIGNED', 'end', 'offsets are stored first'],
  ['PAUSED', 'start', null, 'PAUSED', 'keep', ''],
  ['PAUSED', 'pause', 'PAUSED', 'PAUSED', 'keep', ''],
  ['PAUSED', 'resume', 'STARTED', 'RUNNING', 'generate', 'tasks there are go on; without any they are generated'],
  ['PAUSED', 'stop', 'STOPPED', 'STOPPED', 'remove', ''],
  ['PAUSED', 'restart', null, 'target', 'generate', 'comes back paused'],
  ['PAUSED', 'reconfigure', null, 'target', 'generate', 'comes back paused; without tasks none are generated'],
  ['PAUSED', 'delete', null, 'gone', 'remove', 'source offsets stay'],
  ['PAUSED', 'fail', null, 'FAILED', 'keep', ''],
  ['PAUSED', 'shutdown', null, 'UNASSIGNED', 'end', ''],
  ['STOPPED', 'start', null, 'STOPPED', 'keep', ''],
  ['STOPPED', 'pause', 'PAUSED', 'PAUSED', 'keep', 'no tasks until it is resumed'],
  ['STOPPED', 'resume', 'STARTED', 'RUNNING', 'generate', ''],
  ['STOPPED', 'stop', 'STOPPED', 'STOPPED', 'remove', ''],
  ['STOPPED', 'restart', null, 'target', 'generate', 'stays stopped, unless the target has changed since'],
  [
    'STOPPED',
    'reconfigure',
    null,
    'target',
    'generate',
    'stays stopped; the new configuration counts when it is resumed',
  ],
  ['STOPPED', 'delete', null, 'gone', 'remove', 'source offsets stay'],
  ['STOPPED', 'fail', null, 'STOPPED', 'keep', 'nothing runs that could fail'],
  ['STOPPED', 'shutdown', null, 'UNASSIGNED', 'end', ''],
  ['FAILED', 'start', null, 'target', 'generate', ''],
  ['FAILED', 'pause', 'PAUSED', 'FAILED', 'pause', 'failed until it is restarted or reconfigured'],
  ['FAILED', 'resume', 'STARTED', 'FAILED', 'resume', 'failed until it is restarted or reconfigured'],
  ['FAILED', 'stop', 'STOPPED', 'STOPPED', 'remove', ''],
  ['FAILED', 'restart', null, 'target', 'generate', ''],
  ['FAILED', 'reconfigure', null, 'target', 'generate', ''],
  ['FAILED', 'delete', null, 'gone', 'remove', 'source offsets stay'],
  ['FAILED', 'fail', null, 'FAILED', 'keep', ''],
  ['FAILED', 'shutdown', null, 'UNASSIGNED', 'end', ''],
]

const taskLines: readonly TaskLine[] = [
  ['UNASSIGNED', 'start', 'target', 'RUNNING once its source is open; started paused it waits'],
  ['UNASSIGNED', 'pause', 'UNASSIGNED', ''],
  ['UNASSIGNED', 'resume', 'UNASSIGNED', ''],
  ['UNASSIGNED', 'restart', 'target', ''],
  ['UNASSIGNED', 'fail', 'FAILED', 'its source could not be opened'],
  ['UNASSIGNED', 'remove', 'gone', ''],
  ['UNASSIGNED', 'shutdown', 'UNASSIGNED', ''],
  ['RUNNING', 'start', 'RUNNING', 'runs already'],
  ['RUNNING', 'pause', 'PAUSED', 'no further batch is asked for; what was read is acknowledged and its offset stored'],
  ['RUNNING', 'resume', 'RUNNING', ''],
  ['RUNNING', 'restart', 'target', 'ends gracefully first'],
  ['RUNNING', 'fail', 'FAILED', 'the offset stays before the first record that is not acknowledged'],
  ['RUNNING', 'remove', 'gone', 'ends gracefully: source closed, records flushed, offset stored'],
  ['RUNNING', 'shutdown', 'UNASSIGNED', 'ends gracefully'],
  ['PAUSED', 'start', 'PAUSED', ''],
  ['PAUSED', 'pause', 'PAUSED', ''],
  ['PAUSED', 'resume', 'RUNNING', ''],
  ['PAUSED', 'restart', 'target', ''],
  ['PAUSED', 'fail', 'FAILED', 'its source could not be opened'],
  ['PAUSED', 'remove', 'gone', ''],
  ['PAUSED', 'shutdown', 'UNASSIGNED', ''],
  ['FAILED', 'start', 'FAILED', 'only a restart or a new configuration starts it again'],
  ['FAILED', 'pause', 'FAILED', ''],
  ['FAILED', 'resume', 'FAILED', ''],
  ['FAILED', 'restart', 'target', ''],
  ['FAILED', 'fail', 'FAILED', ''],
  ['FAILED', 'remove', 'gone', ''],
  ['FAILED', 'shutdown', 'UNASSIGNED', ''],
]

/** The connector table, one line for every state and command. */
export const connectorTransitions: readonly ConnectorTransition[] = connectorLines.map(
  ([from, command, target, to, tasks, note]) => ({ from, command, target, to, tasks, note }),
)

/** The task table, one line for every state and command. */
export const taskTransitions: readonly TaskTransition[] = taskLines.map(([from, command, to, note]) => ({
  from,
  command,
  to,
  note,
}))

const connectorIndex = new Map(connectorTransitions.map((line) => [`${line.from} ${line.command}`, line]))
const taskIndex = new Map(taskTransitions.map((line) => [`${line.from} ${line.command}`, line]))

/** The line for a connector's state and a command. */
export function connectorTransition(from: ConnectorState, command: ConnectorCommand): ConnectorTransition {
  return connectorIndex.get(`${from} ${command}`)!
}

/** The line for a task's state and a command. */
export function taskTransition(from: TaskState, command: TaskCommand): TaskTransition {
  return taskIndex.get(`${from} ${command}`)!
}
