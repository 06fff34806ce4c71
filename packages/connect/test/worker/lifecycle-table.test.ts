import { describe, expect, test, vi } from 'vitest'
import { CdcError } from '../../src/base/errors.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { KafkaConfigStore } from '../../src/store/kafka-config-store.ts'
import { KafkaStatusStore } from '../../src/store/kafka-status-store.ts'
import type { TargetState } from '../../src/store/store.ts'
import { soleOwnership } from '../../src/worker/group/ownership.ts'
import { lifecyclePage } from '../../src/worker/lifecycle-page.ts'
import {
  type ConnectorCommand,
  type ConnectorState,
  connectorTransitions,
  type TaskCommand,
  type TaskState,
  taskTransitions,
} from '../../src/worker/lifecycle-table.ts'
import { ManagedConnector } from '../../src/worker/managed-connector.ts'
import { ManagedTask } from '../../src/worker/managed-task.ts'
import { fakeCatalog, fakeLauncher } from '../support/fake-plugins.ts'
import { MemoryTopics } from '../support/memory-topics.ts'
import { until } from '../support/test-worker.ts'

vi.setConfig({ testTimeout: 30_000 })

const STATES: ConnectorState[] = ['UNASSIGNED', 'RUNNING', 'PAUSED', 'STOPPED', 'FAILED']
const COMMANDS: ConnectorCommand[] = [
  'start',
  'pause',
  'resume',
  'stop',
  'restart',
  'reconfigure',
  'delete',
  'fail',
  'shutdown',
]

async function connectorParts() {
  const topics = new MemoryTopics()
  const topic = (name: string) => ({ topic: name, partitions: 1, replicationFactor: 1 })
  const configs = new KafkaConfigStore({ topics, topic: topic('configs') })
  const statuses = new KafkaStatusStore({ topics, topic: topic('statuses') })
  await configs.start()
  await statuses.start()
  const { launch, tasks } = fakeLauncher()
  let generation = 1
  const connector = new ManagedConnector({
    name: 'c',
    configs,
    statuses,
    catalog: fakeCatalog,
    launch,
    isTopicTrackingEnabled: true,
    workerId: () => 'w:1',
    generation: { current: () => generation, next: () => ++generation },
    resolve: (config) => config,
    ownership: soleOwnership((written) => configs.putTaskConfigs('c', written)),
    log: silentLogger,
  })
  const put = (broken = 'no') => configs.putConfig('c', { name: 'c', 'connector.class': 'example.Source', broken })
  return { configs, statuses, connector, tasks, put }
}

type Parts = Awaited<ReturnType<typeof connectorParts>>

/** Brings a fresh connector into a state by commands that users have. */
async function bringTo(state: ConnectorState, { configs, connector, put }: Parts): Promise<void> {
  await put(state === 'FAILED' ? 'yes' : 'no')
  const target: Partial<Record<ConnectorState, TargetState>> = { PAUSED: 'PAUSED', STOPPED: 'STOPPED' }
  if (target[state]) await configs.putTargetState('c', target[state])
  if (state !== 'UNASSIGNED') await connector.command('start')
  await put()
  expect(connector.state).toBe(state)
}

