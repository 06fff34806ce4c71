// The process that exactly-once.live.test.ts kills: a worker with exactly-once source support, over the embedded broker or a cluster.
// usage: exactly-once-process.ts DATA_DIR REST_PORT KAFKA_PORT [BOOTSTRAP]
import { startMillrace } from 'millrace'

const [dataDir = '', restPort, kafkaPort, bootstrapServers] = process.argv.slice(2)
const one = { 'config.storage': '1', 'offset.storage': '1', 'status.storage': '1' }
const replication = Object.fromEntries(
  Object.entries(one).map(([prefix, count]) => [`${prefix}.replication.factor`, count]),
)
await startMillrace({
  dataDir,
  restPort: Number(restPort),
  kafkaPort: Number(kafkaPort),
  settings: { 'group.id': 'eos', 'exactly.once.source.support': 'enabled', ...replication },
  ...(bootstrapServers === undefined ? {} : { bootstrapServers }),
})
