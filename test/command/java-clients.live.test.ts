// Further tools of Kafka's distribution, unchanged, against the embedded broker: deleting records, verifiable and performance clients, and
// what administrators ask. Skipped, and counted, where Java and Maven are not there.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Broker } from '@millrace/kafka'
import { hasJava } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type JavaTools, startJavaTools, type ToolResult } from './java-tools.ts'

const isPossible = await hasJava()

describe.skipIf(!isPossible)("Kafka's own tools work with the embedded broker", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-clients-'))
  let broker: Broker
  let tools: JavaTools
  let address: string

  beforeAll(async () => {
    broker = await Broker.open({ dataFolder: path.join(folder, 'data') })
    const { port } = await broker.listen('127.0.0.1', 0)
    address = `127.0.0.1:${port}`
    tools = await startJavaTools()
  }, 180_000)
  afterAll(async () => {
    tools?.[Symbol.dispose]()
    await broker?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const run = (tool: string, ...args: string[]): Promise<ToolResult> =>
    tools.run(`org.apache.kafka.tools.${tool}`, ['--bootstrap-server', address, ...args])
  const offsets = async (): Promise<string> => (await run('GetOffsetShell', '--topic', 'v')).out.trim()

  test('VerifiableProducer, DeleteRecords, ProducerPerformance, ConsumerPerformance', async () => {
    const made = await run('VerifiableProducer', '--topic', 'v', '--max-messages', '50', '--acks', '-1')
    expect(made.out).toContain('"name":"startup_complete"')
    // the tool leaves the last acknowledgements to the end of its virtual machine
    await expect.poll(offsets, { timeout: 60_000, interval: 500 }).toBe('v:0:50')
    const file = path.join(folder, 'delete.json')
    writeFileSync(file, JSON.stringify({ version: 1, partitions: [{ topic: 'v', partition: 0, offset: 20 }] }))
    const deleted = await run('DeleteRecordsCommand', '--offset-json-file', file)
    expect(deleted.out).toContain('partition: v-0\tlow_watermark: 20')
    const load = ['--num-records', '2000', '--record-size', '100', '--throughput', '-1', '--topic', 'v']
    const produced = await run('ProducerPerformance', ...load)
    expect(produced.out).toContain('2000 records sent')
    expect(await offsets()).toBe('v:0:2050')
    const consumed = await run('ConsumerPerformance', '--topic', 'v', '--num-records', '2000', '--timeout', '30000')
    expect(consumed.out.trim().split('\n').at(-1)).toMatch(/^\d{4}-.*, 20\d\d, /)
  })

  test.each(['classic', 'consumer'])('VerifiableConsumer in a group of the %s protocol', async (protocol) => {
    const args = [
      '--topic',
      'v',
      '--group-id',
      `verifiable-${protocol}`,
      '--max-messages',
      '100',
      '--group-protocol',
      protocol,
    ]
    const { out } = await run('VerifiableConsumer', ...args, '--reset-policy', 'earliest')
    expect(out).toContain('"name":"partitions_assigned"')
    expect(out).toMatch(/"name":"offsets_committed"[^\n]*"success":true/)
  })

  test('what administrators ask', async () => {
    expect(
      (await run('LeaderElectionCommand', '--election-type', 'preferred', '--topic', 'v', '--partition', '0')).out,
    ).toContain('Valid replica already elected for partitions v-0')
    expect((await run('FeatureCommand', 'describe')).out).toMatch(/Feature: group\.version.*FinalizedVersionLevel: 1/)
    expect((await run('MetadataQuorumCommand', 'describe', '--status')).out).toMatch(/LeaderId: +1/)
    expect((await run('LogDirsCommand', '--describe')).out).toContain('"partition":"v-0"')
    expect((await run('BrokerApiVersionsCommand')).out).toContain('ConsumerGroupHeartbeat(68): 0 to 1')
    const cluster = await tools.run('org.apache.kafka.tools.ClusterTool', ['cluster-id', '--bootstrap-server', address])
    expect(cluster.out).toContain(`Cluster ID: ${broker.clusterId}`)
    const groups = await run('GroupsCommand', '--list')
    expect(groups.out).toMatch(/verifiable-consumer +Consumer +consumer/)
    const quotas = await tools.run('kafka.admin.ConfigCommand', [
      '--bootstrap-server',
      address,
      '--describe',
      '--entity-type',
      'users',
    ])
    expect(quotas).toMatchObject({ code: 0 })
  })
})
