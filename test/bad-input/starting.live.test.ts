// Wrong flags, taken ports and unusable data folders: one sentence, the remedy, exit code 1.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import path from 'node:path'
import { startRoad } from '@millrace/demo-road'
import { freePort, freshFolder } from '@millrace/servers'
import { openLog } from 'millrace'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startMillrace } from '../../tools/goldens/millrace-process.ts'
import { eventually } from '../road/road-fixture.ts'
import { millrace, spoken } from './command.ts'
import { messagesOf, produce } from './kafka-client.ts'

const folder = freshFolder('starting')
let holder: Server
let takenPort: number
beforeAll(async () => {
  holder = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => holder.once('listening', resolve))
  takenPort = (holder.address() as { port: number }).port
})
afterAll(() => {
  holder.close()
  rmSync(folder, { recursive: true, force: true })
})

/** `millrace start` that must not come up: what it says. */
async function refused(...flags: string[]): Promise<string> {
  const given = (flag: string, value: string) => (flags.includes(flag) ? [] : [flag, value])
  const ended = await millrace(
    'start',
    ...given('--data-dir', path.join(folder, 'data')),
    ...given('--kafka-port', '0'),
    ...given('--rest-port', '0'),
    ...flags,
  )
  expect(ended.code, ended.err).toBe(1)
  return spoken(ended)
}

describe('flags', () => {
  test.each([
    [['start', '--kafka-port', 'many'], "'--kafka-port <port>' argument 'many' is invalid. a whole number is wanted"],
    [['start', '--rest-port', '70000'], "'--rest-port <port>' argument '70000' is invalid. a port is at most 65535"],
    [['start', '--log-level', 'loud'], 'Allowed choices are trace, debug, info, warn, error, off.'],
    [['start', '--no-such-flag'], "unknown option '--no-such-flag'"],
    [['start', '--data-dirs'], '(Did you mean --data-dir?)'],
    [['consume'], "required option '--topic <name>' not specified"],
    [['consume', '--topic', 't', '--offset', '5'], '--offset wants --partition'],
    // the words of Kafka's own tools
    [['topics'], 'Command must include exactly one action: --list, --describe, --create, --alter or --delete'],
    [['topics', '--create'], 'Missing required argument "[topic]"'],
  ])('%j', async (args, text) => {
    const ended = await millrace(...args)
    expect(ended.code).toBe(1)
    expect(ended.err).toContain(text)
    expect(ended.err).toContain(`(millrace ${args[0]} --help shows what there is)`)
  })

  test('a file of settings that is not there', async () => {
    const ended = await millrace('start', 'extra')
    expect(ended.code).toBe(1)
    expect(ended.err).toContain('The file of worker settings extra cannot be read (ENOENT)')
    expect(ended.err).toContain('Give a Java properties file')
  })

  test('an unknown command', async () => {
    expect(await millrace('begin')).toMatchObject({ code: 1, err: expect.stringContaining("unknown command 'begin'") })
  })

  test.each([
    [['--set', 'group.id'], '--set group.id: name=value is wanted', '--set name=value'],
    [['--host-alias', 'mysql'], '--host-alias mysql: name=value is wanted', '--host-alias name=value'],
    [['--set', 'listeners=ftp://x'], 'Invalid value ftp://x for configuration listeners', 'http://host:port'],
    [['--config-providers', 'vault'], 'config.providers.vault.class', 'FileConfigProvider'],
    [['--bootstrap-servers', 'nowhere'], 'Invalid url in bootstrap.servers: nowhere', 'Give host:port'],
    [['--bootstrap-servers', '127.0.0.1:1'], 'cannot connect to 127.0.0.1:1', 'Check bootstrap.servers'],
  ])('start %j', async (flags, problem, remedy) => {
    const said = await refused(...flags)
    expect(said).toContain(problem)
    expect(said.split('\n').slice(1).join('\n')).toContain(remedy)
  })
})

describe('ports', () => {
  test('of Kafka', async () => {
    const said = await refused('--kafka-port', String(takenPort))
    expect(said).toContain(`port ${takenPort} on 127.0.0.1 is in use by node`)
    expect(said).toContain(`(process ${process.pid})`)
    expect(said).toContain('choose another port with --kafka-port')
  })

  test('of REST', async () => {
    const said = await refused('--rest-port', String(takenPort))
    expect(said).toContain(`Port ${takenPort} on 127.0.0.1 is in use by node`)
    expect(said).toContain(`(process ${process.pid})`)
    expect(said).toContain('choose another port with --rest-port')
  })

  test('of the road: all of them at once, before anything starts', async () => {
    const road = startRoad({
      dataDir: path.join(folder, 'road'),
      pollsPort: takenPort,
      restPort: takenPort,
      kafkaPort: takenPort,
      questionsPort: takenPort,
      mysqlPort: await freePort(),
      withoutConnector: true,
      log: openLog('text', 'OFF'),
    })
    const message = await road.then(
      () => 'it started',
      (error: Error) => error.message,
    )
    for (const [what, flag] of [
      ['polls site', '--polls-port'],
      ['REST', '--rest-port'],
      ['Kafka', '--kafka-port'],
      ['questions page', '--questions-port'],
    ])
      expect(message).toMatch(
        new RegExp(
          `port ${takenPort} \\(${what}\\) is taken by node .*process ${process.pid}.*choose another port with ${flag}`,
        ),
      )
  })
})