describe('connectors', () => {
  test('every state and command has exactly one line', () => {
    const lines = connectorTransitions.map(({ from, command }) => `${from} ${command}`)
    const all = STATES.flatMap((state) => COMMANDS.map((command) => `${state} ${command}`))
    expect([...lines].sort()).toEqual([...all].sort())
  })

  for (const line of connectorTransitions.filter(({ command }) => command !== 'fail')) {
    test(`${line.from} + ${line.command} → ${line.to}`, async () => {
      const parts = await connectorParts()
      await bringTo(line.from, parts)
      const { configs, connector, statuses } = parts
      if (line.target) await configs.putTargetState('c', line.target)
      if (line.command === 'stop') await configs.putTaskConfigs('c', [])
      const target = configs.targetState('c')!
      if (line.command === 'delete') await configs.deleteConfig('c')
      await connector.command(line.command)
      const followed = target === 'STARTED' ? 'RUNNING' : target
      const expected = line.to === 'target' ? followed : line.to === 'gone' ? 'UNASSIGNED' : line.to
      expect(connector.state).toBe(expected)
      const status = statuses.status('c', null)
      if (line.to === 'gone') expect(status).toBeNull()
      else if (line.from !== 'UNASSIGNED' || line.command !== 'shutdown') expect(status?.state).toBe(expected)
      const tasks = configs.taskConfigs('c').length
      const runsTask = connector.taskState(0) !== null
      if (line.tasks === 'remove' || expected === 'STOPPED') expect([tasks, runsTask]).toEqual([0, false])
      if (line.tasks === 'end') expect(runsTask).toBe(false)
      if (line.tasks === 'generate' && expected === 'RUNNING') expect([tasks, runsTask]).toEqual([1, true])
    })
  }

  for (const line of connectorTransitions.filter(({ command }) => command === 'fail')) {
    test(`${line.from} + a start that fails → ${line.to}`, async () => {
      const parts = await connectorParts()
      await bringTo(line.from, parts)
      await parts.put('yes')
      await parts.connector.command(line.from === 'UNASSIGNED' ? 'start' : 'restart')
      expect(parts.connector.state).toBe(line.to)
      const trace = parts.statuses.status('c', null)?.trace
      if (line.to === 'FAILED')
        expect(trace?.split('\n')[0]).toBe(
          'org.apache.kafka.common.config.ConfigException: this configuration is broken',
        )
      else expect(trace).toBeNull()
    })
  }
})

describe('tasks', () => {
  const states: TaskState[] = ['UNASSIGNED', 'RUNNING', 'PAUSED', 'FAILED']
  const commands: TaskCommand[] = ['start', 'pause', 'resume', 'restart', 'fail', 'remove', 'shutdown']

  test('every state and command has exactly one line', () => {
    const lines = taskTransitions.map(({ from, command }) => `${from} ${command}`)
    const all = states.flatMap((state) => commands.map((command) => `${state} ${command}`))
    expect([...lines].sort()).toEqual([...all].sort())
  })

  for (const line of taskTransitions) {
    for (const isPaused of line.to === 'target' ? [false, true] : [line.from === 'PAUSED']) {
      test(`${line.from} + ${line.command} → ${line.to}${isPaused ? ' (target PAUSED)' : ''}`, async () => {
        const { statuses } = await connectorParts()
        const { launch, tasks } = fakeLauncher()
        let writes: Promise<void> = Promise.resolve()
        const task = new ManagedTask({
          connector: 'c',
          task: 0,
          type: 'source',
          version: '1.0',
          config: {},
          launch,
          statuses,
          isTopicTrackingEnabled: true,
          workerId: () => 'w:1',
          generation: () => 1,
          inOrder: (write) => {
            writes = writes.then(write)
          },
          log: silentLogger,
        })
        if (line.from !== 'UNASSIGNED') {
          await task.command('start', line.from === 'PAUSED')
          await until(() => statuses.status('c', 0) !== null)
        }
        const fail = () => tasks.at(-1)!.say({ kind: 'failed', error: new CdcError('CDC_INTERNAL', 'boom') })
        if (line.from === 'FAILED') fail()
        if (line.command === 'fail') {
          if (line.from === 'UNASSIGNED') await task.command('start', false)
          fail()
        } else await task.command(line.command, isPaused)
        const expected = line.to === 'target' ? (isPaused ? 'PAUSED' : 'RUNNING') : line.to
        await until(() => task.state === (expected === 'gone' ? 'UNASSIGNED' : expected))
        await writes
        const status = statuses.status('c', 0)
        if (expected === 'gone') expect(status).toBeNull()
        else if (line.from !== 'UNASSIGNED' || expected !== 'UNASSIGNED') {
          await until(() => statuses.status('c', 0)?.state === expected)
          expect(statuses.status('c', 0)?.trace === null).toBe(expected !== 'FAILED')
        }
      })
    }
  }
})

test('the page holds one line for every transition', () => {
  const lines = lifecyclePage()
    .split('\n')
    .filter((line) => /^\| [A-Z]+ \|/.test(line))
  expect(lines).toHaveLength(connectorTransitions.length + taskTransitions.length)
})
