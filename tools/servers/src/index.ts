// The public surface: real servers, each with a private data folder, a loopback port, a readiness wait, and an end by process id.
export { type DebianSet, type DebianTree, debianTree } from './debian-packages.ts'
export { hasJava, type KafkaServer, kafkaClassPath, kafkaTool, startKafka } from './kafka.ts'
export {
  type KafkaConnectOptions,
  type KafkaConnectServer,
  kafkaConnectFiles,
  startKafkaConnect,
} from './kafka-connect.ts'
export { type MariadbOptions, type MariadbVersion, startMariadb } from './mariadb.ts'
export { type MysqlOptions, type MysqlServer, startMysql } from './mysql.ts'
export { answersAt, cacheFolder, freePort, freshFolder } from './place.ts'
export { type PostgresServer, startPostgres } from './postgres.ts'
export { ServerProcess, type ServerProcessOptions } from './server-process.ts'