describe('the data folder', () => {
  test('is a file', async () => {
    const file = path.join(folder, 'file')
    writeFileSync(file, '')
    const said = await refused('--data-dir', file)
    expect(said).toContain(`cannot write to the data folder ${file}`)
    expect(said).toContain('a file that is not a folder')
    expect(said).toContain('Choose another one with --data-dir')
  })

  test('cannot be made', async () => {
    // Linux answers ENOENT here, on which Node's recursive mkdir never ends.
    const place = process.platform === 'linux' ? '/proc/none/data' : path.join(folder, 'file', 'data')
    const said = await refused('--data-dir', place)
    expect(said).toContain(`the data folder ${place} cannot be made`)
    expect(said).toContain('with --data-dir')
  })

  test('is in use by another Millrace', async () => {
    const first = await startMillrace()
    try {
      const said = await refused('--data-dir', first.dataFolder)
      expect(said).toContain(`kafka is in use by process ${first.process.pid}`)
      expect(said).toContain('a data folder of its own with --data-dir')
    } finally {
      await first.stop()
    }
  })

  const canMount = mounted(freshFolder('mount'), 'size=1m')
  test.skipIf(!canMount)('may not be written (needs the right to mount)', async () => {
    const place = path.join(folder, 'read-only')
    mkdirSync(place)
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', place])
    try {
      const said = await refused('--data-dir', place)
      expect(said).toContain(`cannot write to the data folder ${place}`)
      expect(said).toContain('read-only (EROFS)')
      expect(said).toContain('--data-dir')
    } finally {
      spawnSync('umount', [place])
    }
  })

  test.skipIf(!canMount)(
    'is full: producers are told, and go on once there is space (needs the right to mount)',
    async () => {
      const place = path.join(folder, 'small')
      mkdirSync(place)
      spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', place])
      const server = await startMillrace({ dataFolder: path.join(place, 'data') })
      try {
        await produce(server.bootstrap, 'full', ['before'])
        const filler = path.join(place, 'filler')
        const room = 16 * 1024 * 1024
        for (let bytes = room; bytes >= 4096; bytes /= 2)
          try {
            writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' })
          } catch {} // full: the rest in smaller pieces
        const refusal = await produce(server.bootstrap, 'full', ['x'.repeat(200_000)]).catch((error: Error) => error)
        expect(String(refusal)).toMatch(/disk error|KAFKA_STORAGE_ERROR/i)
        const { logFile } = server
        const line = await eventually(
          'a line in the log',
          async () =>
            // the log stands on the full disk itself: what fits is there
            /ENOSPC[^\n]*/.exec(readFileSync(logFile, 'utf8'))?.[0],
        )
        expect(line).toContain('no space left')
        rmSync(filler)
        await eventually('producing again', () => produce(server.bootstrap, 'full', ['after']).then(() => true))
        expect(await messagesOf(server.bootstrap, 'full', 2)).toEqual(['before', 'after'])
      } finally {
        await server.stop()
        spawnSync('umount', [place])
      }
    },
  )

  test('holds damaged records after a crash: the start names the file, the place and what can be done', async () => {
    const dataFolder = path.join(folder, 'damaged')
    const first = await startMillrace({ dataFolder })
    await produce(first.bootstrap, 'precious', ['one', 'two', 'three'])
    first.process.kill()
    await first.process.exited()
    const topics = path.join(dataFolder, 'kafka', 'topics')
    const partition = readdirSync(topics).find((name) => name.startsWith('precious'))!
    const log = path.join(topics, partition, '00000000000000000000.log')
    const bytes = readFileSync(log)
    bytes[70]! ^= 0xff
    writeFileSync(log, bytes)
    const said = await refused('--data-dir', dataFolder)
    expect(said).toContain(log)
    expect(said).toContain('at byte 0')
    expect(said).toContain('Restore the file from a copy, or give up what stands from that byte on')
    // done as the hint says
    truncateSync(log, 0)
    rmSync(path.join(topics, partition, 'recovery'))
    const second = await startMillrace({ dataFolder })
    await produce(second.bootstrap, 'precious', ['anew'])
    await second.stop()
  })
})

describe('clients without a broker or a topic', () => {
  test.each([[['consume', '--topic', 't']], [['topics', '--list']]])('%j', async (args) => {
    const ended = await millrace(...args, '--bootstrap-server', '127.0.0.1:1')
    expect(ended.code).toBe(1)
    expect(ended.err).toContain('cannot connect to 127.0.0.1:1')
    expect(ended.err).toContain('Check --bootstrap-server, and that the broker runs')
  })

  test('consume of a topic that does not exist', async () => {
    await using stack = new AsyncDisposableStack()
    const server = await startMillrace()
    stack.defer(() => server.stop())
    const ended = await millrace('consume', '--topic', 'absent', '--bootstrap-server', server.bootstrap)
    expect(ended.code).toBe(1)
    expect(ended.err).toContain("topic 'absent' does not exist (millrace topics --list shows those that do)")
    expect((await millrace('topics', '--list', '--bootstrap-server', server.bootstrap)).out).not.toContain('absent')
  })
})

/** Whether this user may mount a memory file system; the trial is undone at once. */
function mounted(place: string, options: string): boolean {
  const ok = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place]).status === 0
  if (ok) spawnSync('umount', [place])
  rmSync(place, { recursive: true, force: true })
  return ok
}
