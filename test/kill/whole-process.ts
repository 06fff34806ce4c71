// The process that kill.live.test.ts kills: Millrace and an exactly-once consumer in one. It says READY once both run.
// usage: whole-process.ts DATA_DIR REST_PORT KAFKA_PORT PG_PORT
import { consume } from '@millrace/outbox'
import { startMillrace } from 'millrace'
import pg from 'pg'

const [dataDir = '', restPort, kafkaPort, pgPort] = process.argv.slice(2)
const millrace = await startMillrace({ dataDir, restPort: Number(restPort), kafkaPort: Number(kafkaPort) })
const pool = new pg.Pool({
  host: '127.0.0.1',
  port: Number(pgPort),
  user: 'postgres',
  password: 'postgres',
  database: 'postgres',
})
// a connection that breaks while idle is replaced: no reason to end
pool.on('error', () => {})
await pool.query(
  'CREATE TABLE IF NOT EXISTS applied (event text NOT NULL, aggregate text NOT NULL, value bytea NOT NULL)',
)
await consume({
  topic: 'outbox.event.ledger',
  group: 'kill-test',
  brokers: [millrace.bootstrapServers],
  pool,
  // every application leaves a row of its own: a second one would be seen
  handler: async (tx, message) => {
    await tx.query('INSERT INTO applied (event, aggregate, value) VALUES ($1, $2, $3)', [
      message.headers.get('id'),
      message.key,
      message.value,
    ])
  },
})
console.log('READY')
