// Which ports the embedded broker opens, and what it asks of clients there: by a port number alone, or by a broker's settings.
import type { Logger } from '@millrace/connect'
import { type ListenAddress, type ListenExtras, readListeners } from '@millrace/kafka'

/** What the embedded broker's ports are made from. */
export interface BrokerListenerOptions {
  /** Port of the embedded broker on loopback; 9092 unless given, 0 takes a free one. Not used where the settings have `listeners`. */
  readonly kafkaPort?: number
  /** Settings of a Kafka broker: listeners, listener.security.protocol.map, sasl.enabled.mechanisms, ssl.* … */
  readonly kafkaSettings?: Readonly<Record<string, string>>
  /** Lets the broker listen where other machines reach it and clients need not prove who they are. */
  readonly kafkaAllowUnauthenticated?: boolean
}

/** The ports for the broker's thread. Errors: KafkaError INVALID_CONFIG with the setting's name. */
export function brokerListeners(options: BrokerListenerOptions, log: Logger): (ListenAddress & ListenExtras)[] {
  const { kafkaPort = 9092, kafkaSettings = {}, kafkaAllowUnauthenticated: allowUnauthenticated = false } = options
  const { listeners, unused } = readListeners({ listeners: `PLAINTEXT://127.0.0.1:${kafkaPort}`, ...kafkaSettings })
  for (const name of unused) log.warn(`the setting ${name} has no effect on the embedded broker`)
  const flag = 'listeners' in kafkaSettings ? 'the setting listeners' : '--kafka-port'
  return listeners.map(({ host, port, advertised, security }) => ({
    ...{ host, port, security, flag, allowUnauthenticated },
    ...(advertised !== undefined && { advertised }),
  }))
}

/** Addresses by which a configuration in this process means the embedded broker, once the first port is known. */
export function embeddedAddresses(listeners: readonly (ListenAddress & ListenExtras)[], firstPort: number): string[] {
  const addresses = listeners.flatMap(({ host, port, advertised }, index) => {
    const actual = index === 0 ? firstPort : port
    const own = [`127.0.0.1:${actual}`, `localhost:${actual}`, `${host}:${actual}`]
    return advertised === undefined ? own : [...own, `${advertised.host}:${advertised.port}`]
  })
  return [...new Set(addresses)]
}
