// Three workers on a real Kafka, kill -9 of one after another under a write load: what it ran moves to the others, and nothing is lost.
// MILLRACE_WORKER_KILLS sets the number of kills (default 10).
import { appendFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { freshFolder, hasJava, type KafkaServer, type MysqlServer, startKafka, startMysql } from '@millrace/servers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLedger, Load, ledgerConnector, missing } from './load.ts'
import { owners, quickGroup, send, startWorkerProcess, valuesOf, type WorkerProcess } from './workers.ts'

const KILLS = Number(process.env['MILLRACE_WORKER_KILLS'] ?? 10)
const FILES = 3
const isPossible = await hasJava()

const folder = freshFolder('worker-kills')
let kafka: KafkaServer | undefined
let server: MysqlServer | undefined
let workers: WorkerProcess[] = []

beforeAll(async () => {
  if (!isPossible) return
  ;[kafka, server] = await Promise.all([startKafka({ 'group.min.session.timeout.ms': '1000' }), startMysql()])
  await createLedger(server)
}, 400_000)

afterAll(async () => {
  await Promise.all(workers.map(({ process: worker }) => worker.stop()))
  await Promise.all([kafka?.stop(), server?.stop()])
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

const fileOf = (file: number) => path.join(folder, `in-${file}.txt`)

async function register(base: string): Promise<void> {
  await send(base, 'PUT', '/connectors/ledger/config', ledgerConnector(server!, kafka!.bootstrap, 'kills'))
  for (let file = 0; file < FILES; file++) {
    appendFileSync(fileOf(file), '')
    await send(base, 'PUT', `/connectors/file-${file}/config`, {
      'connector.class': 'FileStreamSource',
      file: fileOf(file),
      topic: `lines-${file}`,
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    })
  }
}

/** Waits until everything runs, on none but the workers that live. */
async function runsOnTheLiving(): Promise<void> {
  const living = new Set(workers.map(({ base }) => base.replace('http://', '')))
  await expect
    .poll(
      async () => {
        const owned = [...(await owners(workers[0]!.base)).values()]
        return owned.length === FILES + 1 && owned.every((owner) => living.has(owner))
      },
      { timeout: 180_000, interval: 50 },
    )
    .toBe(true)
}

test.skipIf(!isPossible)(
  `${KILLS} kills of workers (needs Java and Maven): their tasks move, nothing is lost`,
  { timeout: 300_000 + KILLS * 60_000 },
  async () => {
    const { bootstrap } = kafka!
    for (let n = 0; n < 3; n++) workers.push(await startWorkerProcess(bootstrap, quickGroup))
    await register(workers[1]!.base)
    await runsOnTheLiving()
    expect(new Set((await owners(workers[0]!.base)).values()).size).toBe(3)
    const load = new Load(server!, (n) => {
      for (let file = 0; file < FILES; file++) appendFileSync(fileOf(file), `${n}\n`)
    })
    load.start()
    for (let kill = 0; kill < KILLS; kill++) {
      const runsIt = (await owners(workers[0]!.base)).get(kill % 2 === 0 ? 'ledger' : `file-${kill % FILES}`)
      // none while a piece is just being handed over: then any worker
      const victim = workers.find(({ base }) => base === `http://${runsIt}`) ?? workers[kill % workers.length]!
      const restPort = Number(new URL(victim.base).port)
      victim.process.kill()
      await victim.process.exited()
      workers = workers.filter((worker) => worker !== victim)
      await runsOnTheLiving()
      workers.push(await startWorkerProcess(bootstrap, quickGroup, restPort))
    }
    await load.stop()
    await runsOnTheLiving()
    const idsOf = async () => {
      const values = await valuesOf(bootstrap, 'kills.ledger.entry')
      return values.map((value) => (JSON.parse(value) as { after: { id: number } }).after.id)
    }
    const lines = (file: number) => async () => (await valuesOf(bootstrap, `lines-${file}`)).map(Number)
    for (const read of [idsOf, ...Array.from({ length: FILES }, (_, file) => lines(file))])
      await expect
        .poll(async () => missing(await read(), load.written), { timeout: 180_000, interval: 200 })
        .toEqual([])
    expect(load.written).toBeGreaterThan(KILLS * 10)
    console.log(
      `${KILLS} kills: ${load.written} rows and ${FILES} × ${load.written} lines, 0 lost, ${(await idsOf()).length} records of rows`,
    )
  },
)
