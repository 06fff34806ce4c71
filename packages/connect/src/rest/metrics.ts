// `/metrics`: the worker's and its tasks' measures in Prometheus' text format. Not a path of Connect, whose workers offer JMX.
import type { MetricSample } from '../base/metrics.ts'
import type { MeasureBoard } from '../worker/measure-board.ts'
import type { Worker } from '../worker/worker.ts'
import type { Resource } from './resource.ts'
import { EMULATED_VERSION } from './root.ts'

/** `GET /metrics`. */
export function metricsResources(worker: Worker, board: MeasureBoard): Resource[] {
  return [
    {
      path: '/metrics',
      isText: true,
      methods: {
        GET: async () => {
          const value = prometheusText([...ofWorker(worker), ...(await board.samples())])
          return { status: 200, text: { type: 'text/plain; version=0.0.4; charset=utf-8', value } }
        },
      },
    },
  ]
}

/** Samples in the text format; those of one name stand together. */
export function prometheusText(samples: readonly MetricSample[]): string {
  const byName = Map.groupBy(samples, ({ name }) => name)
  let text = ''
  for (const [name, group] of byName) {
    text += `# HELP ${name} ${group[0]!.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${group[0]!.kind}\n`
    for (const { labels, value } of group) text += `${name}${labelText(labels)} ${value}\n`
  }
  return text
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => {
    const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    return `${name}="${escaped}"`
  })
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

/** What the worker itself knows: how its connectors and tasks do. */
function ofWorker(worker: Worker): MetricSample[] {
  const { statuses } = worker.parts
  const own = worker.connectors().flatMap((name) => statuses.status(name, null) ?? [])
  const tasks = worker.connectors().flatMap((name) => statuses.tasks(name))
  const isOwn = ({ workerId }: { workerId: string }) => workerId === worker.workerId
  const gauge = (name: string, help: string, value: number, labels = {}): MetricSample => ({
    name,
    help,
    kind: 'gauge',
    value,
    labels,
  })
  return [
    gauge('kafka_connect_version_info', 'The version whose interfaces these are', 1, { version: EMULATED_VERSION }),
    gauge('kafka_connect_worker_connector_count', 'Connectors of this worker', own.filter(isOwn).length),
    gauge('kafka_connect_worker_task_count', 'Tasks of this worker', tasks.filter(isOwn).length),
    ...tasks.filter(isOwn).map(({ connector, task, state }) =>
      gauge('kafka_connect_connector_status', 'How a task does', 1, {
        connector,
        task: String(task),
        status: state.toLowerCase(),
      }),
    ),
    gauge('process_resident_memory_bytes', 'Memory of the process', process.memoryUsage.rss()),
    gauge(
      'process_start_time_seconds',
      'Start of the process, epoch seconds',
      Math.round(performance.timeOrigin) / 1000,
    ),
  ]
}
