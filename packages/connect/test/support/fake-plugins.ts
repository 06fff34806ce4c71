// A catalog of two connectors without any server, and a launcher whose tasks only say what they are told.
import { CdcError } from '../../src/base/errors.ts'
import type { ConfigInfos } from '../../src/config/definition.ts'
import { inJavaMapOrder } from '../../src/store/java-map.ts'
import type { ConnectorPlugin, PluginCatalog } from '../../src/worker/plugin-catalog.ts'
import type { RunningTask, TaskEvent, TaskLauncher, TaskOrder } from '../../src/worker/task-launcher.ts'

const source: ConnectorPlugin = {
  className: 'example.Source',
  type: 'source',
  version: '1.0',
  ownsOffsets: false,
  isRunnable: true,
  taskConfigs(config) {
    if (config.broken === 'yes') throw new CdcError('CDC_CONFIG_INVALID', 'this configuration is broken')
    const count = Number(config['tasks.max'] ?? '1')
    return Array.from({ length: count }, () => inJavaMapOrder({ ...config, 'task.class': 'example.SourceTask' }))
  },
}

export const fakeCatalog: PluginCatalog = {
  list: () => [{ class: 'example.Source', type: 'source', version: '1.0' }],
  definitions: (plugin) => {
    throw new CdcError('CDC_STATE_NOT_FOUND', `Unknown plugin ${plugin}.`)
  },
  connector(className) {
    if (className === 'example.Source') return source
    const message = `Failed to find any class that implements Connector and which name matches ${className}, available connectors are: `
    throw new CdcError('CDC_CONFIG_UNKNOWN_PLUGIN', message)
  },
  async validate(config): Promise<ConfigInfos> {
    this.connector(config['connector.class']!)
    const errors = config.bad === undefined ? [] : [`Invalid value ${config.bad} for configuration bad: not allowed`]
    const value = { name: 'bad', value: config.bad ?? null, recommended_values: [], errors, visible: true }
    return {
      name: config['connector.class']!,
      error_count: errors.length,
      groups: [],
      configs: [{ definition: null, value }],
    }
  },
}

/** A launched task: what it was told, and `say` to report something. */
export interface FakeTask {
  readonly order: TaskOrder
  readonly heard: string[]
  say(event: TaskEvent): void
}

/** Launches tasks that run (or wait, when paused) and end when told; `turns`: how many turns of the event loop they take for either. */
export function fakeLauncher(turns: () => number = () => 0): { launch: TaskLauncher; tasks: FakeTask[] } {
  const later = async (act: () => void) => {
    for (let left = turns(); left > 0; left--) await new Promise((resolve) => setImmediate(resolve))
    await Promise.resolve()
    act()
  }
  const tasks: FakeTask[] = []
  const launch: TaskLauncher = (order): RunningTask => {
    const heard: string[] = []
    tasks.push({ order, heard, say: order.onEvent })
    let isEnded = false
    let last: Promise<void> = Promise.resolve() // a task's words keep their order
    const say = (kind: 'paused' | 'running') => {
      last = last.then(() =>
        later(() => {
          if (!isEnded) order.onEvent({ kind })
        }),
      )
    }
    say(order.isPaused ? 'paused' : 'running')
    return {
      pause: () => {
        heard.push('pause')
        say('paused')
      },
      resume: () => {
        heard.push('resume')
        say('running')
      },
      forgetTopics: () => heard.push('forget'),
      stop: async () => {
        heard.push('stop')
        await later(() => {
          isEnded = true
        })
      },
    }
  }
  return { launch, tasks }
}
