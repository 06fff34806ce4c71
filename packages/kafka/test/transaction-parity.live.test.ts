// The same course of transaction calls against a real Kafka 4.3.1 and the embedded broker: every answer, every batch in the log, every
// marker and every epoch must be equal. Runs where Java and Maven are there.

import { hasJava, type KafkaServer, startKafka } from '@millrace/servers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Connection } from '../src/client/connection.ts'
import { connectTcp } from '../src/client/tcp-link.ts'
import { Embedded } from './fixtures/embedded.ts'
import { transactionTale } from './fixtures/transaction-tale.ts'

const canRun = await hasJava()
let kafka: KafkaServer | undefined
let embedded: Embedded

beforeAll(async () => {
  embedded = await new Embedded().start()
  if (canRun) kafka = await startKafka()
}, 300_000)
afterAll(async () => {
  await kafka?.stop()
  await embedded[Symbol.asyncDispose]()
})

it.skipIf(!canRun)(
  'a real broker and the embedded one tell the same tale of transactions',
  { timeout: 120_000 },
  async () => {
    const [host, port] = kafka!.bootstrap.split(':') as [string, string]
    const link = await connectTcp(host, Number(port), new AbortController().signal)
    const real = await Connection.open(link, { clientId: 'tale' })
    const theirs = await transactionTale(real)
    real.close()
    const ours = await transactionTale(await embedded.connect('tale'))
    expect(Object.keys(ours).length).toBeGreaterThan(90)
    expect(ours).toEqual(theirs)
  },
)
