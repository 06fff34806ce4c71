// Options of a task's producer under Java's names: which value wins, what takes effect, what is refused in the Java client's words.
import { describe, expect, test } from 'vitest'
import { producerOptions } from '../../src/worker/producer-options.ts'

const about = { connector: 'c', task: 2 }
const base = { 'bootstrap.servers': 'broker:9092' }
const overridden = (options: Record<string, string>, transactionalId?: string) =>
  producerOptions(
    base,
    Object.fromEntries(Object.entries(options).map(([name, value]) => [`producer.override.${name}`, value])),
    { ...about, transactionalId },
  )

test('without any, the producer has its own defaults and Connect’s client id', () => {
  expect(producerOptions(base, {}, about)).toEqual({
    bootstrap: 'broker:9092',
    clientId: 'connector-producer-c-2',
    requestTimeoutMs: 30_000,
    metadataMaxAgeMs: 300_000,
    security: null,
    lingerMs: 0,
    producer: {},
    ignored: [],
  })
})

test('the connector’s options win over the worker’s', () => {
  const settings = { ...base, 'producer.compression.type': 'gzip', 'producer.linger.ms': '5', 'consumer.x': 'y' }
  const options = producerOptions(settings, { 'producer.override.compression.type': 'zstd' }, about)
  expect(options.producer).toEqual({ compression: 'zstd' })
  expect(options.lingerMs).toBe(5)
  expect(options.ignored).toEqual([])
})

test('every option that is known takes effect', () => {
  const options = overridden({
    acks: '1',
    'batch.size': '16384',
    'buffer.memory': '33554432',
    'client.id': 'mine',
    'compression.type': 'lz4',
    'delivery.timeout.ms': '9000',
    'enable.idempotence': 'false',
    'linger.ms': '7',
    'max.in.flight.requests.per.connection': '9',
    'max.request.size': '2000000',
    'metadata.max.age.ms': '1000',
    'request.timeout.ms': '4000',
    'retry.backoff.ms': '50',
    retries: '3',
    'transaction.timeout.ms': '10000',
    'bootstrap.servers': 'other:9092',
  })
  expect(options).toEqual({
    bootstrap: 'other:9092',
    clientId: 'mine',
    requestTimeoutMs: 4000,
    metadataMaxAgeMs: 1000,
    security: null,
    lingerMs: 7,
    producer: {
      acks: 'leader',
      batchBytes: 16_384,
      capBytes: 33_554_432,
      compression: 'lz4',
      deliveryTimeoutMs: 9000,
      isIdempotent: false,
      maxUnderWay: 9,
      maxRecordBytes: 2_000_000,
      ackTimeoutMs: 4000,
      retryBackoffMs: 50,
      retries: 3,
      transactionTimeoutMs: 10_000,
    },
    ignored: [],
  })
})

test('security is read under the same prefixes, and told by name when it cannot be', () => {
  const jaas = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="u" password="p";'
  const security = {
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': 'SCRAM-SHA-256',
    'sasl.jaas.config': jaas,
  }
  const options = overridden({ ...security, 'ssl.truststore.password': 'none' })
  expect(options.security).toEqual({
    tls: null,
    sasl: { mechanism: 'SCRAM-SHA-256', username: 'u', password: 'p' },
  })
  expect(options.ignored).toEqual([])
  expect(() => overridden({ ...security, 'sasl.mechanism': 'GSSAPI' })).toThrow('sasl.mechanism')
})

test('options without effect are named as they were given', () => {
  const settings = { ...base, 'producer.interceptor.classes': 'x' }
  const options = producerOptions(settings, { 'producer.override.send.buffer.bytes': '1' }, about)
  expect(options.ignored).toEqual(['producer.interceptor.classes', 'producer.override.send.buffer.bytes'])
})

describe('idempotence', () => {
  test.each([[{ acks: '1' }], [{ acks: '0' }], [{ retries: '0' }]])('ends without a word for %o', (options) => {
    expect(overridden(options).producer.isIdempotent).toBe(false)
  })

  test.each([
    [{ acks: '1' }, 'Must set acks to all in order to use the idempotent producer'],
    [{ retries: '0' }, 'Must set retries to non-zero when using the idempotent producer.'],
    [{ 'max.in.flight.requests.per.connection': '6' }, 'Must set max.in.flight.requests.per.connection to at most 5'],
  ])('that is asked for by name does not go with %o', (options, message) => {
    expect(() => overridden({ ...options, 'enable.idempotence': 'true' })).toThrow(message)
  })

  test('is not given up for more requests under way unless it is turned off', () => {
    expect(() => overridden({ 'max.in.flight.requests.per.connection': '6' })).toThrow('at most 5')
    const off = { 'max.in.flight.requests.per.connection': '6', 'enable.idempotence': 'false' }
    expect(overridden(off).producer).toEqual({ isIdempotent: false, maxUnderWay: 6 })
  })

  test('and acks are the transaction’s own with exactly-once support, which the warning says', () => {
    const options = overridden({ acks: '1', 'enable.idempotence': 'false' }, 'group-c-2')
    expect(options.producer).toEqual({ maxUnderWay: 5, transactionalId: 'group-c-2' })
    expect(options.ignored).toEqual(['producer.override.acks', 'producer.override.enable.idempotence'])
  })
})

test.each([
  [{ acks: 'some' }, 'Invalid value some for configuration acks: String must be one of: all, -1, 0, 1'],
  [{ 'compression.type': 'best' }, 'String must be one of: none, gzip, snappy, lz4, zstd'],
  [{ 'batch.size': 'many' }, 'Invalid value many for configuration batch.size: Not a number of type INT'],
  [{ 'linger.ms': '-1' }, 'Invalid value -1 for configuration linger.ms: Value must be at least 0'],
  [{ 'enable.idempotence': 'maybe' }, 'Expected value to be either true or false'],
])('%o is refused', (options, message) => {
  expect(() => overridden(options)).toThrow(message)
})
