// What every command that talks to a broker shares: the address, and the flags of Kafka's own tools that we take with a hint.
import { Admin, Cluster, connectTcp, GroupAdmin, KafkaError, parseBootstrap, TopicAdmin } from '@millrace/kafka'
import type { Command } from 'commander'

/** Flags common to client commands. */
export interface ClientFlags {
  readonly bootstrapServer: string
  readonly zookeeper?: string
  readonly commandConfig?: string
}

/** Adds `--bootstrap-server`, `--command-config`, and `--zookeeper` for readers of old tutorials. */
export function withClientFlags(command: Command): Command {
  return command
    .option('--bootstrap-server <host:port,…>', 'the Kafka server(s) to connect to', 'localhost:9092')
    .option('--command-config <file>', "properties of Kafka's client; accepted, none of them is used")
    .option('--zookeeper <host:port>', 'accepted for old tutorials and ignored')
}

/** An open client for one command. */
export interface OpenClient {
  readonly cluster: Cluster
  readonly admin: Admin
  readonly topics: TopicAdmin
  readonly groups: GroupAdmin
}

/** Runs `work` with a client and closes it. */
export async function withClient<T>(flags: ClientFlags, work: (client: OpenClient) => Promise<T>): Promise<T> {
  if (flags.zookeeper !== undefined)
    console.error(
      `hint: Kafka has no ZooKeeper any more; --zookeeper is ignored, asking ${flags.bootstrapServer} (--bootstrap-server)`,
    )
  if (flags.commandConfig !== undefined)
    console.error(`hint: --command-config ${flags.commandConfig} is not read; this command needs no client properties`)
  const cluster = new Cluster({
    bootstrap: parseBootstrap(flags.bootstrapServer),
    open: connectTcp,
    clientId: 'millrace-cli',
  })
  try {
    return await work({
      cluster,
      admin: new Admin(cluster),
      topics: new TopicAdmin(cluster),
      groups: new GroupAdmin(cluster),
    })
  } catch (error) {
    if (!(error instanceof KafkaError) || error.code !== 'NETWORK_EXCEPTION') throw error
    const hint =
      'Check --bootstrap-server, and that the broker runs there (millrace start, or npm start, brings one up).'
    throw new KafkaError(error.code, error.message, { hint, cause: error })
  } finally {
    await cluster.close()
  }
}
