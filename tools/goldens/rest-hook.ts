// What the REST checker cannot do by REST: SQL, producing lines, making and deleting topics. Called by it as a hook, input on standard input.
// usage: rest-hook.ts sql|produce|topic|untopic BOOTSTRAP MYSQL_SOCKET MYSQL_PORT; TOPIC and PARTITIONS from the environment
import { text } from 'node:stream/consumers'
import { Admin, Cluster, connectTcp } from '@millrace/kafka'
import { Kafka, logLevel } from 'kafkajs'
import mysql from 'mysql2/promise'

const [hook, bootstrap = '', socketPath = ''] = process.argv.slice(2)
const topic = process.env['TOPIC'] ?? ''

if (hook === 'sql') {
  const connection = await mysql.createConnection({ socketPath, user: 'root', multipleStatements: true })
  await connection.query(await text(process.stdin))
  await connection.end()
} else if (hook === 'produce') {
  const lines = (await text(process.stdin)).split('\n').filter((line) => line !== '')
  const producer = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  await producer.send({ topic, messages: lines.map((value) => ({ value })) })
  await producer.disconnect()
} else {
  const cluster = new Cluster({ bootstrap: [bootstrap], open: connectTcp, clientId: 'goldens' })
  const admin = new Admin(cluster)
  if (hook === 'topic') await admin.createTopic({ name: topic, partitions: Number(process.env['PARTITIONS'] ?? 1) })
  else if (hook === 'untopic') await admin.deleteTopic(topic)
  else throw new Error(`unknown hook ${hook}`)
  await cluster.close()
}
