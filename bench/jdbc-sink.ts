// A topic full of Debezium's changes, JSON with schemas, to rows of a PostgreSQL beside it on the same machine: broker, sink and database share
// its cores. The rate counts from the registration of the sink to the last row, start of the task and creation of the table included.
import { rmSync } from 'node:fs'
import { startWorker } from '@millrace/connect'
import { Admin, Cluster, type LinkFactory, PortLink, Producer, startBrokerThread } from '@millrace/kafka'
import { freshFolder, startPostgres } from '@millrace/servers'
import pg from 'pg'
import type { BenchFigure } from './figure.ts'

const ROWS = 100_000
const TOPIC = 'server.shop.orders'
/** The rate that Debezium published for its own sink, on six cores. */
const PUBLISHED = 180_000

/** Measures upserts with the consumer's defaults and with larger batches. Fails when a row is missing. */
export async function runJdbcSink(): Promise<{
  readonly figures: BenchFigure[]
  readonly facts: Readonly<Record<string, string>>
}> {
  const postgres = await startPostgres()
  const folder = freshFolder('bench-sink')
  const broker = await startBrokerThread({ dataFolder: folder })
  const open: LinkFactory = async () => new PortLink(broker.connect())
  const client = new pg.Client({ ...connectionOf(postgres) })
  await client.connect()
  const worker = await startWorker({
    settings: { listeners: 'http://127.0.0.1:0' },
    embedded: { addresses: ['embedded:1'], openPort: () => broker.connect() },
  })
  try {
    await fill(open)
    const figures: BenchFigure[] = []
    for (const [name, options] of VARIANTS) {
      const seconds = await sink(worker.restAddress, postgres, client, name.replaceAll(/[^a-z0-9]/g, '_'), options)
      figures.push({ name: `${name}: speed`, value: ROWS / seconds, unit: 'rows/s', better: 'higher' })
    }
    return {
      figures,
      facts: {
        'JDBC sink': `${ROWS} rows of 8 columns; the published bar of the Java sink is ${PUBLISHED} rows/s on 6 cores`,
      },
    }
  } finally {
    await worker.close()
    await broker.close()
    await client.end()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const LARGE = {
  'batch.size': '5000',
  'consumer.override.max.poll.records': '5000',
  'consumer.override.max.partition.fetch.bytes': String(8 * 1024 * 1024),
}

const VARIANTS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['upsert, options as they come', {}],
  ['upsert, batches of 5000', LARGE],
  ['insert, batches of 5000', { ...LARGE, 'insert.mode': 'insert' }],
  ['upsert, exactly once, batches of 5000', { ...LARGE, 'millrace.exactly.once': 'true' }],
]

type Server = Awaited<ReturnType<typeof startPostgres>>

function connectionOf({ host, port, user, password, database }: Server) {
  return { host, port, user, password, database }
}

async function sink(rest: string, server: Server, client: pg.Client, name: string, options: object): Promise<number> {
  const config = {
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    'connection.url': `jdbc:postgresql://${server.host}:${server.port}/${server.database}`,
    'connection.username': server.user,
    'connection.password': server.password,
    'insert.mode': 'upsert',
    'primary.key.mode': 'record_key',
    'schema.evolution': 'basic',
    'collection.name.format': name,
    topics: TOPIC,
    ...options,
  }
  const start = performance.now()
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${rest}/connectors`, { method: 'POST', headers, body: JSON.stringify({ name, config }) })
  if (answer.status !== 201) throw new Error(`registration was refused: ${await answer.text()}`)
  let seconds = 0
  for (let rows = 0; rows < ROWS; ) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    seconds = (performance.now() - start) / 1000
    if (seconds > 600) throw new Error(`only ${rows} rows arrived`)
    const there = await client.query('SELECT to_regclass($1) IS NOT NULL AS it', [name])
    // The last row first: counting all of them again and again would slow the writer down.
    if (there.rows[0].it !== true) continue
    const last = await client.query(`SELECT 1 FROM ${name} WHERE id = $1`, [ROWS - 1])
    if (last.rows.length > 0) rows = Number((await client.query(`SELECT count(*) AS n FROM ${name}`)).rows[0].n)
  }
  await fetch(`${rest}/connectors/${name}`, { method: 'DELETE' })
  return seconds
}

/** Writes the topic. */
async function fill(open: LinkFactory): Promise<void> {
  const cluster = new Cluster({ bootstrap: ['embedded:1'], open, clientId: 'bench' })
  await new Admin(cluster).createTopic({ name: TOPIC, partitions: 1 })
  const producer = await Producer.open({ cluster })
  await producer.resolve([TOPIC])
  for (let id = 0; id < ROWS; id++) {
    const appender = producer.appender(TOPIC, 0)
    appender.begin(Date.now()) // older ones would be deleted by the retention
    appender.beginKey()
    put(appender.sink, `${KEY_HEAD}{"id":${id}}}`)
    appender.endKey()
    appender.beginValue()
    put(appender.sink, VALUE_HEAD + payload(id))
    appender.endValue()
    appender.end({ count: 0, bytes: Buffer.alloc(0) })
    if (id % 1000 === 0) await producer.room()
  }
  await producer.close()
  await cluster.close()
}

function put(sink: { bytes: Uint8Array; pos: number; reserve(count: number): void }, text: string): void {
  const bytes = Buffer.from(text)
  sink.reserve(bytes.length)
  sink.bytes.set(bytes, sink.pos)
  sink.pos += bytes.length
}

const ROW_FIELDS = [
  '{"type":"int32","optional":false,"field":"id"}',
  '{"type":"string","optional":true,"field":"name"}',
  '{"type":"int32","optional":false,"field":"quantity"}',
  '{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2","connect.decimal.precision":"10"},"field":"price"}',
  '{"type":"int64","optional":true,"name":"io.debezium.time.MicroTimestamp","version":1,"field":"ordered_at"}',
  '{"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,"parameters":{"allowed":"new,paid,sent"},"field":"state"}',
  '{"type":"double","optional":true,"field":"weight"}',
  '{"type":"string","optional":true,"field":"note"}',
].join(',')
const SOURCE_FIELDS = ['connector', 'name', 'db', 'table', 'file']
  .map((field) => `{"type":"string","optional":false,"field":"${field}"}`)
  .join(',')
const ROW = (field: string) =>
  `{"type":"struct","fields":[${ROW_FIELDS}],"optional":true,"name":"server.shop.orders.Value","field":"${field}"}`
const VALUE_HEAD = `{"schema":{"type":"struct","fields":[${ROW('before')},${ROW('after')},{"type":"struct","fields":[${SOURCE_FIELDS}],"optional":false,"name":"io.debezium.connector.mysql.Source","field":"source"},{"type":"string","optional":false,"field":"op"},{"type":"int64","optional":true,"field":"ts_ms"},{"type":"int64","optional":true,"field":"ts_us"},{"type":"int64","optional":true,"field":"ts_ns"}],"optional":false,"name":"server.shop.orders.Envelope","version":2},"payload":`
const KEY_HEAD =
  '{"schema":{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],"optional":false,"name":"server.shop.orders.Key"},"payload":'

function payload(id: number): string {
  const row = `{"id":${id},"name":"customer ${id % 1000}","quantity":${id % 7},"price":"${PRICES[id % 100]}","ordered_at":${1_700_000_000_000_000 + id},"state":"paid","weight":${id % 10}.25,"note":${id % 3 === 0 ? 'null' : '"leave it at the door"'}}`
  return `{"before":null,"after":${row},"source":{"connector":"mysql","name":"server","db":"shop","table":"orders","file":"binlog.000002"},"op":"c","ts_ms":1700000000000,"ts_us":1700000000000000,"ts_ns":1700000000000000000}}`
}

const PRICES = Array.from({ length: 100 }, (_, i) => Buffer.from([i, 200 - i]).toString('base64'))
