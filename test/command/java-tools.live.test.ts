// The same commands by Kafka's own tools and by ours, against one broker: what they print and how they end must be the same. Order is left
// out where Java's is that of a hash table. Skipped, and counted, where Java and Maven are not there.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Broker } from '@millrace/kafka'
import { hasJava } from '@millrace/servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { millrace } from '../bad-input/command.ts'
import { type JavaTools, startJavaTools } from './java-tools.ts'

const MAIN = path.join(import.meta.dirname, '../../packages/millrace/src/main.ts')
const TOOLS: Readonly<Record<string, string>> = {
  topics: 'org.apache.kafka.tools.TopicCommand',
  groups: 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  configs: 'kafka.admin.ConfigCommand',
  'get-offsets': 'org.apache.kafka.tools.GetOffsetShell',
  produce: 'org.apache.kafka.tools.ConsoleProducer',
  consume: 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'dump-log': 'org.apache.kafka.tools.DumpLogSegments',
}
const isPossible = await hasJava()

interface Result {
  code: number
  lines: string[]
}

describe.skipIf(!isPossible)("millrace does what Kafka's tools do", { timeout: 180_000 }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-tools-'))
  let broker: Broker
  let tools: JavaTools
  let bootstrap: string[]

  beforeAll(async () => {
    broker = await Broker.open({ dataFolder: folder })
    const { port } = await broker.listen('127.0.0.1', 0)
    bootstrap = ['--bootstrap-server', `127.0.0.1:${port}`]
    tools = await startJavaTools()
  }, 180_000)
  afterAll(async () => {
    tools?.[Symbol.dispose]()
    await broker?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const addressOf = (command: string): string[] => (command === 'dump-log' ? [] : bootstrap)

  async function java(command: string, args: readonly string[], input = ''): Promise<Result> {
    const { code, out } = await tools.run(TOOLS[command] as string, [...addressOf(command), ...args], input)
    const text = out.split('\n').filter((line) => !/ main ERROR |^\tat |^org\.apache\.kafka\.common\.errors/.test(line))
    return { code, lines: whole(text) }
  }

  async function ours(command: string, args: readonly string[], input = ''): Promise<Result> {
    if (input === '') {
      const { code, out } = await millrace(command, ...addressOf(command), ...args)
      return { code: code ?? -1, lines: whole(out.split('\n')) }
    }
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [MAIN, command, ...addressOf(command), ...args])
      let out = ''
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
      child.once('error', reject)
      child.once('close', (code) => resolve({ code: code ?? -1, lines: whole(out.split('\n')) }))
      child.stdin.end(input)
    })
  }

  /** Lines without empty ones at the end; the options of a topic in order. */
  function whole(lines: readonly string[]): string[] {
    const kept = lines.map((line) =>
      line.replace(/(Configs: )(.*)$/, (_all, title: string, list: string) => {
        return (
          title +
          list
            .split(/,(?=[a-z.]+=)/)
            .sort()
            .join(',')
        )
      }),
    )
    while (kept.at(-1)?.trim() === '') kept.pop()
    return kept
  }

  /** Runs both and compares; `isSorted`: lines in any order. */
  async function same(command: string, args: readonly string[], isSorted = false): Promise<Result> {
    const [theirs, own] = await Promise.all([java(command, args), ours(command, args)])
    const order = ({ code, lines }: Result): Result => ({ code, lines: isSorted ? [...lines].sort() : lines })
    expect(order(own)).toEqual(order(theirs))
    return own
  }

  test('topics', async () => {
    expect(
      await ours('topics', ['--create', '--topic', 'a', '--partitions', '2', '--config', 'retention.ms=5000']),
    ).toEqual({
      code: 0,
      lines: ['Created topic a.'],
    })
    expect(
      (await java('topics', ['--create', '--topic', 'b.c', '--config', 'cleanup.policy=compact,delete'])).code,
    ).toBe(0)
    await same('topics', ['--list'])
    await same('topics', ['--create', '--topic', 'a'])
    await same('topics', ['--create', '--topic', 'a', '--if-not-exists'])
    await same('topics', ['--create', '--topic', 'q', '--config', 'foo=1'])
    await same('topics', ['--describe'], true)
    await same('topics', ['--describe', '--topic', 'a|b.*', '--topics-with-overrides'], true)
    await same('topics', ['--describe', '--topic', 'none'])
    await same('topics', ['--alter', '--topic', 'a', '--partitions', '1'])
    await same('topics', ['--delete', '--topic', 'none', '--if-exists'])
  })

  test('produce, consume, get-offsets, dump-log', async () => {
    const reader = ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:']
    const input = Array.from({ length: 20 }, (_, index) => `k${index}:v${index}\n`).join('')
    expect((await ours('produce', ['--topic', 'a', ...reader], input)).code).toBe(0)
    const before = await ours('get-offsets', ['--topic', 'a'])
    expect((await java('produce', ['--topic', 'a', ...reader], input)).code).toBe(0)
    // both put each key into the same partition
    const doubled = before.lines.map((line) => line.replace(/\d+$/, (offset) => String(Number(offset) * 2)))
    // the tool's producer sends when its virtual machine ends, or after a second
    const counted = async () => (await ours('get-offsets', ['--topic', 'a'])).lines
    await expect.poll(counted, { timeout: 60_000, interval: 500 }).toEqual(doubled)
    await same('get-offsets', ['--topic', 'a'])
    await same('get-offsets', ['--topic-partitions', 'a:1,b.*:0-2', '--time', 'earliest'])
    await same('get-offsets', ['--exclude-internal-topics'])
    const format = ['print.key=true', 'print.offset=true', 'print.partition=true', 'print.timestamp=true']
    const properties = format.flatMap((one) => ['--formatter-property', one])
    const from = ['--topic', 'a', '--from-beginning', '--max-messages', '40', ...properties]
    expect((await same('consume', from, true)).lines).toHaveLength(40)
    const [segment = ''] = readdirSync(path.join(folder, 'topics', 'a-0')).filter((name) => name.endsWith('.log'))
    const file = path.join(folder, 'topics', 'a-0', segment)
    await same('dump-log', ['--files', file])
    expect((await same('dump-log', ['--print-data-log', '--files', file])).lines.length).toBeGreaterThan(4)
  })

  test('configs', async () => {
    const topic = ['--entity-type', 'topics', '--entity-name', 'a']
    await same('configs', ['--describe', ...topic])
    await same('configs', ['--describe', '--topic', 'a', '--all'])
    await same('configs', ['--describe', '--entity-type', 'topics', '--entity-name', 'none'])
    expect(
      await ours('configs', ['--alter', ...topic, '--add-config', 'retention.ms=77,cleanup.policy=[compact,delete]']),
    ).toEqual({
      code: 0,
      lines: ['Completed updating config for topic a.'],
    })
    await same('configs', ['--describe', ...topic])
    await same('configs', ['--alter', ...topic, '--delete-config', 'retention.ms'])
    await same('configs', ['--alter', ...topic, '--add-config', 'foo=1'])
  })

  test('groups', async () => {
    const read = ['--topic', 'a', '--from-beginning', '--max-messages', '40', '--group']
    expect((await java('consume', [...read, 'classic'])).lines).toHaveLength(40)
    expect(
      (await java('consume', [...read, 'modern', '--command-property', 'group.protocol=consumer'])).lines,
    ).toHaveLength(40)
    await same('groups', ['--list'], true)
    await same('groups', ['--list', '--state', '--type'], true)
    for (const group of ['classic', 'modern']) {
      await same('groups', ['--describe', '--group', group])
      await same('groups', ['--describe', '--group', group, '--state'])
      await same('groups', ['--describe', '--group', group, '--members'])
    }
    const reset = ['--reset-offsets', '--group', 'classic']
    await same('groups', [...reset, '--topic', 'a', '--to-earliest', '--dry-run'], true)
    expect((await ours('groups', [...reset, '--topic', 'a', '--to-offset', '3', '--execute'])).code).toBe(0)
    await same('groups', ['--describe', '--group', 'classic'])
    await same('groups', [...reset, '--all-topics', '--shift-by', '2', '--dry-run', '--export'], true)
    await same('groups', [...reset, '--topic', 'a:1', '--to-datetime', '2020-01-01T00:00:00.000', '--dry-run'])
    expect(await ours('groups', ['--delete-offsets', '--group', 'classic', '--topic', 'a:1'])).toMatchObject({
      code: 0,
    })
    await same('groups', ['--describe', '--group', 'classic'])
    expect((await ours('groups', ['--delete', '--group', 'classic', '--group', 'modern'])).lines).toEqual([
      "Deletion of requested consumer groups ('classic', 'modern') was successful.",
    ])
    await same('groups', ['--list'])
  })

  test('an unknown flag is told with the nearest one, and --zookeeper is no obstacle', async () => {
    const wrong = await millrace('topics', ...bootstrap, '--lst')
    expect(wrong.code).toBe(1)
    expect(wrong.err).toContain("unknown option '--lst'")
    expect(wrong.err).toContain('Did you mean --list?')
    const old = await millrace('topics', ...bootstrap, '--zookeeper', 'zookeeper:2181', '--list')
    expect(old).toMatchObject({ code: 0, out: expect.stringContaining('a\n') as string })
    expect(old.err).toContain('Kafka has no ZooKeeper any more')
  })
})
