// The child process of null-run.ts: MySQL source → JSON → nothing. It takes its first offset, says `{"ready":true}`, and at any line on
// standard input reads on from there until it has the rows wanted; then it prints what that took.
// usage: null-child.ts ROWS CONFIG_JSON
import { createInterface } from 'node:readline'
import {
  GrowingBytes,
  JsonConverter,
  MysqlSource,
  type MysqlSourceOptions,
  parseMysqlConfig,
  type SourceItem,
  silentLogger,
} from '@millrace/connect'

type HistoryTopic = NonNullable<MysqlSourceOptions['historyTopic']>
type Offset = Record<string, unknown> | null

/** What the child prints at its end. */
export interface NullResult {
  readonly rows: number
  readonly bytes: number
  readonly seconds: number
  readonly cpuSeconds: number
}

const SINK_BYTES = 1_000_000

const [rowsText = '0', configText = '{}'] = process.argv.slice(2)
const { config } = parseMysqlConfig({ name: 'bench', ...(JSON.parse(configText) as Record<string, string>) })
const history = historyInMemory()

function openSource(offset: Offset): { readonly source: MysqlSource; readonly end: AbortController } {
  const end = new AbortController()
  const context: MysqlSourceOptions['context'] = {
    connectorName: 'bench',
    taskId: 0,
    signal: end.signal,
    loadOffset: async () => offset,
    openLink: () => Promise.reject(new Error('there is no broker')),
  }
  return { source: new MysqlSource({ config, context, log: silentLogger, historyTopic: history }), end }
}

/** The snapshot of nothing: only the tables' definitions and the place in the log. */
async function firstOffset(): Promise<Offset> {
  const { source, end } = openSource(null)
  let last: Offset = null
  for await (const batch of source.batches()) {
    batch.forEach(() => {})
    last = (batch.sourceOffset as Offset) ?? last
    if (last !== null && !('snapshot' in last)) end.abort()
  }
  return last
}

async function readAll(offset: Offset, wanted: number): Promise<NullResult> {
  const { source, end } = openSource(offset)
  const keys = new JsonConverter({ schemasEnable: false })
  const values = new JsonConverter({ schemasEnable: false })
  const sink = new GrowingBytes(SINK_BYTES + 64 * 1024)
  let shape: object | null = null
  let writeKey: ReturnType<JsonConverter['changeWriter']> = null
  let writeValue: ReturnType<JsonConverter['changeWriter']> = null
  let rows = 0
  let bytes = 0
  const write = (item: SourceItem): void => {
    if (item.kind !== 'change') return
    if (item.shape !== shape) {
      shape = item.shape
      writeKey = keys.changeWriter(item.shape)
      writeValue = values.changeWriter(item.shape)
    }
    const before = sink.pos
    writeKey!.writeKey!(item, sink)
    writeValue!.writeValue!(item, sink)
    bytes += sink.pos - before
    rows++
    if (sink.pos > SINK_BYTES) sink.pos = 0
  }
  const cpu = process.cpuUsage()
  const start = performance.now()
  for await (const batch of source.batches()) {
    batch.forEach(write)
    if (rows >= wanted) end.abort()
  }
  const { user, system } = process.cpuUsage(cpu)
  return { rows, bytes, seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 }
}

function historyInMemory(): HistoryTopic {
  const texts: string[] = []
  return {
    exists: async () => texts.length > 0,
    create: async () => {},
    append: async (text) => {
      texts.push(text)
    },
    async *read() {
      yield* texts
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

const offset = await firstOffset()
console.log(JSON.stringify({ ready: true }))
const lines = createInterface({ input: process.stdin })
await new Promise((resolve) => lines.once('line', resolve))
lines.close()
console.log(JSON.stringify(await readAll(offset, Number(rowsText))))
// Stays until its parent has read from /proc what it used.
await new Promise((resolve) => process.stdin.resume().once('end', resolve))
